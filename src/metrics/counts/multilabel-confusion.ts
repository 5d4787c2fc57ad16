/** Confusion matrices of multi-label predictions. */
import type { Confusion } from './confusion';

/** Counts of one class: rows are not labelled and labelled, columns not predicted and predicted. */
export type ClassConfusion = [
  [trueNegatives: number, falsePositives: number],
  [falseNegatives: number, truePositives: number],
];

/**
 * A confusion matrix [[tn, fp], [fn, tp]] for each class, `[numClasses]`. As `multilabel_confusion_matrix` in
 * scikit-learn.
 *
 * @example
 * const counts = countConfusion([1, 0, 1, 1], [0.9, 0.2, 0.4, 0.6], { numClasses: 2 });
 * multilabelConfusion(counts); // [[[0, 0], [1, 1]], [[1, 0], [0, 1]]]
 */
export function multilabelConfusion(counts: Confusion): ClassConfusion[] {
  return Array.from(counts.truePositives, (tp, k) => [
    [counts.trueNegatives[k]!, counts.falsePositives[k]!],
    [counts.falseNegatives[k]!, tp],
  ]);
}
