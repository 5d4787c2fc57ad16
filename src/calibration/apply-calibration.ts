/** Scores to calibrated probabilities. */
import { checkScore } from '../scores/check-score';
import { checkNumClasses, countRows, type Scores } from '../scores/checks';
import { checkFrom, type PredictionKind } from '../scores/prediction-kind';
import { checkParameters, type Calibration, type ClassCalibration } from './calibration';
import { sigmoid, toLogit } from './logits';

/**
 * Probabilities of scores by what `fitCalibration` found. Within a class a higher score never gets a lower
 * probability, so that rankings stay, but for ties.
 *
 * @param scores - row-major `[samples, classes]`, of the kind that the calibration was fitted on
 * @param calibration - of `fitCalibration` or `calibrationFromJson`
 * @returns as many probabilities: a Float32Array for a Float32Array, else a Float64Array
 * @throws RangeError for rows that are not whole or parameters that no fit gives, HpaError `score-invalid` for NaN, a
 * probability outside 0–1 and a logit that is infinite or above 1e100 in size.
 * @example
 * const calibration = fitCalibration(labels, logits, { numClasses: 28, method: 'platt', from: 'logits' });
 * const probabilities = applyCalibration(testLogits, calibration);
 */
export function applyCalibration(scores: Float32Array, calibration: Calibration): Float32Array;
export function applyCalibration(
  scores: Float64Array | readonly number[],
  calibration: Calibration,
): Float64Array;
export function applyCalibration(scores: Scores, calibration: Calibration): Float32Array | Float64Array;
export function applyCalibration(scores: Scores, calibration: Calibration): Float32Array | Float64Array {
  const { from, parameters } = calibration;
  const numClasses = parameters.length;
  checkNumClasses(numClasses);
  checkFrom(from);
  countRows('scores', scores.length, numClasses);
  checkParameters(calibration);
  const calibrators = parameters.map((fit) => makeCalibrator(fit, from));
  const probabilities =
    scores instanceof Float32Array ? new Float32Array(scores.length) : new Float64Array(scores.length);
  for (let index = 0, k = 0; index < scores.length; index++) {
    const score = scores[index]!;
    checkScore(score, index, numClasses, from);
    probabilities[index] = calibrators[k]!(score);
    if (++k === numClasses) k = 0;
  }
  return probabilities;
}

function makeCalibrator(fit: ClassCalibration, from: PredictionKind): (score: number) => number {
  switch (fit.method) {
    case 'identity':
      return from === 'logits' ? sigmoid : (score) => score;
    case 'temperature':
      return (score) => sigmoid(toLogit(score, from) / fit.temperature);
    case 'platt':
      return (score) => sigmoid(fit.slope * toLogit(score, from) + fit.intercept);
    case 'isotonic':
      return (score) => interpolate(fit.scores, fit.probabilities, score);
  }
}

/** The line through the knots around `x`; level beyond the last ones. */
function interpolate(xs: readonly number[], ys: readonly number[], x: number): number {
  let [low, high] = [0, xs.length - 1];
  if (x <= xs[low]!) return ys[low]!;
  if (x >= xs[high]!) return ys[high]!;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (xs[middle]! <= x) low = middle;
    else high = middle;
  }
  const share = (x - xs[low]!) / (xs[high]! - xs[low]!);
  // Rounding must not lift a probability above that of the next knot.
  return Math.min(ys[low]! + share * (ys[high]! - ys[low]!), ys[high]!);
}
