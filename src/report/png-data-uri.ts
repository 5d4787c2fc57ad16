/** An image as a `data:` URI, for pages that must open without a network. */
import UPNG from 'upng-js';
import type { CellImage } from '../image/cell-image';
import { compositeRgb } from '../image/composite-rgb';

// The types lack `forbidPlte`: with a palette, upng-js cuts the file of a small image short.
const encode: (...args: [...Parameters<typeof UPNG.encode>, forbidPlte: boolean]) => ArrayBuffer =
  UPNG.encode;

/**
 * The pixels as a `data:image/png;base64,…` URI: 8-bit RGB as it is, anything else as `compositeRgb` shows
 * it. `encodePng` is not used here since it is asynchronous and a report is not.
 *
 * @throws RangeError when the image has neither three nor four channels.
 */
export function pngDataUri(image: CellImage): string {
  const { width, height } = image;
  const rgb = image.channels === 3 && image.data instanceof Uint8Array ? image : compositeRgb(image);
  const rgba = new Uint8Array(width * height * 4).fill(255);
  for (let pixel = 0; pixel < width * height; pixel++)
    for (let color = 0; color < 3; color++) rgba[4 * pixel + color] = rgb.data[3 * pixel + color]!;
  return `data:image/png;base64,${base64(new Uint8Array(encode([rgba.buffer], width, height, 0, undefined, true)))}`;
}

function base64(bytes: Uint8Array): string {
  let binary = '';
  // In pieces: a call takes only so many arguments.
  for (let start = 0; start < bytes.length; start += 8192)
    binary += String.fromCharCode(...bytes.subarray(start, start + 8192));
  return btoa(binary);
}
