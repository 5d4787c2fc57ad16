/** Area-averaging resize, exact: the mean of what each output pixel covers. */
import { unsetSamplesLike, type CellImage, type Samples } from './cell-image';
import { checkImage, checkPositiveInteger } from './check-image';
import { measureOverlaps, type Overlaps } from './overlaps';
import { imageWorkspace } from './simd/kernels';
import { resizeSimd } from './simd/resize';

/** Options of `resize`. */
export interface ResizeOptions {
  /** Width of the result in pixels. */
  width: number;
  /** Height of the result in pixels. */
  height: number;
}

/**
 * Resizes by area averaging. Output pixel `(x, y)` is the mean of the source rectangle that it covers,
 * `[x·W/w, (x+1)·W/w) × [y·H/h, (y+1)·H/h)`, pixels cut by its border counting by the part inside.
 * Nothing aliases and the image's mean stays; integers are rounded to nearest, halves up.
 *
 * Shrinking equals OpenCV's `INTER_AREA`. Enlarging keeps the same meaning, so that whole factors repeat
 * pixels and others blend neighbours at their borders; OpenCV interpolates there instead.
 *
 * @returns a new image of the same channels and sample type, `[height, width, channels]`; a copy when the
 * size is the same.
 * @throws RangeError when width or height is not a positive integer.
 *
 * @example
 * resize({ width: 4, height: 1, channels: 1, data: Uint8Array.of(0, 10, 20, 40) }, { width: 2, height: 1 });
 * // data: Uint8Array [5, 30]
 */
export function resize(image: CellImage, { width, height }: ResizeOptions): CellImage {
  checkPositiveInteger('width', width);
  checkPositiveInteger('height', height);
  checkImage(image);
  const { channels, data } = image;
  if (width === image.width && height === image.height)
    return { width, height, channels, data: data.slice() };
  const workspace = imageWorkspace();
  const columns = measureOverlaps(image.width, width);
  const rows = measureOverlaps(image.height, height);
  const out = unsetSamplesLike(data, width * height * channels);
  if (!workspace || !resizeSimd(workspace, image, columns, rows, out)) resizeLoops(image, columns, rows, out);
  return { width, height, channels, data: out };
}

/** The same in TypeScript; golden tests hold both to the same samples. */
export function resizeLoops(image: CellImage, columns: Overlaps, rows: Overlaps, out: Samples): void {
  const { channels, data } = image;
  const stride = image.width * channels;
  const line = new Float64Array(stride);
  // Overlaps are integers, so sums of integer samples are exact and rounding sees the true mean.
  const area = image.width * image.height;
  const half = data instanceof Float32Array ? 0 : 0.5;
  const averageLine = channels === 4 ? averageLine4 : averageLineAny;
  const outStride = columns.first.length * channels;
  for (let y = 0; y < rows.first.length; y++) {
    sumRows(data, stride, rows, y, line);
    averageLine(line, channels, columns, out, y * outStride, area, half);
  }
}

/** Sums the source rows under output row `y` into `line`, weighted by their overlaps. */
function sumRows(data: Samples, stride: number, rows: Overlaps, y: number, line: Float64Array): void {
  const [first, last] = [rows.first[y]!, rows.last[y]!];
  const head = rows.head[y]!;
  for (let i = 0, at = first * stride; i < stride; i++, at++) line[i] = head * data[at]!;
  for (let row = first + 1; row <= last; row++) {
    const weight = row === last ? rows.tail[y]! : rows.whole;
    for (let i = 0, at = row * stride; i < stride; i++, at++) line[i] = line[i]! + weight * data[at]!;
  }
}

function averageLineAny(
  line: Float64Array,
  channels: number,
  { first, last, head, whole, tail }: Overlaps,
  out: Samples,
  to: number,
  area: number,
  half: number,
): void {
  for (let x = 0; x < first.length; x++) {
    for (let c = 0; c < channels; c++) {
      const end = last[x]! * channels + c;
      let at = first[x]! * channels + c;
      let sum = head[x]! * line[at]!;
      for (at += channels; at < end; at += channels) sum += whole * line[at]!;
      sum += tail[x]! * line[end]!;
      out[to++] = sum / area + half;
    }
  }
}

/** The usual case keeps its four sums in registers. */
function averageLine4(
  line: Float64Array,
  _channels: number,
  { first, last, head, whole, tail }: Overlaps,
  out: Samples,
  to: number,
  area: number,
  half: number,
): void {
  for (let x = 0; x < first.length; x++, to += 4) {
    const end = 4 * last[x]!;
    let at = 4 * first[x]!;
    let weight = head[x]!;
    let a = weight * line[at]!;
    let b = weight * line[at + 1]!;
    let c = weight * line[at + 2]!;
    let d = weight * line[at + 3]!;
    for (at += 4; at < end; at += 4) {
      a += whole * line[at]!;
      b += whole * line[at + 1]!;
      c += whole * line[at + 2]!;
      d += whole * line[at + 3]!;
    }
    weight = tail[x]!;
    out[to] = (a + weight * line[end]!) / area + half;
    out[to + 1] = (b + weight * line[end + 1]!) / area + half;
    out[to + 2] = (c + weight * line[end + 2]!) / area + half;
    out[to + 3] = (d + weight * line[end + 3]!) / area + half;
  }
}
