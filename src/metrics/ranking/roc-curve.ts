/** True and false positive rates of one class at each threshold. */
import type { RankedScores } from './ranked-scores';
import { countGroups } from './score-groups';

/** Points from predicting nothing to the lowest threshold; each array is `[thresholds]`. */
export interface RocCurve {
  /** The share of negatives that are predicted, rising from 0. */
  falsePositiveRate: Float64Array;
  /** The share of positives that are predicted, rising from 0. */
  truePositiveRate: Float64Array;
  /** Falling, the first one Infinity; what scores >= a threshold is predicted. */
  thresholds: Float64Array;
}

/**
 * The ROC curve of class `k`, a point for each of its different scores. Without a negative every false positive rate is
 * NaN, without a positive every true positive rate. As `roc_curve(drop_intermediate=False)` in scikit-learn.
 *
 * @throws RangeError unless `k` is a class index.
 * @example
 * const ranked = rankScores([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8], { numClasses: 1 });
 * rocCurve(ranked, 0);
 * // { falsePositiveRate: [0, 0, 0.5, 0.5, 1], truePositiveRate: [0, 0.5, 0.5, 1, 1],
 * //   thresholds: [Infinity, 0.8, 0.4, 0.35, 0.1] }
 */
export function rocCurve(ranked: RankedScores, k: number): RocCurve {
  const groups = ranked.groups(k);
  const support = countGroups(groups);
  const thresholds = new Float64Array(groups.scores.length + 1).fill(Infinity);
  thresholds.set(groups.scores, 1);
  return {
    falsePositiveRate: accumulate(groups.negatives, support.negatives),
    truePositiveRate: accumulate(groups.positives, support.positives),
    thresholds,
  };
}

/** The share of `total` up to each count, before the first one too. */
function accumulate(counts: Float64Array, total: number): Float64Array {
  const shares = new Float64Array(counts.length + 1);
  let sum = 0;
  for (let i = 0; i < shares.length; i++) {
    shares[i] = sum / total;
    sum += counts[i] ?? 0;
  }
  return shares;
}
