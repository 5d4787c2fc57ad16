/** Precision and recall from counts, per class and averaged. */
import {
  averageScore,
  ratio,
  scorePerClass,
  type AverageOptions,
  type CountScore,
  type ZeroDivisionOptions,
} from './averages';
import type { Confusion } from './confusion';

/**
 * Precision of each class, tp / (tp + fp), `[numClasses]`. A class never predicted gets `zeroDivision`. As
 * `precision_score(average=None)` in scikit-learn.
 *
 * @example
 * precisionPerClass(countConfusion([1, 0], [0.9, 0.8], { numClasses: 1 })); // [0.5]
 */
export function precisionPerClass(counts: Confusion, options: ZeroDivisionOptions = {}): Float64Array {
  return scorePerClass(counts, precision(options));
}

/**
 * Precision, averaged: the share of predictions that are right. As `precision_score` in scikit-learn.
 *
 * @throws RangeError for a class index outside 0 to numClasses − 1, TypeError for an unknown average and for `classes`
 * with the average over samples.
 * @example
 * const counts = countConfusion([1, 0, 1, 1], [0.9, 0.2, 0.4, 0.6], { numClasses: 2 });
 * precisionScore(counts); // (1 / 1 + 1 / 1) / 2 = 1
 */
export function precisionScore(counts: Confusion, options: AverageOptions = {}): number {
  return averageScore(counts, precision(options), options);
}

/**
 * Recall of each class, tp / (tp + fn), `[numClasses]`. A class without a label gets `zeroDivision`. As
 * `recall_score(average=None)` in scikit-learn.
 *
 * @example
 * recallPerClass(countConfusion([1, 1], [0.9, 0.2], { numClasses: 1 })); // [0.5]
 */
export function recallPerClass(counts: Confusion, options: ZeroDivisionOptions = {}): Float64Array {
  return scorePerClass(counts, recall(options));
}

/**
 * Recall, averaged: the share of labels that were predicted. As `recall_score` in scikit-learn.
 *
 * @throws RangeError for a class index outside 0 to numClasses − 1, TypeError for an unknown average and for `classes`
 * with the average over samples.
 * @example
 * const counts = countConfusion([1, 0, 1, 1], [0.9, 0.2, 0.4, 0.6], { numClasses: 2 });
 * recallScore(counts); // (1 / 2 + 1 / 1) / 2 = 0.75
 */
export function recallScore(counts: Confusion, options: AverageOptions = {}): number {
  return averageScore(counts, recall(options), options);
}

function precision({ zeroDivision = 0 }: ZeroDivisionOptions): CountScore {
  return (tp, fp) => ratio(tp, tp + fp, zeroDivision);
}

function recall({ zeroDivision = 0 }: ZeroDivisionOptions): CountScore {
  return (tp, _, fn) => ratio(tp, tp + fn, zeroDivision);
}
