/** Shapes as files declare them, which may be anything. */

const MAX_RANK = 8;

/** Whether the value is a list of integers from 0. */
export function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((side) => Number.isSafeInteger(side) && side >= 0);
}

/** Whether it is the shape of a weight: of no more axes than any has. */
export function isShape(value: unknown): value is number[] {
  return isSizes(value) && value.length <= MAX_RANK;
}
