/** Platt's sigmoid of one class, by Newton's method with backtracking. */
import type { PlattCalibration } from './calibration';
import { logisticSums, type LogisticSums } from './logistic-sums';

const MOST_STEPS = 100;
const SHORTEST_STEP = 1e-10;
/** Relative; Newton's error after a step is about the square of the step. */
const SMALL_STEP = 1e-8;
/** Of what a whole step promises, the least that it must give (Armijo). */
const LEAST_GAIN = 1e-4;
/** Relative to the loss, whose rounded sum cannot tell whether a step that promises less has given it. */
const SMALLEST_DECLINE = 1e-11;
/** Relative to the mean; logits any nearer to each other count as one, whose slope rounding would make up. */
const SMALLEST_DEVIATION = 1e-9;
/** Keeps the matrix of second derivatives invertible where all probabilities are close to 0 and 1. */
const RIDGE = 1e-12;

/**
 * Slope and intercept with the least cross-entropy of sigmoid(slope · z + intercept) to Platt's targets,
 * (n₊ + 1) / (n₊ + 2) for positives and 1 / (n₋ + 2) for negatives, among slopes of 0 and above. Where the best slope
 * would be negative, or where all logits are one number, it is 0 and the probability one constant, the mean target.
 *
 * @see Lin, Lin and Weng, A note on Platt's probabilistic outputs for support vector machines, 2007
 */
export function fitPlatt(positives: Float64Array, negatives: Float64Array): PlattCalibration {
  const { mean, deviation } = measure(positives, negatives);
  const targetTotal =
    (positives.length * (positives.length + 1)) / (positives.length + 2) +
    negatives.length / (negatives.length + 2);
  const constant: PlattCalibration = {
    method: 'platt',
    slope: 0,
    intercept: Math.log(targetTotal / (positives.length + negatives.length - targetTotal)),
  };
  if (deviation <= SMALLEST_DEVIATION * Math.abs(mean)) return constant;

  // Around 0 and of one size, no step is ill-conditioned.
  const standardize = (logits: Float64Array) => logits.map((z) => (z - mean) / deviation);
  const targets = {
    positives: standardize(positives),
    negatives: standardize(negatives),
    positiveTarget: (positives.length + 1) / (positives.length + 2),
    negativeTarget: 1 / (negatives.length + 2),
  };

  let [slope, intercept] = [0, Math.log((positives.length + 1) / (negatives.length + 1))];
  let sums = logisticSums(targets, slope, intercept);
  for (let step = 0; step < MOST_STEPS; step++) {
    const [slopeStep, interceptStep] = newtonStep(sums);
    // How fast the loss falls along the step; less than 0 unless all is rounding.
    const decline = sums.bySlope * slopeStep + sums.byIntercept * interceptStep;
    let size = 1;
    let moved = sums;
    for (; size >= SHORTEST_STEP; size /= 2) {
      moved = logisticSums(targets, slope + size * slopeStep, intercept + size * interceptStep);
      if (-decline <= SMALLEST_DECLINE * sums.loss) break;
      if (moved.loss <= sums.loss + LEAST_GAIN * size * decline) break;
    }
    if (size < SHORTEST_STEP) break;
    slope += size * slopeStep;
    intercept += size * interceptStep;
    sums = moved;
    const length = size * Math.hypot(slopeStep, interceptStep);
    if (length <= SMALL_STEP * (1 + Math.hypot(slope, intercept))) break;
  }

  if (slope <= 0) return constant;
  return { method: 'platt', slope: slope / deviation, intercept: intercept - (slope / deviation) * mean };
}

/** Mean and standard deviation. */
function measure(positives: Float64Array, negatives: Float64Array): { mean: number; deviation: number } {
  const count = positives.length + negatives.length;
  let [mean, variance] = [0, 0];
  for (const z of positives) mean += z / count;
  for (const z of negatives) mean += z / count;
  for (const z of positives) variance += (z - mean) ** 2 / count;
  for (const z of negatives) variance += (z - mean) ** 2 / count;
  return { mean, deviation: Math.sqrt(variance) };
}

function newtonStep(sums: LogisticSums): [slope: number, intercept: number] {
  const h00 = sums.bySlopeTwice + RIDGE;
  const h11 = sums.byInterceptTwice + RIDGE;
  const h01 = sums.bySlopeAndIntercept;
  const determinant = h00 * h11 - h01 * h01;
  return [
    -(h11 * sums.bySlope - h01 * sums.byIntercept) / determinant,
    -(h00 * sums.byIntercept - h01 * sums.bySlope) / determinant,
  ];
}
