/** The inflated data of a PNG → its samples: filters undone, bits unpacked, interlaced passes put in place. */
import type { PngHeader, PngPass } from './header';
import { unfilter } from './unfilter';

const LITTLE_ENDIAN = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/**
 * Undoes filters, packing and interlacing: a byte a sample, or two for 16 bits, in the machine's byte order.
 *
 * @throws HpaError `png-invalid`
 */
export function assemble(
  raw: Uint8Array,
  header: PngHeader,
  passes: readonly PngPass[],
): Uint8Array<ArrayBuffer> {
  const { width, height, channels, bitDepth } = header;
  const pixelBytes = channels * (bitDepth === 16 ? 2 : 1);
  const image = new Uint8Array(width * height * pixelBytes);
  // PNG's 16-bit samples are big-endian.
  const swapBytes = bitDepth === 16 && LITTLE_ENDIAN;
  let at = 0;
  for (const pass of passes) {
    const direct = !header.interlaced && bitDepth >= 8;
    const plain = direct ? image : new Uint8Array(pass.rowBytes * pass.height);
    const step = Math.max(1, (channels * bitDepth) >> 3);
    unfilter(raw, at, plain, pass.rowBytes, pass.height, step, swapBytes);
    at += (pass.rowBytes + 1) * pass.height;
    if (direct) return image;
    scatter(bitDepth < 8 ? unpack(plain, pass, bitDepth) : plain, pass, image, width, pixelBytes);
  }
  return image;
}

/** Samples of 1, 2 or 4 bits, most significant first, each row starting on a byte. */
function unpack(packed: Uint8Array, pass: PngPass, bitDepth: number): Uint8Array {
  const samples = new Uint8Array(pass.width * pass.height);
  const mask = 2 ** bitDepth - 1;
  let at = 0;
  for (let y = 0; y < pass.height; y++) {
    for (let x = 0; x < pass.width; x++) {
      const bit = x * bitDepth;
      samples[at++] = (packed[y * pass.rowBytes + (bit >> 3)]! >> (8 - bitDepth - (bit & 7))) & mask;
    }
  }
  return samples;
}

function scatter(
  from: Uint8Array,
  pass: PngPass,
  image: Uint8Array,
  imageWidth: number,
  pixelBytes: number,
): void {
  let at = 0;
  for (let y = 0; y < pass.height; y++) {
    let to = ((pass.y + y * pass.stepY) * imageWidth + pass.x) * pixelBytes;
    for (let x = 0; x < pass.width; x++, to += pass.stepX * pixelBytes) {
      for (let byte = 0; byte < pixelBytes; byte++) image[to + byte] = from[at++]!;
    }
  }
}
