/** The temperature of one class: a root found by Newton's method between bounds. */
import type { TemperatureCalibration } from './calibration';
import { logisticSums } from './logistic-sums';

const LOWEST = 0.01;
const HIGHEST = 100;
/** Relative; rounding of the sums hides the root any nearer. */
const NARROWEST = 1e-12;
/** Relative; Newton's error after a step is about the square of the step. */
const SMALL_STEP = 1e-8;

/**
 * The temperature in 0.01–100 with the least log loss of sigmoid(z / temperature). Logits that a cut at 0 tells apart
 * without a mistake want 0, and logits that are all on the wrong side infinity: they get a bound. Where no temperature
 * changes anything, as with logits of 0 only, it is 1.
 *
 * Σ log loss is convex in β = 1 / temperature, so its derivative has one root. Newton's steps are taken while they at
 * least halve the derivative within the bounds of the root, and bounds are halved on a logarithmic scale where they
 * do not: each turn halves one or the other, which ends.
 */
export function fitTemperature(positives: Float64Array, negatives: Float64Array): TemperatureCalibration {
  const targets = { positives, negatives, positiveTarget: 1, negativeTarget: 0 };
  let sums = logisticSums(targets, 1, 0);
  if (sums.bySlope === 0) return { method: 'temperature', temperature: 1 };
  // The root lies on the one side of 1 or on the other, unless the bound there does not pass it.
  const isAbove = sums.bySlope < 0;
  const bound = isAbove ? 1 / LOWEST : 1 / HIGHEST;
  const atBound = logisticSums(targets, bound, 0).bySlope;
  if (isAbove ? atBound <= 0 : atBound >= 0)
    return { method: 'temperature', temperature: isAbove ? LOWEST : HIGHEST };

  let [low, high] = isAbove ? [1, bound] : [bound, 1];
  let beta = 1;
  let before = Infinity;
  while (high / low - 1 > NARROWEST) {
    const { bySlope, bySlopeTwice } = sums;
    const newton = beta - bySlope / bySlopeTwice;
    if (newton === beta) break;
    if (bySlope < 0) low = beta;
    else high = beta;
    // False too where a flat curve makes `newton` infinite or NaN.
    const isGood = newton > low && newton < high && Math.abs(bySlope) <= before / 2;
    const isLast = isGood && Math.abs(newton / beta - 1) <= SMALL_STEP;
    beta = isGood ? newton : Math.sqrt(low * high);
    before = Math.abs(bySlope);
    if (isLast) break;
    sums = logisticSums(targets, beta, 0);
  }
  return { method: 'temperature', temperature: 1 / beta };
}

/** Whether a temperature is one of the bounds, where no temperature is best. */
export function isTemperatureBound(temperature: number): boolean {
  return temperature === LOWEST || temperature === HIGHEST;
}
