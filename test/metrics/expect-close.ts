/** Compares numbers with golden ones, in which null stands for NaN. */
import { expect } from 'vitest';

type Golden = number | null;

/** As near as doubles summed in another order can be. */
export function expectClose(actual: number | ArrayLike<number>, expected: Golden | readonly Golden[]): void {
  const actuals = typeof actual === 'number' ? [actual] : Array.from(actual);
  const values = expected === null || typeof expected === 'number' ? [expected] : expected;
  expect(actuals).toHaveLength(values.length);
  values.forEach((value, index) => {
    if (value === null) expect(actuals[index]).toBeNaN();
    else expect(actuals[index]).toBeCloseTo(value, 12);
  });
}
