/** Squares that cover an image. */

/** Where windows of `size` begin along a side, `stride` apart: they cover it, and the last one ends with it. */
export function windowStarts(length: number, size: number, stride: number): number[] {
  const starts: number[] = [];
  for (let start = 0; start < length - size; start += stride) starts.push(start);
  return [...starts, length - size];
}
