/** Thresholds from scores alone, so that each class is predicted as often as it is known to be true. */
import { checkNumClasses, copyScores, countRows, scoreError, type Scores } from '../scores/checks';
import { thresholdsOfCounts } from './methods/choose-thresholds';
import { checkLimits, checkPriors } from './options';
import { sortColumns } from './sorted-columns';

/** Options of `matchPriors`. */
export interface MatchPriorsOptions {
  /** How many classes a row has. */
  numClasses: number;
  /** No threshold is lower. @default -Infinity */
  floor?: number;
  /** No threshold is higher. @default Infinity */
  ceiling?: number;
}

/**
 * For each class the threshold at which the share of samples predicted is the nearest to its prior, of two equally
 * near ones the smaller. Needs no labels: the winners of the competition chose thresholds on the test images, with
 * the classes' shares of the training images.
 *
 * @param scores - row-major `[samples, numClasses]`
 * @param priors - a share in 0–1 for each class
 * @returns `[numClasses]`; 0.5, moved into the limits, where there are no samples
 * @throws RangeError for a wrong number of scores or priors or a prior out of range, HpaError `score-invalid` for NaN.
 * @example
 * matchPriors([0.9, 0.2, 0.6, 0.1], [0.5], { numClasses: 1 }); // [0.4]
 */
export function matchPriors(
  scores: Scores,
  priors: ArrayLike<number>,
  options: MatchPriorsOptions,
): Float64Array {
  const { numClasses, floor = -Infinity, ceiling = Infinity } = options;
  checkNumClasses(numClasses);
  const samples = countRows('scores', scores.length, numClasses);
  const shares = checkPriors(priors, numClasses);
  const limits = checkLimits(floor, ceiling);
  for (let index = 0; index < scores.length; index++)
    if (Number.isNaN(scores[index]!)) throw scoreError(index, numClasses);
  const columns = sortColumns(new Uint8Array(scores.length), copyScores(scores), numClasses);
  const counts = Array.from(shares, (share) => (samples === 0 ? NaN : share * samples));
  return thresholdsOfCounts(columns, counts, { limits, fallback: 0.5 });
}
