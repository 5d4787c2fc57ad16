/** The rows of a warped image as straight walks through the input, and which part of each lies where. */
import type { AffineMatrix, ImageSize } from './geometry';
import type { Border } from './resampling';

/**
 * Pixel `i` of line `n` is looked up at (x[n] + i·stepX, y[n] + i·stepY). Of each line's `length` pixels,
 * those from `first` to `last` have anything but the fill around them, and those from `begin` to `end`, in
 * between, are wholly surrounded by the image.
 */
export interface Scanlines {
  length: number;
  stepX: number;
  stepY: number;
  x: Float64Array;
  y: Float64Array;
  first: Int32Array;
  begin: Int32Array;
  end: Int32Array;
  last: Int32Array;
}

/** The lines of an output of size `out`, where `inverse` leads from it into an input of size `from`. */
export function scanlines(inverse: AffineMatrix, out: ImageSize, from: ImageSize, border: Border): Scanlines {
  const [stepX, b, c, stepY, e, f] = inverse;
  const ends = (value: number): Int32Array => new Int32Array(out.height).fill(value);
  const lines: Scanlines = {
    length: out.width,
    stepX: toGrid(stepX),
    stepY: toGrid(stepY),
    x: new Float64Array(out.height),
    y: new Float64Array(out.height),
    first: ends(0),
    begin: ends(0),
    end: ends(out.width),
    last: ends(out.width),
  };
  for (let y = 0; y < out.height; y++) {
    lines.x[y] = toGrid(b * y + c);
    lines.y[y] = toGrid(e * y + f);
  }
  if (border === 'constant') {
    narrow(lines.x, lines.stepX, -1, from.width, lines.first, lines.last);
    narrow(lines.y, lines.stepY, -1, from.height, lines.first, lines.last);
  }
  narrow(lines.x, lines.stepX, 0, from.width - 1, lines.begin, lines.end);
  narrow(lines.y, lines.stepY, 0, from.height - 1, lines.begin, lines.end);
  for (let y = 0; y < out.height; y++)
    if (lines.begin[y]! >= lines.end[y]!) lines.begin[y] = lines.end[y] = lines.last[y]!;
  return lines;
}

/** Places are taken to 2⁻³² of a pixel: their sums are exact below 2²¹, so that all ways of adding agree. */
function toGrid(value: number): number {
  return Math.round(value * 2 ** 32) / 2 ** 32;
}

/**
 * Narrows begin–end of each line to where low ≤ start + i·step < high. The division only estimates: the
 * very sums that the samplers make decide, so that no rounding takes them out of the image.
 */
function narrow(
  starts: Float64Array,
  step: number,
  low: number,
  high: number,
  begin: Int32Array,
  end: Int32Array,
): void {
  for (let y = 0; y < starts.length; y++) {
    const start = starts[y]!;
    const one = (low - start) / step;
    const other = (high - start) / step;
    const known = step !== 0;
    let from = known ? Math.max(begin[y]!, Math.floor(Math.min(one, other)) - 1) : begin[y]!;
    let to = known ? Math.min(end[y]!, Math.ceil(Math.max(one, other)) + 2) : end[y]!;
    while (from < to && !(start + from * step >= low && start + from * step < high))
      from = known ? from + 1 : to;
    while (to > from && !(start + (to - 1) * step >= low && start + (to - 1) * step < high)) to--;
    from = Math.min(from, end[y]!);
    begin[y] = from;
    end[y] = Math.max(from, Math.min(to, end[y]!));
  }
}
