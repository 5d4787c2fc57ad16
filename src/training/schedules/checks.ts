/** What options of schedules must be. */

/** @throws RangeError */
export function checkFactor(name: string, value: number, above = 0): void {
  if (!(value >= above && value <= 1))
    throw new RangeError(`${name} must lie in [${above}, 1]. Received ${value}`);
}

/** @throws RangeError */
export function checkPositive(name: string, value: number): void {
  if (!(value > 0 && value < Infinity)) throw new RangeError(`${name} must be positive. Received ${value}`);
}

/** @throws RangeError */
export function checkCount(name: string, value: number, least = 1): void {
  if (!Number.isInteger(value) || value < least)
    throw new RangeError(`${name} must be an integer of at least ${least}. Received ${value}`);
}

/** A schedule's name with its options. */
export function describe(name: string, options: object): string {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  const set = given.map(([key, value]) => `${key} ${JSON.stringify(value)}`);
  return `${name}(${set.join(', ')})`;
}
