/** Checks the scores that calibration and its measures take. */
import { HpaError } from '../errors';
import { placeOf, scoreError } from './checks';
import type { PredictionKind } from './prediction-kind';

/** Squares and sums of logits within stay finite. */
const LARGEST_LOGIT = 1e100;

/**
 * Throws an HpaError `score-invalid` for NaN, for a probability outside 0–1 and for a logit whose size is above
 * 1e100. `index` counts over rows of `numClasses` scores.
 */
export function checkScore(score: number, index: number, numClasses: number, from: PredictionKind): void {
  const isProbability = from === 'probabilities';
  if (isProbability ? score >= 0 && score <= 1 : Math.abs(score) <= LARGEST_LOGIT) return;
  if (Number.isNaN(score)) throw scoreError(index, numClasses);
  const place = placeOf(index, numClasses);
  throw new HpaError(
    'score-invalid',
    isProbability
      ? `probabilities must lie in 0 to 1. Received ${score} at ${place}: are they logits?`
      : `logits must lie in -${LARGEST_LOGIT} to ${LARGEST_LOGIT}. Received ${score} at ${place}`,
  );
}
