/** Random smooth deformation. */
import { unsetSamplesLike, type CellImage } from '../image/cell-image';
import { checkImage, checkPositiveInteger } from '../image/check-image';
import { Random } from '../random';
import type { Augmentation } from './augmentation';
import { checkRange, type Range } from './checks';
import { pixelSampler } from './pixel-sampler';
import { resolveResampling, type ResamplingOptions } from './resampling';

/** Options of `elastic`. */
export interface ElasticOptions extends ResamplingOptions {
  /**
   * Root mean square of the displacement in each direction, as a share of the width and the height.
   * @default [0, 0.02]
   */
  magnitudeRange?: Range;
  /** Cells of the control grid along each side: more of them deform on a smaller scale. @default 4 */
  cells?: number;
}

/** What `elastic` drew. */
export interface ElasticParams {
  /** Standard deviation of the displacements, as a share of the side that they go along. */
  magnitude: number;
  /** Seeds the displacements of the control points. */
  seed: number;
}

/**
 * Deforms by a smooth random field: normally distributed displacements of a coarse grid of control points
 * (Ronneberger et al. 2015, U-Net), between them cubic B-splines, which are smooth to the second derivative
 * (Rueckert et al. 1999). Magnitudes much above 0.2 / cells can fold the image.
 *
 * @throws RangeError for a range that is none or negative, or cells that are no positive integer
 *
 * @example
 * elastic({ magnitudeRange: [0.01, 0.02], border: 'reflect' })
 */
export function elastic(options: ElasticOptions = {}): Augmentation<ElasticParams> {
  const { magnitudeRange = [0, 0.02], cells = 4 } = options;
  checkRange('magnitudeRange', magnitudeRange, { least: 0 });
  checkPositiveInteger('cells', cells);
  const resampling = resolveResampling(options);
  return {
    name: 'elastic',
    sample: (random) => ({ magnitude: random.range(...magnitudeRange), seed: random.uint32() }),
    apply: (image, params) => warpByField(image, displacementField(image, params, cells), resampling),
  };
}

/** Where each output pixel is looked up, relative to itself, in pixels; row-major `[height, width]`. */
export interface DisplacementField {
  /** To the right. */
  x: Float32Array;
  /** Downwards. */
  y: Float32Array;
}

/**
 * Looks each output pixel (x, y) up at (x + field.x, y + field.y), as OpenCV's `remap` does with maps that
 * hold the sums.
 *
 * @throws RangeError when the field is not of the image's size
 */
export function warpByField(
  image: CellImage,
  field: DisplacementField,
  options: ResamplingOptions = {},
): CellImage {
  checkImage(image);
  const { width, height, channels } = image;
  if (field.x.length !== width * height || field.y.length !== width * height)
    throw new RangeError(
      `field must have ${width * height} displacements. Received ${field.x.length} and ${field.y.length}.`,
    );
  const data = unsetSamplesLike(image.data, image.data.length);
  const sample = pixelSampler(image, resolveResampling(options));
  for (let y = 0, i = 0; y < height; y++)
    for (let x = 0; x < width; x++, i++) sample(x + field.x[i]!, y + field.y[i]!, data, i * channels);
  return { width, height, channels, data };
}

// A cubic B-spline of independent values of deviation 1 has a mean square of 151/315 along each axis.
const SPLINE_MEAN_SQUARE = 151 / 315;

/** The field that the parameters stand for, on an image of the given size. */
export function displacementField(
  { width, height }: { width: number; height: number },
  { magnitude, seed }: ElasticParams,
  cells: number,
): DisplacementField {
  const random = new Random('elastic', seed);
  const draw = (deviation: number): Float64Array =>
    Float64Array.from({ length: (cells + 3) ** 2 }, () => random.normal(0, deviation / SPLINE_MEAN_SQUARE));
  const [columns, rows] = [splineAxis(width, cells), splineAxis(height, cells)];
  return {
    x: splineSurface(draw(magnitude * width), cells + 3, columns, rows),
    y: splineSurface(draw(magnitude * height), cells + 3, columns, rows),
  };
}

/** For each pixel of an axis the first of its four control points, and their weights. */
interface SplineAxis {
  first: Int32Array;
  weights: Float64Array;
}

function splineAxis(size: number, cells: number): SplineAxis {
  const first = new Int32Array(size);
  const weights = new Float64Array(4 * size);
  for (let i = 0; i < size; i++) {
    const place = size === 1 ? 0 : (i / (size - 1)) * cells;
    first[i] = Math.min(cells - 1, Math.floor(place));
    const t = place - first[i]!;
    const s = 1 - t;
    const own = [s ** 3, 3 * t ** 3 - 6 * t ** 2 + 4, 3 * s ** 3 - 6 * s ** 2 + 4, t ** 3];
    weights.set(
      own.map((weight) => weight / 6),
      4 * i,
    );
  }
  return { first, weights };
}

function splineSurface(
  points: Float64Array,
  side: number,
  columns: SplineAxis,
  rows: SplineAxis,
): Float32Array {
  const [width, height] = [columns.first.length, rows.first.length];
  const surface = new Float32Array(width * height);
  const line = new Float64Array(side);
  for (let y = 0, out = 0; y < height; y++) {
    const top = rows.first[y]! * side;
    for (let j = 0; j < side; j++) line[j] = blend(points, top + j, side, rows.weights, 4 * y);
    for (let x = 0; x < width; x++)
      surface[out++] = blend(line, columns.first[x]!, 1, columns.weights, 4 * x);
  }
  return surface;
}

function blend(values: Float64Array, at: number, step: number, weights: Float64Array, w: number): number {
  return (
    values[at]! * weights[w]! +
    values[at + step]! * weights[w + 1]! +
    values[at + 2 * step]! * weights[w + 2]! +
    values[at + 3 * step]! * weights[w + 3]!
  );
}
