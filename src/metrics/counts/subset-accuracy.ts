/** The share of samples without a wrong decision. */
import type { Confusion } from './confusion';

/**
 * Subset accuracy: the share of samples whose predicted classes are exactly the labelled ones, in 0–1. As
 * `accuracy_score` of multi-label predictions in scikit-learn. Without a sample it is NaN.
 *
 * @example
 * subsetAccuracy(countConfusion([1, 0, 1, 1], [0.9, 0.2, 0.4, 0.6], { numClasses: 2 })); // 1 / 2 = 0.5
 */
export function subsetAccuracy(counts: Confusion): number {
  const right = counts.outcomes.filter((o) => o.falsePositives === 0 && o.falseNegatives === 0);
  return right.reduce((sum, { samples }) => sum + samples, 0) / counts.samples;
}
