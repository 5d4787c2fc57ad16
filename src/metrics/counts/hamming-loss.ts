/** The share of wrong decisions. */
import type { Confusion } from './confusion';

/**
 * Hamming loss: the share of all decisions, one for each sample and class, that are wrong, in 0–1. As `hamming_loss`
 * in scikit-learn. Without a sample it is NaN. Where labels are rare, predicting nothing already comes close to 0.
 *
 * @example
 * hammingLoss(countConfusion([1, 0, 1, 1], [0.9, 0.2, 0.4, 0.6], { numClasses: 2 })); // 1 / 4 = 0.25
 */
export function hammingLoss(counts: Confusion): number {
  const wrong = counts.falsePositives.reduce((sum, fp, k) => sum + fp + counts.falseNegatives[k]!, 0);
  return wrong / (counts.samples * counts.numClasses);
}
