/** The eight symmetries of the square as moves of whole pixels: exact to the sample, for any channels and type. */
import { unsetSamplesLike, type CellImage, type Samples } from '../image/cell-image';
import { checkImage } from '../image/check-image';
import { imageWorkspace } from '../image/simd/kernels';
import type { PixelWalk } from './pixel-walk';
import { turnSimd } from './simd/turn';

/** Mirrors left and right. */
export function flipLeftRight(image: CellImage): CellImage {
  checkImage(image);
  const { width, height, channels } = image;
  const data = copySamples(image.data);
  const pixels = reversiblePixels(data, channels);
  if (!pixels) return movePixels(image, { width, height, start: width - 1, right: -1, down: width });
  for (let at = 0; at < width * height; at += width) pixels.subarray(at, at + width).reverse();
  return { width, height, channels, data };
}

/** Mirrors top and bottom. */
export function flipUpDown(image: CellImage): CellImage {
  checkImage(image);
  const { width, height, channels } = image;
  const stride = width * channels;
  const data = unsetSamplesLike(image.data, image.data.length);
  for (let from = 0, to = data.length - stride; to >= 0; from += stride, to -= stride)
    data.set(image.data.subarray(from, from + stride), to);
  return { width, height, channels, data };
}

/** Mirrors at the main diagonal: pixel (y, x) becomes (x, y). Width and height change places. */
export function transpose(image: CellImage): CellImage {
  const { width, height } = image;
  return movePixels(image, { width: height, height: width, start: 0, right: width, down: 1 });
}

/** Mirrors at the other diagonal: the transpose, turned by half a turn. */
export function antitranspose(image: CellImage): CellImage {
  const { width, height } = image;
  const walk = { start: width * height - 1, right: -width, down: -1 };
  return movePixels(image, { width: height, height: width, ...walk });
}

/**
 * Turns anticlockwise by `turns` quarter turns, as `numpy.rot90` does; odd turns swap width and height.
 * Whole turns return the image itself.
 *
 * @throws RangeError when `turns` is not an integer
 */
export function quarterTurns(image: CellImage, turns: number): CellImage {
  if (!Number.isInteger(turns)) throw new RangeError(`turns must be an integer. Received ${turns}.`);
  const { width: w, height: h } = image;
  switch (((turns % 4) + 4) % 4) {
    case 1:
      return movePixels(image, { width: h, height: w, start: w - 1, right: w, down: -1 });
    case 2:
      return turnHalf(image);
    case 3:
      return movePixels(image, { width: h, height: w, start: (h - 1) * w, right: -w, down: 1 });
    default:
      return image;
  }
}

function turnHalf(image: CellImage): CellImage {
  checkImage(image);
  const { width: w, height: h, channels } = image;
  const data = copySamples(image.data);
  const pixels = reversiblePixels(data, channels);
  if (!pixels) return movePixels(image, { width: w, height: h, start: w * h - 1, right: -1, down: -w });
  pixels.reverse();
  return { width: w, height: h, channels, data };
}

function copySamples(data: Samples): Samples {
  const copy = unsetSamplesLike(data, data.length);
  copy.set(data);
  return copy;
}

type Elements = Uint8Array | Uint16Array | Uint32Array | BigUint64Array;

/** One element a pixel, where an element of 1, 2, 4 or 8 bytes is one; the engine's own `reverse` is far ahead of a loop. */
function reversiblePixels(
  { buffer, length, BYTES_PER_ELEMENT }: Samples,
  channels: number,
): Elements | undefined {
  const pixels = length / channels;
  switch (channels * BYTES_PER_ELEMENT) {
    case 1:
      return new Uint8Array(buffer, 0, pixels);
    case 2:
      return new Uint16Array(buffer, 0, pixels);
    case 4:
      return new Uint32Array(buffer, 0, pixels);
    case 8:
      return new BigUint64Array(buffer, 0, pixels);
    default:
      return undefined;
  }
}

function movePixels(image: CellImage, walk: PixelWalk): CellImage {
  checkImage(image);
  const { width, height } = walk;
  const data = unsetSamplesLike(image.data, image.data.length);
  const across = Math.abs(walk.right) !== 1;
  const workspace = across ? imageWorkspace() : undefined;
  if (!workspace || !turnSimd(workspace, image, walk, data)) moveLoops(image, walk, data);
  return { width, height, channels: image.channels, data };
}

/** The moves in TypeScript, and the only ones along rows. */
export function moveLoops(image: CellImage, walk: PixelWalk, data: Samples): void {
  const { channels } = image;
  const pixelBytes = channels * data.BYTES_PER_ELEMENT;
  const elementBytes = [4, 2, 1].find((n) => pixelBytes % n === 0 && image.data.byteOffset % n === 0)!;
  const Elements = elementBytes === 4 ? Uint32Array : elementBytes === 2 ? Uint16Array : Uint8Array;
  const view = ({ buffer, byteOffset, byteLength }: Samples): Words =>
    new Elements(buffer as ArrayBuffer, byteOffset, byteLength / elementBytes);
  const [from, to] = [view(image.data), view(data)];
  const perPixel = pixelBytes / elementBytes;
  if (perPixel === 1) moveElements(from, to, walk);
  else moveGroups(from, to, perPixel, walk);
}

type Words = Uint8Array | Uint16Array | Uint32Array;

/** Eight columns of the output at a time: cache lines of a source walked across its rows are used while they are there. */
function moveElements(from: Words, to: Words, { width, height, start, right, down }: PixelWalk): void {
  const whole = width - (width % 8);
  for (let x = 0; x < whole; x += 8) {
    for (let y = 0, out = x, row = start + x * right; y < height; y++, out += width, row += down) {
      let at = row;
      to[out] = from[at]!;
      to[out + 1] = from[(at += right)]!;
      to[out + 2] = from[(at += right)]!;
      to[out + 3] = from[(at += right)]!;
      to[out + 4] = from[(at += right)]!;
      to[out + 5] = from[(at += right)]!;
      to[out + 6] = from[(at += right)]!;
      to[out + 7] = from[at + right]!;
    }
  }
  for (let y = 0; y < height; y++)
    for (let x = whole, at = start + y * down + x * right; x < width; x++, at += right)
      to[y * width + x] = from[at]!;
}

/** The same for pixels of several elements. */
function moveGroups(
  from: Words,
  to: Words,
  size: number,
  { width, height, start, right, down }: PixelWalk,
): void {
  const [step, stride] = [right * size, width * size];
  for (let left = 0; left < width; left += 8) {
    const end = Math.min(left + 8, width);
    for (let y = 0; y < height; y++) {
      let at = (start + y * down + left * right) * size;
      for (
        let out = y * stride + left * size, last = y * stride + end * size;
        out < last;
        out += size, at += step
      )
        for (let i = 0; i < size; i++) to[out + i] = from[at + i]!;
    }
  }
}
