/** The area under the ROC curve from ranked scores, per class and averaged. */
import { averageMeasure, measurePerClass, type RankedAverageOptions } from './ranked-averages';
import type { RankedScores } from './ranked-scores';
import { countGroups, type ScoreGroups } from './score-groups';

/**
 * ROC AUC of each class: the share of its pairs of a positive and a negative in which the positive has the higher score,
 * a tie counting half; `[numClasses]`, in 0–1. A model that guesses gets 0.5. Without a positive or without a
 * negative it is NaN.
 *
 * @see `roc_auc_score(average=None)` of scikit-learn, which gives the same
 * @example
 * const ranked = rankScores([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8], { numClasses: 1 });
 * rocAucPerClass(ranked); // [3 / 4] = [0.75]
 */
export function rocAucPerClass(ranked: RankedScores): Float64Array {
  return measurePerClass(ranked, rocAuc);
}

/**
 * ROC AUC, averaged. As `roc_auc_score` in scikit-learn: NaN where that of a class or a sample that counts is. Take
 * `classes: 'present'` to leave out classes without a positive, or the indices of those that have both; a weighted
 * average leaves out classes without a positive by itself, and is 0 without any positive.
 *
 * @throws RangeError for a class index outside 0 to numClasses − 1, TypeError for an unknown average and for `classes`
 * with the micro average or that over samples.
 * @example
 * const ranked = rankScores([0, 0, 1, 0], [0.1, 0.4, 0.35, 0.8], { numClasses: 2 });
 * rocAucScore(ranked); // NaN: class 1 has no positive
 * rocAucScore(ranked, { classes: 'present' }); // 1
 * rocAucScore(ranked, { average: 'micro' }); // 1/3
 */
export function rocAucScore(ranked: RankedScores, options: RankedAverageOptions = {}): number {
  return averageMeasure(ranked, rocAuc, () => ranked.withinSamples().rocAuc, options);
}

function rocAuc(groups: ScoreGroups): number {
  const { positives, negatives } = groups;
  let [truePositives, area] = [0, 0];
  for (let i = 0; i < positives.length; i++) {
    area += negatives[i]! * (truePositives + positives[i]! / 2);
    truePositives += positives[i]!;
  }
  const support = countGroups(groups);
  return area / (support.positives * support.negatives);
}
