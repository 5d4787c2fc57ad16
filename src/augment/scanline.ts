/** A row of output pixels as a straight walk through the input, and which part of it lies where. */
import type { Border } from './resampling';

/** Output pixel `i` of `length` is looked up at (x + i·stepX, y + i·stepY). */
export interface Walk {
  x: number;
  y: number;
  stepX: number;
  stepY: number;
  length: number;
}

/** A walk and its parts: 0 ≤ first ≤ begin ≤ end ≤ last ≤ length. */
export interface Scanline extends Walk {
  /** From here to `last`, places have anything but the fill around them. */
  first: number;
  last: number;
  /** From here to `end`, all neighbours of places are in the image. */
  begin: number;
  end: number;
}

/** Divides a walk through an image of the given size, its places taken to 2⁻³² of a pixel. */
export function scanline(
  { x, y, stepX, stepY, length }: Walk,
  size: { width: number; height: number },
  border: Border,
): Scanline {
  const walk = { x: toGrid(x), y: toGrid(y), stepX: toGrid(stepX), stepY: toGrid(stepY), length };
  const [first, last] = border === 'constant' ? spanWithin(walk, size, -1, 0) : [0, walk.length];
  const [begin, end] = spanWithin(walk, size, 0, -1);
  return { ...walk, first, last, ...(begin < end ? { begin, end } : { begin: last, end: last }) };
}

/** Sums of such numbers are exact below 2²¹, so that all ways of adding them up agree. */
function toGrid(value: number): number {
  return Math.round(value * 2 ** 32) / 2 ** 32;
}

/** Where the walk has `low` ≤ x < width + high, and the same of y with the height. */
function spanWithin(
  { x, y, stepX, stepY, length }: Walk,
  size: { width: number; height: number },
  low: number,
  high: number,
): [begin: number, end: number] {
  const [beginX, endX] = axisSpan(x, stepX, low, size.width + high, length);
  const [beginY, endY] = axisSpan(y, stepY, low, size.height + high, length);
  const begin = Math.max(beginX, beginY);
  return [begin, Math.max(begin, Math.min(endX, endY))];
}

/** Decided by the very sums that the samplers make, so that no rounding takes them out of the image. */
function axisSpan(
  start: number,
  step: number,
  low: number,
  high: number,
  length: number,
): [begin: number, end: number] {
  const within = (i: number): boolean => start + i * step >= low && start + i * step < high;
  if (step === 0) return within(0) ? [0, length] : [0, 0];
  const [one, other] = [(low - start) / step, (high - start) / step];
  let begin = clampIndex(Math.floor(Math.min(one, other)) - 1, length);
  let end = clampIndex(Math.ceil(Math.max(one, other)) + 2, length);
  while (begin < end && !within(begin)) begin++;
  while (end > begin && !within(end - 1)) end--;
  return [begin, end];
}

function clampIndex(i: number, length: number): number {
  return Math.min(length, Math.max(0, i));
}
