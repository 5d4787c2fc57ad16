/** Average precision from ranked scores, per class and averaged. */
import { averageMeasure, measurePerClass, type RankedAverageOptions } from './ranked-averages';
import type { RankedScores } from './ranked-scores';
import { countGroups, type ScoreGroups } from './score-groups';

/**
 * Average precision of each class, Σ (R_n − R_{n−1}) · P_n over its scores n from high to low, with R and P recall and
 * precision when all from the n-th score on are predicted; `[numClasses]`, in 0–1. Equal scores come together.
 *
 * A class without a positive gets 0. A model that guesses gets about the share of positives.
 *
 * @see `average_precision_score(average=None)` of scikit-learn, which gives the same
 * @example
 * const ranked = rankScores([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8], { numClasses: 1 });
 * averagePrecisionPerClass(ranked); // [0.5 · 1 + 0.5 · 2/3] = [0.8333]
 */
export function averagePrecisionPerClass(ranked: RankedScores): Float64Array {
  return measurePerClass(ranked, averagePrecision);
}

/**
 * Average precision, averaged; the macro average is known as mAP. As `average_precision_score` in scikit-learn: a class
 * without a positive counts as 0 in the macro average, unless `classes` is `'present'`, and so does a sample without a
 * label in the average over samples. Without a class or a sample to average over it is NaN.
 *
 * @throws RangeError for a class index outside 0 to numClasses − 1, TypeError for an unknown average and for `classes`
 * with the micro average or that over samples.
 * @example
 * const ranked = rankScores([0, 0, 1, 0], [0.1, 0.4, 0.35, 0.8], { numClasses: 2 });
 * averagePrecisionScore(ranked); // (1 + 0) / 2 = 0.5
 * averagePrecisionScore(ranked, { classes: 'present' }); // 1
 * averagePrecisionScore(ranked, { average: 'micro' }); // 1/3
 */
export function averagePrecisionScore(ranked: RankedScores, options: RankedAverageOptions = {}): number {
  return averageMeasure(ranked, averagePrecision, () => ranked.withinSamples().averagePrecision, options);
}

function averagePrecision(groups: ScoreGroups): number {
  const { positives, negatives } = groups;
  let [truePositives, predicted, sum] = [0, 0, 0];
  for (let i = 0; i < positives.length; i++) {
    truePositives += positives[i]!;
    predicted += positives[i]! + negatives[i]!;
    sum += positives[i]! * (truePositives / predicted);
  }
  const support = countGroups(groups).positives;
  return support === 0 ? 0 : sum / support;
}
