/** Scores to labels. */
import {
  checkNumClasses,
  checkPositiveInteger,
  countRows,
  scoreError,
  thresholdPerClass,
  type Scores,
  type Thresholds,
} from '../scores/checks';

/** How many labels a sample may have. */
export interface DecisionRule {
  /**
   * Whether a sample in which no score reaches its threshold gets the class that came closest.
   * @default false
   */
  atLeastOne?: boolean;
  /**
   * A sample with more labels than this keeps those that exceed their thresholds the most.
   * @default as many as there are classes
   */
  atMost?: number;
}

export interface ApplyThresholdsOptions extends DecisionRule {
  /** How many classes a row has. */
  numClasses: number;
}

/**
 * Predicted labels: 1 where a score is >= its threshold.
 *
 * With `atLeastOne`, a row in which no score reaches its threshold gets the class with the highest ratio of
 * score to threshold, the first of equals; with `atMost`, a row with more labels keeps those with the highest ratios.
 * A difference would favour classes with low thresholds: a score of 0.001 under 0.05 would beat 0.3 under 0.5. Where
 * a threshold is 0 or less, as for logits, ratios mean nothing, and differences are taken.
 *
 * @param scores - row-major `[samples, numClasses]`
 * @param thresholds - one for all classes or one for each
 * @returns multi-hot `[samples, numClasses]`
 * @throws RangeError for a wrong number of scores or thresholds or an `atMost` that is no positive integer, HpaError
 * `score-invalid` for NaN.
 * @example
 * applyThresholds([0.3, 0.1, 0.2, 0.04], [0.25, 0.05], { numClasses: 2 }); // [1, 1, 0, 0]
 * applyThresholds([0.2, 0.01], [0.25, 0.05], { numClasses: 2, atLeastOne: true }); // [1, 0]
 * applyThresholds([0.3, 0.1], [0.25, 0.05], { numClasses: 2, atMost: 1 }); // [0, 1]
 */
export function applyThresholds(
  scores: Scores,
  thresholds: Thresholds,
  options: ApplyThresholdsOptions,
): Uint8Array {
  const { numClasses, atLeastOne = false, atMost = numClasses } = options;
  checkNumClasses(numClasses);
  checkRule(options);
  const samples = countRows('scores', scores.length, numClasses);
  const cuts = thresholdPerClass(thresholds, numClasses);
  const byRatio = cuts.every((cut) => cut > 0);
  const margin = (index: number, k: number) =>
    byRatio ? scores[index]! / cuts[k]! : scores[index]! - cuts[k]!;
  const labels = new Uint8Array(scores.length);
  for (let row = 0; row < samples; row++) {
    const start = row * numClasses;
    let found = 0;
    for (let k = 0; k < numClasses; k++) {
      const score = scores[start + k]!;
      if (Number.isNaN(score)) throw scoreError(start + k, numClasses);
      if (score < cuts[k]!) continue;
      labels[start + k] = 1;
      found++;
    }
    if (found === 0 && atLeastOne) {
      let closest = 0;
      for (let k = 1; k < numClasses; k++)
        if (margin(start + k, k) > margin(start + closest, closest)) closest = k;
      labels[start + closest] = 1;
    }
    if (found > atMost) {
      const predicted = Array.from(cuts.keys()).filter((k) => labels[start + k] === 1);
      // The sort is stable: of equals the first stay.
      predicted.sort((a, b) => compare(margin(start + b, b), margin(start + a, a)));
      for (const k of predicted.slice(atMost)) labels[start + k] = 0;
    }
  }
  return labels;
}

/** A difference would be NaN for two infinities. */
function compare(a: number, b: number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** @throws RangeError for an `atMost` that is no positive integer */
export function checkRule({ atMost }: DecisionRule): void {
  if (atMost !== undefined) checkPositiveInteger('atMost', atMost);
}
