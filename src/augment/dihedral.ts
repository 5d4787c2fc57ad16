/** The eight symmetries of the square: flips and quarter turns, exact to the sample. */
import { samplesLike, type CellImage, type Samples } from '../image/cell-image';
import type { Augmentation } from './augmentation';

/** A walk through the pixels of the source: output pixel (y, x) is source pixel `start + y·down + x·right`. */
interface Walk {
  width: number;
  height: number;
  start: number;
  right: number;
  down: number;
}

/** One element a pixel where a pixel is 1, 2 or 4 bytes, so that it moves in one go. */
function wholePixels(data: Samples, channels: number): Uint8Array | Uint16Array | Uint32Array | undefined {
  const pixelBytes = channels * data.BYTES_PER_ELEMENT;
  if (data.byteOffset % pixelBytes !== 0) return undefined;
  const args = [data.buffer, data.byteOffset, data.length / channels] as const;
  if (pixelBytes === 1) return new Uint8Array(...args);
  if (pixelBytes === 2) return new Uint16Array(...args);
  return pixelBytes === 4 ? new Uint32Array(...args) : undefined;
}

function walkPixels(image: CellImage, { width, height, start, right, down }: Walk): CellImage {
  const { channels } = image;
  const data = samplesLike(image.data, image.data.length);
  const from = wholePixels(image.data, channels);
  const to = wholePixels(data, channels);
  let out = 0;
  for (let y = 0; y < height; y++) {
    let at = start + y * down;
    if (from && to) {
      for (let x = 0; x < width; x++, at += right) to[out++] = from[at]!;
    } else {
      for (let x = 0; x < width; x++, at += right)
        for (let c = 0; c < channels; c++) data[out++] = image.data[at * channels + c]!;
    }
  }
  return { width, height, channels, data };
}

/** Mirrors left and right. */
export function flipLeftRight(image: CellImage): CellImage {
  const { width, height } = image;
  return walkPixels(image, { width, height, start: width - 1, right: -1, down: width });
}

/** Mirrors top and bottom. */
export function flipUpDown(image: CellImage): CellImage {
  const { width, height } = image;
  return walkPixels(image, { width, height, start: (height - 1) * width, right: 1, down: -width });
}

/** Turns anticlockwise by `turns` quarter turns, as `numpy.rot90` does; odd turns swap width and height. */
export function quarterTurns(image: CellImage, turns: number): CellImage {
  if (!Number.isInteger(turns)) throw new RangeError(`turns must be an integer. Received ${turns}.`);
  const { width: w, height: h } = image;
  switch (((turns % 4) + 4) % 4) {
    case 1:
      return walkPixels(image, { width: h, height: w, start: w - 1, right: w, down: -1 });
    case 2:
      return walkPixels(image, { width: w, height: h, start: w * h - 1, right: -1, down: -w });
    case 3:
      return walkPixels(image, { width: h, height: w, start: (h - 1) * w, right: -w, down: 1 });
    default:
      return image;
  }
}

/** Probabilities of the two flips. */
export interface FlipOptions {
  /** Probability of mirroring left and right. @default 0.5 */
  leftRight?: number;
  /** Probability of mirroring top and bottom. @default 0.5 */
  upDown?: number;
}

/** What `flip` drew. */
export interface FlipParams {
  leftRight: boolean;
  upDown: boolean;
}

/**
 * Mirrors left and right, and top and bottom, each with its own probability.
 *
 * @throws RangeError when a probability is outside 0–1
 */
export function flip({ leftRight = 0.5, upDown = 0.5 }: FlipOptions = {}): Augmentation<FlipParams> {
  for (const [name, p] of Object.entries({ leftRight, upDown }))
    if (!(p >= 0 && p <= 1))
      throw new RangeError(`${name} must be a probability from 0 to 1. Received ${p}.`);
  return {
    name: 'flip',
    sample: (random) => ({ leftRight: random.bool(leftRight), upDown: random.bool(upDown) }),
    apply(image, params) {
      if (params.leftRight && params.upDown) return quarterTurns(image, 2);
      return params.leftRight ? flipLeftRight(image) : params.upDown ? flipUpDown(image) : image;
    },
  };
}

/** Which turns to draw from. */
export interface Rotate90Options {
  /** Anticlockwise quarter turns, each equally probable. @default [0, 1, 2, 3] */
  turns?: readonly number[];
}

/**
 * Turns by quarter turns. Odd turns swap width and height: for images that are not square, and are to
 * stay in one batch, pass `turns: [0, 2]`.
 *
 * @throws RangeError when `turns` is empty or holds anything but integers
 */
export function rotate90({ turns = [0, 1, 2, 3] }: Rotate90Options = {}): Augmentation<{ turns: number }> {
  if (turns.length === 0 || !turns.every(Number.isInteger))
    throw new RangeError(`turns must be a list of integers. Received [${turns.join(', ')}].`);
  return {
    name: 'rotate90',
    sample: (random) => ({ turns: random.pick(turns) }),
    apply: (image, params) => quarterTurns(image, params.turns),
  };
}
