/** Moves an image by an affine map, taking samples between its pixels. */
import { samplesLike, type CellImage, type Samples } from '../image/cell-image';
import { checkImage, checkPositiveInteger } from '../image/check-image';
import { invertMatrix, type AffineMatrix } from './geometry';
import { blendPixel, pixelSampler, toShare } from './pixel-sampler';
import { fillSamples, resolveResampling, type Resampling, type ResamplingOptions } from './resampling';
import { scanline, type Scanline } from './scanline';

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
  const data = samplesLike(image.data, width * height * channels);
  const [a, b, c, d, e, f] = invertMatrix(matrix);
  const lines = Array.from({ length: height }, (_, y) => {
    const path = { x: b * y + c, y: e * y + f, stepX: a, stepY: d, length: width };
    return scanline(path, image, resampling.border);
  });
  warpInside(image, lines, resampling, data);
  warpEdges(image, lines, resampling, data);
  return { width, height, channels, data };
}

/** Writes what lies at the borders of the image or outside. */
function warpEdges(image: CellImage, lines: readonly Scanline[], resampling: Resampling, to: Samples): void {
  const { channels } = image;
  const sample = pixelSampler(image, resampling);
  const outside = fillSamples(resampling.fill, image.data, channels);
  lines.forEach(({ x, y, stepX, stepY, length, first, begin, end, last }, i) => {
    const row = i * length * channels;
    fillPixels(to, row, row + first * channels, outside);
    for (let j = first; j < begin; j++) sample(x + j * stepX, y + j * stepY, to, row + j * channels);
    for (let j = end; j < last; j++) sample(x + j * stepX, y + j * stepY, to, row + j * channels);
    fillPixels(to, row + last * channels, row + length * channels, outside);
  });
}

function fillPixels(data: Samples, begin: number, end: number, pixel: Float64Array): void {
  // Fresh memory is zero already.
  if (pixel.every((value) => value === 0)) return;
  for (let at = begin; at < end; at += pixel.length) data.set(pixel, at);
}

/** Writes the pixels of each line all of whose neighbours are in the image. */
function warpInside(
  image: CellImage,
  lines: readonly Scanline[],
  { interpolation }: Resampling,
  to: Samples,
): void {
  const stride = image.width * image.channels;
  const warpLine = interpolation === 'nearest' ? nearestLine : bilinearLine;
  lines.forEach((line, y) => {
    warpLine(image.data, stride, image.channels, line, to, y * line.length * image.channels);
  });
}

function nearestLine(
  from: Samples,
  stride: number,
  channels: number,
  { x, y, stepX, stepY, begin, end }: Scanline,
  to: Samples,
  row: number,
): void {
  for (let i = begin, out = row + begin * channels; i < end; i++) {
    let at = ((y + i * stepY + 0.5) | 0) * stride + ((x + i * stepX + 0.5) | 0) * channels;
    for (let c = 0; c < channels; c++) to[out++] = from[at++]!;
  }
}

function bilinearLine(
  from: Samples,
  stride: number,
  channels: number,
  { x, y, stepX, stepY, begin, end }: Scanline,
  to: Samples,
  row: number,
): void {
  for (let i = begin, out = row + begin * channels; i < end; i++, out += channels) {
    const placeX = x + i * stepX;
    const placeY = y + i * stepY;
    const left = Math.floor(placeX);
    const top = Math.floor(placeY);
    const at = top * stride + left * channels;
    blendPixel(from, at, stride, channels, toShare(placeX - left), toShare(placeY - top), to, out);
  }
}
