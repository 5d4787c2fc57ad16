/** Moves an image by an affine map, taking samples between its pixels. */
import { unsetSamplesLike, type CellImage, type Samples } from '../image/cell-image';
import { checkImage, checkPositiveInteger } from '../image/check-image';
import { imageWorkspace } from '../image/simd/kernels';
import { invertMatrix, type AffineMatrix } from './geometry';
import { blendPixel, pixelSampler, toShare, type PixelSampler } from './pixel-sampler';
import {
  fillSamples,
  resolveResampling,
  type Interpolation,
  type Resampling,
  type ResamplingOptions,
} from './resampling';
import { scanlines, type Scanlines } from './scanlines';
import { warpInsideSimd } from './simd/warp-affine';

/** Options of `warpAffine`. */
export interface WarpAffineOptions extends ResamplingOptions {
  /** Width of the result in pixels. @default that of the image */
  width?: number;
  /** Height of the result in pixels. @default that of the image */
  height?: number;
}

/**
 * Moves an image by a matrix: the pixel at (x, y) goes to `matrix · (x, y, 1)`, pixel centres at whole
 * numbers, as OpenCV's `warpAffine` does. Each output pixel is looked up in the input where the inverse
 * puts it, so nothing is left unfilled; shrinking by much aliases (use `resize`).
 *
 * Places are taken to 2⁻³² of a pixel and samples blended in single precision; integers are rounded to
 * nearest, halves to even. (OpenCV 5 keeps places in single precision, or to 1/32 of a pixel for five
 * channels and more.)
 *
 * @returns a new image of the same channels and sample type, `[height, width, channels]`
 * @throws RangeError for a matrix without an inverse, sizes that are none, or a fill of another length
 *
 * @example
 * // 10 pixels to the right, 5 down
 * warpAffine(image, [1, 0, 10, 0, 1, 5], { border: 'reflect' });
 */
export function warpAffine(
  image: CellImage,
  matrix: AffineMatrix,
  options: WarpAffineOptions = {},
): CellImage {
  checkImage(image);
  const { width = image.width, height = image.height } = options;
  checkPositiveInteger('width', width);
  checkPositiveInteger('height', height);
  const resampling = resolveResampling(options);
  const { channels } = image;
  const data = unsetSamplesLike(image.data, width * height * channels);
  const lines = scanlines(invertMatrix(matrix), { width, height }, image, resampling.border);
  warpInside(image, lines, resampling, data);
  warpEdges(image, lines, resampling, data);
  return { width, height, channels, data };
}

/** Writes what lies at the borders of the image or outside. */
function warpEdges(image: CellImage, lines: Scanlines, resampling: Resampling, to: Samples): void {
  const { channels } = image;
  const { length, first, begin, end, last } = lines;
  const sample = pixelSampler(image, resampling);
  const outside = fillSamples(resampling.fill, image.data, channels);
  for (let y = 0, row = 0; y < lines.y.length; y++, row += length * channels) {
    fillPixels(to, row, row + first[y]! * channels, outside);
    sampleSpan(sample, lines, y, first[y]!, begin[y]!, to, channels);
    sampleSpan(sample, lines, y, end[y]!, last[y]!, to, channels);
    fillPixels(to, row + last[y]! * channels, row + length * channels, outside);
  }
}

function sampleSpan(
  sample: PixelSampler,
  { x, y, stepX, stepY, length }: Scanlines,
  line: number,
  begin: number,
  end: number,
  to: Samples,
  channels: number,
): void {
  for (let i = begin, out = (line * length + begin) * channels; i < end; i++, out += channels)
    sample(x[line]! + i * stepX, y[line]! + i * stepY, to, out);
}

function fillPixels(data: Samples, begin: number, end: number, pixel: Float64Array): void {
  // What is not inside is zero already.
  if (begin === end || pixel.every((value) => value === 0)) return;
  for (let at = begin; at < end; at += pixel.length) data.set(pixel, at);
}

/** Writes the pixels of each line all of whose neighbours are in the image. */
function warpInside(image: CellImage, lines: Scanlines, { interpolation }: Resampling, to: Samples): void {
  const workspace = interpolation === 'bilinear' ? imageWorkspace() : undefined;
  if (workspace && warpInsideSimd(workspace, image, lines, to)) return;
  to.fill(0);
  warpInsideLoops(image, lines, interpolation, to);
}

/** The same in TypeScript, and the only one for `nearest`. */
export function warpInsideLoops(
  image: CellImage,
  lines: Scanlines,
  interpolation: Interpolation,
  to: Samples,
): void {
  const stride = image.width * image.channels;
  const warpLine = interpolation === 'nearest' ? nearestLine : bilinearLine;
  for (let y = 0; y < lines.y.length; y++) warpLine(image.data, stride, image.channels, lines, y, to);
}

function nearestLine(
  from: Samples,
  stride: number,
  channels: number,
  lines: Scanlines,
  line: number,
  to: Samples,
): void {
  const { stepX, stepY } = lines;
  const [x, y] = [lines.x[line]! + 0.5, lines.y[line]! + 0.5];
  const [begin, end] = [lines.begin[line]!, lines.end[line]!];
  for (let i = begin, out = (line * lines.length + begin) * channels; i < end; i++) {
    let at = Math.floor(y + i * stepY) * stride + Math.floor(x + i * stepX) * channels;
    for (let c = 0; c < channels; c++) to[out++] = from[at++]!;
  }
}

function bilinearLine(
  from: Samples,
  stride: number,
  channels: number,
  lines: Scanlines,
  line: number,
  to: Samples,
): void {
  const { stepX, stepY } = lines;
  const [x, y] = [lines.x[line]!, lines.y[line]!];
  const [begin, end] = [lines.begin[line]!, lines.end[line]!];
  for (let i = begin, out = (line * lines.length + begin) * channels; i < end; i++, out += channels) {
    const placeX = x + i * stepX;
    const placeY = y + i * stepY;
    const left = Math.floor(placeX);
    const top = Math.floor(placeY);
    const at = top * stride + left * channels;
    blendPixel(from, at, stride, channels, toShare(placeX - left), toShare(placeY - top), to, out);
  }
}
