/** Checks of options, so that a mistake is told where it is made and not at the thousandth image. */

/** What is drawn uniformly from `[min, max]`. */
export type Range = readonly [min: number, max: number];

/** Bounds that both ends of a range must keep. */
export interface RangeBounds {
  /** The least allowed. */
  least?: number;
  /** Both ends must be above this. */
  above?: number;
  /** The most allowed. */
  most?: number;
  /** Both ends must be below this. */
  below?: number;
}

/** @throws RangeError when it is not two finite numbers in order within the bounds */
export function checkRange(
  name: string,
  range: Range,
  { least, above, most, below }: RangeBounds = {},
): void {
  const numbers: readonly unknown[] = Array.isArray(range) ? range : [];
  const finite = numbers.length === 2 && numbers.every(Number.isFinite);
  const within =
    finite &&
    range[0] <= range[1] &&
    (least === undefined || range[0] >= least) &&
    (above === undefined || range[0] > above) &&
    (most === undefined || range[1] <= most) &&
    (below === undefined || range[1] < below);
  if (within) return;
  const bounds = [
    ...(least === undefined ? [] : [`at least ${least}`]),
    ...(above === undefined ? [] : [`above ${above}`]),
    ...(most === undefined ? [] : [`at most ${most}`]),
    ...(below === undefined ? [] : [`below ${below}`]),
  ];
  const where = bounds.length === 0 ? '' : `, ${bounds.join(' and ')}`;
  throw new RangeError(`${name} must be [min, max] with min ≤ max${where}. Received ${show(range)}.`);
}

/** @throws RangeError when it is not from 0 to 1 */
export function checkProbability(name: string, p: number): void {
  if (!(p >= 0 && p <= 1)) throw new RangeError(`${name} must be a probability from 0 to 1. Received ${p}.`);
}

/** @throws RangeError when it is not a finite number above 0 */
export function checkPositive(name: string, value: number): void {
  if (!(value > 0 && Number.isFinite(value)))
    throw new RangeError(`${name} must be a finite number above 0. Received ${value}.`);
}

/** @throws RangeError when it is not one of the choices */
export function checkChoice(name: string, value: string, choices: readonly string[]): void {
  if (!choices.includes(value))
    throw new RangeError(`${name} must be ${choices.join(', ')}. Received ${value}.`);
}

function show(value: unknown): string {
  return Array.isArray(value) ? `[${value.join(', ')}]` : String(value);
}
