/** Gaussian blur with a random width. */
import { samplesLike, type CellImage, type Samples } from '../image/cell-image';
import { checkImage } from '../image/check-image';
import type { Augmentation } from './augmentation';
import { checkPositive, checkRange, type Range } from './checks';
import { borderIndex, fillSamples, resolveResampling, type ResamplingOptions } from './resampling';

/** What stands outside the image. */
export interface BlurOptions extends Pick<ResamplingOptions, 'fill'> {
  /** What stands outside the image. @default 'reflect' */
  border?: ResamplingOptions['border'];
}

export interface GaussianBlurOptions extends BlurOptions {
  /** Standard deviation in pixels. @default [0.5, 1.5] */
  sigmaRange?: Range;
}

/**
 * Blurs by a Gaussian whose standard deviation is drawn uniformly.
 *
 * @throws RangeError for a range that is none or not positive
 *
 * @example
 * sometimes(gaussianBlur({ sigmaRange: [0.5, 1] }), 0.2)
 */
export function gaussianBlur(options: GaussianBlurOptions = {}): Augmentation<{ sigma: number }> {
  const { sigmaRange = [0.5, 1.5], border = 'reflect', fill = 0 } = options;
  checkRange('sigmaRange', sigmaRange, { above: 0 });
  resolveResampling({ border, fill });
  return {
    name: 'gaussianBlur',
    sample: (random) => ({ sigma: random.range(...sigmaRange) }),
    apply: (image, { sigma }) => blur(image, sigma, { border, fill }),
  };
}

/**
 * Gaussian blur, separable, cut off at four standard deviations (`scipy.ndimage.gaussian_filter`'s
 * `truncate`; OpenCV's for floats), in double precision; integers are rounded to nearest, halves up.
 *
 * @throws RangeError when sigma is not positive
 */
export function blur(image: CellImage, sigma: number, options: BlurOptions = {}): CellImage {
  checkImage(image);
  checkPositive('sigma', sigma);
  const { border, fill } = resolveResampling({ border: 'reflect', ...options });
  const { width, height, channels, data } = image;
  const weights = gaussianWeights(sigma);
  const radius = weights.length - 1;
  const stride = width * channels;
  const outside = fillSamples(fill, data, channels);
  const fillRow = Float64Array.from({ length: stride }, (_, i) => outside[i % channels]!);
  const rowAt = (y: number): Samples | Float64Array => {
    const row = borderIndex(y, height, border);
    return row < 0 ? fillRow : data.subarray(row * stride, (row + 1) * stride);
  };
  const out = samplesLike(data, data.length);
  const line = new Float64Array(stride + 2 * radius * channels);
  const inner = line.subarray(radius * channels, radius * channels + stride);
  const margins = marginSources(width, radius, channels, border);
  for (let y = 0; y < height; y++) {
    scaleRow(rowAt(y), weights[0]!, inner);
    for (let k = 1; k <= radius; k++) addRows(rowAt(y - k), rowAt(y + k), weights[k]!, inner);
    for (const [to, from] of margins) line[to] = from < 0 ? outside[to % channels]! : line[from]!;
    blurLine(line, weights, channels, out, y * stride, stride);
  }
  return { width, height, channels, data: out };
}

/** The middle and one side of a kernel whose sum is 1. */
function gaussianWeights(sigma: number): Float64Array {
  const radius = Math.max(1, Math.round(4 * sigma));
  const weights = Float64Array.from({ length: radius + 1 }, (_, i) =>
    Math.exp((-i * i) / (2 * sigma * sigma)),
  );
  const sum = weights.reduce((total, weight, i) => total + (i === 0 ? weight : 2 * weight), 0);
  return weights.map((weight) => weight / sum);
}

/** For each sample in the margins of a padded line, the one it repeats; -1 for the fill. */
function marginSources(
  width: number,
  radius: number,
  channels: number,
  border: Parameters<typeof borderIndex>[2],
): [to: number, from: number][] {
  const sources: [number, number][] = [];
  for (const x of [...Array(radius).keys()].flatMap((i) => [-1 - i, width + i])) {
    const column = borderIndex(x, width, border);
    for (let c = 0; c < channels; c++)
      sources.push([(x + radius) * channels + c, column < 0 ? -1 : (column + radius) * channels + c]);
  }
  return sources;
}

function scaleRow(row: Samples | Float64Array, weight: number, line: Float64Array): void {
  for (let i = 0; i < line.length; i++) line[i] = row[i]! * weight;
}

function addRows(
  above: Samples | Float64Array,
  below: Samples | Float64Array,
  weight: number,
  line: Float64Array,
): void {
  for (let i = 0; i < line.length; i++) line[i]! += (above[i]! + below[i]!) * weight;
}

function blurLine(
  line: Float64Array,
  weights: Float64Array,
  channels: number,
  out: Samples,
  start: number,
  count: number,
): void {
  const half = out instanceof Float32Array ? 0 : 0.5;
  const radius = weights.length - 1;
  for (let i = 0, middle = radius * channels; i < count; i++, middle++) {
    let sum = line[middle]! * weights[0]!;
    for (let k = 1, step = channels; k <= radius; k++, step += channels)
      sum += (line[middle - step]! + line[middle + step]!) * weights[k]!;
    out[start + i] = sum + half;
  }
}
