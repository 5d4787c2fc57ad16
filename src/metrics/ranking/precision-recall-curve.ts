/** Precision and recall of one class at each threshold. */
import type { RankedScores } from './ranked-scores';
import { countGroups } from './score-groups';

/** Points from the lowest to the highest threshold, and a last one for predicting nothing. */
export interface PrecisionRecallCurve {
  /** `[thresholds + 1]`, the last one 1. */
  precision: Float64Array;
  /** `[thresholds + 1]`, falling, the last one 0. */
  recall: Float64Array;
  /** Rising; what scores >= a threshold is predicted. */
  thresholds: Float64Array;
}

/**
 * Precision and recall of class `k` at each of its different scores as threshold. Without a positive the recall is 1 at
 * each threshold. As `precision_recall_curve` in scikit-learn.
 *
 * @throws RangeError unless `k` is a class index.
 * @example
 * const ranked = rankScores([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8], { numClasses: 1 });
 * precisionRecallCurve(ranked, 0);
 * // { precision: [0.5, 0.6667, 0.5, 1, 1], recall: [1, 1, 0.5, 0.5, 0], thresholds: [0.1, 0.35, 0.4, 0.8] }
 */
export function precisionRecallCurve(ranked: RankedScores, k: number): PrecisionRecallCurve {
  const groups = ranked.groups(k);
  const support = countGroups(groups).positives;
  const size = groups.scores.length;
  const precision = new Float64Array(size + 1).fill(1);
  const recall = new Float64Array(size + 1);
  let [truePositives, predicted] = [0, 0];
  for (let i = 0; i < size; i++) {
    truePositives += groups.positives[i]!;
    predicted += groups.positives[i]! + groups.negatives[i]!;
    precision[size - 1 - i] = truePositives / predicted;
    recall[size - 1 - i] = support === 0 ? 1 : truePositives / support;
  }
  return { precision, recall, thresholds: groups.scores.slice().reverse() };
}
