/** Separable, symmetric filters: along rows, then across them, in single precision. */
import type { CellImage, Samples } from '../image/cell-image';
import { borderIndex, fillSamples, type Resampling } from './resampling';

const { fround } = Math;

/** Filters the image by a kernel of which the middle and one side are given, and writes to `out`. */
export function blurLoops(
  image: CellImage,
  weights: Float32Array,
  resampling: Resampling,
  out: Samples,
): void {
  const { height, width, channels } = image;
  const radius = weights.length - 1;
  const stride = width * channels;
  const source = new PaddedRows(image, radius, resampling);
  const rows = recentRows(image, radius, resampling, (y) => {
    const row = new Float32Array(stride);
    blurAlong(source.read(y), weights, channels, row);
    return row;
  });
  const sums = new Float32Array(stride);
  for (let y = 0; y < height; y++) {
    blurAcross(rows, y, weights, sums);
    // At 2²³ floats are whole numbers: adding it rounds, halves to even.
    if (!(out instanceof Float32Array))
      for (let i = 0; i < stride; i++) sums[i] = fround(sums[i]! + 8388608) - 8388608;
    out.set(sums, y * stride);
  }
}

/** Rows of an image as floats, with margins of so many pixels before and after. */
export class PaddedRows {
  /** The last row read, margins included. */
  readonly line: Float32Array;
  private readonly outside: Float64Array;
  private readonly margins: readonly [to: number, from: number][];
  private readonly margin: number;
  private readonly stride: number;

  /** Rows are written to `line`, where one is given: samples of a row and both margins. */
  constructor(
    private readonly image: CellImage,
    radius: number,
    { border, fill }: Resampling,
    line?: Float32Array,
  ) {
    const { width, channels, data } = image;
    this.stride = width * channels;
    this.margin = radius * channels;
    this.line = line ?? new Float32Array(this.stride + 2 * this.margin);
    this.outside = fillSamples(fill, data, channels);
    this.margins = marginSources(width, radius, channels, border);
  }

  /** Row `y`; for -1 a row of the fill. */
  read(y: number): Float32Array {
    const { line, margin, stride, image, outside } = this;
    if (y < 0) for (let i = 0; i < stride; i++) line[margin + i] = outside[i % image.channels]!;
    else line.set(image.data.subarray(y * stride, (y + 1) * stride), margin);
    for (const [to, from] of this.margins) line[to] = from < 0 ? outside[to % image.channels]! : line[from]!;
    return line;
  }
}

/** For each sample in the margins of a padded line, the one it repeats; -1 for the fill. */
function marginSources(
  width: number,
  radius: number,
  channels: number,
  border: Resampling['border'],
): [to: number, from: number][] {
  const sources: [number, number][] = [];
  for (const x of [...Array(radius).keys()].flatMap((i) => [-1 - i, width + i])) {
    const column = borderIndex(x, width, border);
    for (let c = 0; c < channels; c++)
      sources.push([(x + radius) * channels + c, column < 0 ? -1 : (column + radius) * channels + c]);
  }
  return sources;
}

/**
 * Rows by their place in or outside the image, each made once as long as they are asked for from top to
 * bottom: of those within the radius, none is made again. `slot` is where a row may be kept.
 */
export function recentRows<Row>(
  { height }: CellImage,
  radius: number,
  { border }: Resampling,
  make: (y: number, slot: number) => Row,
): (y: number) => Row {
  const slots = Math.min(height, 2 * radius + 1);
  const kept: { y: number; row: Row }[] = [];
  return (place) => {
    const y = borderIndex(place, height, border);
    // The last slot is for the row of the fill.
    const slot = y < 0 ? slots : y % slots;
    const found = kept[slot];
    if (found?.y === y) return found.row;
    const row = make(y, slot);
    kept[slot] = { y, row };
    return row;
  };
}

function blurAlong(line: Float32Array, weights: Float32Array, channels: number, out: Float32Array): void {
  const radius = weights.length - 1;
  for (let i = 0, middle = radius * channels; i < out.length; i++, middle++) {
    let sum = fround(line[middle]! * weights[0]!);
    for (let k = 1, step = channels; k <= radius; k++, step += channels)
      sum = fround(sum + fround(fround(line[middle - step]! + line[middle + step]!) * weights[k]!));
    out[i] = sum;
  }
}

function blurAcross(
  rows: (y: number) => Float32Array,
  y: number,
  weights: Float32Array,
  sums: Float32Array,
): void {
  const middle = rows(y);
  for (let i = 0; i < sums.length; i++) sums[i] = middle[i]! * weights[0]!;
  for (let k = 1; k < weights.length; k++) {
    const above = rows(y - k);
    const below = rows(y + k);
    const weight = weights[k]!;
    for (let i = 0; i < sums.length; i++) sums[i] = sums[i]! + fround(fround(above[i]! + below[i]!) * weight);
  }
}
