/** Scores to labels. */
import {
  checkNumClasses,
  countRows,
  scoreError,
  thresholdPerClass,
  type Scores,
  type Thresholds,
} from '../metrics/checks';

export interface ApplyThresholdsOptions {
  /** How many classes a row has. */
  numClasses: number;
  /**
   * Whether a row without any label gets the class that came closest.
   * @default false
   */
  atLeastOne?: boolean;
}

/**
 * Predicted labels: 1 where a score is >= its threshold.
 *
 * With `atLeastOne`, a row in which no score reaches its threshold gets the class with the highest ratio of
 * score to threshold, the first of equals. A difference would favour classes with low thresholds: a score of
 * 0.001 under 0.05 would beat 0.3 under 0.5. Where a threshold is 0 or less, as for logits, ratios mean
 * nothing, and the highest difference is taken.
 *
 * @param scores - row-major `[samples, numClasses]`
 * @param thresholds - one for all classes or one for each
 * @returns multi-hot `[samples, numClasses]`
 * @throws RangeError for a wrong number of scores or thresholds, HpaError `score-invalid` for NaN.
 * @example
 * applyThresholds([0.3, 0.1, 0.2, 0.04], [0.25, 0.05], { numClasses: 2 }); // [1, 1, 0, 0]
 * applyThresholds([0.2, 0.01], [0.25, 0.05], { numClasses: 2, atLeastOne: true }); // [1, 0]
 */
export function applyThresholds(
  scores: Scores,
  thresholds: Thresholds,
  options: ApplyThresholdsOptions,
): Uint8Array {
  const { numClasses, atLeastOne = false } = options;
  checkNumClasses(numClasses);
  const samples = countRows('scores', scores.length, numClasses);
  const cuts = thresholdPerClass(thresholds, numClasses);
  const byRatio = cuts.every((cut) => cut > 0);
  const labels = new Uint8Array(scores.length);
  for (let row = 0; row < samples; row++) {
    const start = row * numClasses;
    let [found, closest, closeness] = [false, 0, -Infinity];
    for (let k = 0; k < numClasses; k++) {
      const score = scores[start + k]!;
      const cut = cuts[k]!;
      if (Number.isNaN(score)) throw scoreError(start + k, numClasses);
      if (score >= cut) {
        labels[start + k] = 1;
        found = true;
      }
      const margin = byRatio ? score / cut : score - cut;
      if (margin > closeness) [closest, closeness] = [k, margin];
    }
    if (atLeastOne && !found) labels[start + closest] = 1;
  }
  return labels;
}
