/** Reads an image between its pixels and beyond its borders. */
import { samplesLike, type CellImage, type Samples } from '../image/cell-image';
import { borderIndex, fillSamples, type Resampling } from './resampling';

/** Writes the pixel at (x, y) to `to[out]` and on, one sample a channel. */
export type PixelSampler = (x: number, y: number, to: Samples, out: number) => void;

/**
 * A sampler of the image. Places are kept in double precision and samples blended in single precision, as the
 * WebAssembly kernel does, so that both give the same bytes; integers are rounded to nearest, halves to even.
 */
export function pixelSampler(image: CellImage, resampling: Resampling): PixelSampler {
  return resampling.interpolation === 'nearest'
    ? nearestSampler(image, resampling)
    : bilinearSampler(image, resampling);
}

function nearestSampler(
  { data, width, height, channels }: CellImage,
  { border, fill }: Resampling,
): PixelSampler {
  const outside = fillSamples(fill, data, channels);
  return (x, y, to, out) => {
    const column = borderIndex(Math.floor(x + 0.5), width, border);
    const row = borderIndex(Math.floor(y + 0.5), height, border);
    const known = column >= 0 && row >= 0;
    const at = (row * width + column) * channels;
    for (let c = 0; c < channels; c++) to[out + c] = known ? data[at + c]! : outside[c]!;
  };
}

function bilinearSampler(
  { data, width, height, channels }: CellImage,
  { border, fill }: Resampling,
): PixelSampler {
  const outside = fillSamples(fill, data, channels);
  // The four pixels around a place that the image does not wholly surround.
  const patch = samplesLike(data, 4 * channels);
  const stride = width * channels;
  return (x, y, to, out) => {
    const left = Math.floor(x);
    const top = Math.floor(y);
    const fx = toShare(x - left);
    const fy = toShare(y - top);
    if (left >= 0 && top >= 0 && left + 1 < width && top + 1 < height) {
      blendPixel(data, top * stride + left * channels, stride, channels, fx, fy, to, out);
      return;
    }
    for (let i = 0; i < 4; i++) {
      const column = borderIndex(left + (i & 1), width, border);
      const row = borderIndex(top + (i >> 1), height, border);
      const known = column >= 0 && row >= 0;
      const at = (row * width + column) * channels;
      for (let c = 0; c < channels; c++) patch[i * channels + c] = known ? data[at + c]! : outside[c]!;
    }
    blendPixel(patch, 0, 2 * channels, channels, fx, fy, to, out);
  };
}

const { fround } = Math;

/** A share from 0 to 1, cut to the 23 bits that the mantissa of a float has. */
export function toShare(share: number): number {
  return Math.floor(share * 8388608) / 8388608;
}

/**
 * Blends the pixel at `from[at]` with the one after it and the two a row (`stride`) below; `fx` and `fy`,
 * single precision, are the shares of the later ones.
 */
export function blendPixel(
  from: Samples,
  at: number,
  stride: number,
  channels: number,
  fx: number,
  fy: number,
  to: Samples,
  out: number,
): void {
  const isFloat = to instanceof Float32Array;
  for (let c = 0; c < channels; c++, at++) {
    const upper = blend(from[at]!, from[at + channels]!, fx);
    const lower = blend(from[at + stride]!, from[at + stride + channels]!, fx);
    const value = blend(upper, lower, fy);
    // At 2²³ floats are whole numbers: adding it rounds, halves to even.
    to[out + c] = isFloat ? value : fround(value + 8388608) - 8388608;
  }
}

function blend(from: number, to: number, share: number): number {
  return fround(from + fround(fround(to - from) * share));
}
