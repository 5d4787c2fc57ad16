/** Precision, recall and F1 from counts, per class and averaged. */
import { checkNumClasses, countRows, labelError, type Labels } from './checks';
import type { Confusion } from './confusion';

export interface ZeroDivisionOptions {
  /**
   * What 0 / 0 counts as, such as the precision of a class that was never predicted.
   * @default 0
   */
  zeroDivision?: number;
}

/** Which classes an average takes: all, those with a positive label, or the indices given. */
export type ClassSelection = 'all' | 'present' | readonly number[];

export interface MacroF1Options extends ZeroDivisionOptions {
  /**
   * Which classes to average over. The competition takes all.
   * @default 'all'
   */
  classes?: ClassSelection;
}

/**
 * F1 of each class, 2tp / (2tp + fp + fn), `[numClasses]`. A class neither labelled nor predicted gets
 * `zeroDivision`. As `f1_score(average=None)` in scikit-learn.
 */
export function f1PerClass(counts: Confusion, options: ZeroDivisionOptions = {}): Float64Array {
  const { zeroDivision = 0 } = options;
  return counts.truePositives.map((tp, k) =>
    ratio(2 * tp, 2 * tp + counts.falsePositives[k]! + counts.falseNegatives[k]!, zeroDivision),
  );
}

/** Precision of each class, tp / (tp + fp), `[numClasses]`. A class never predicted gets `zeroDivision`. */
export function precisionPerClass(counts: Confusion, options: ZeroDivisionOptions = {}): Float64Array {
  const { zeroDivision = 0 } = options;
  return counts.truePositives.map((tp, k) => ratio(tp, tp + counts.falsePositives[k]!, zeroDivision));
}

/** Recall of each class, tp / (tp + fn), `[numClasses]`. A class without a label gets `zeroDivision`. */
export function recallPerClass(counts: Confusion, options: ZeroDivisionOptions = {}): Float64Array {
  const { zeroDivision = 0 } = options;
  return counts.truePositives.map((tp, k) => ratio(tp, tp + counts.falseNegatives[k]!, zeroDivision));
}

/**
 * Macro F1, the metric of the competition: the plain mean of the classes' F1, rare classes counting as much as
 * common ones. As `f1_score(average='macro')` in scikit-learn. No class at all gives `zeroDivision`.
 *
 * @throws RangeError for a class index outside 0 to numClasses − 1.
 * @example
 * const counts = countConfusion([1, 0, 1, 0], [0.9, 0.2, 0.4, 0.6], { numClasses: 2 });
 * macroF1(counts); // (2/3 + 0) / 2 = 0.3333
 * macroF1(counts, { classes: 'present' }); // 0.6667: nothing is labelled with class 1
 */
export function macroF1(counts: Confusion, options: MacroF1Options = {}): number {
  const { zeroDivision = 0, classes = 'all' } = options;
  const f1 = f1PerClass(counts, { zeroDivision });
  const support = counts.truePositives.map((tp, k) => tp + counts.falseNegatives[k]!);
  return mean(f1, selectClasses(classes, support), zeroDivision);
}

/**
 * Micro F1: F1 of the counts of all classes together, so that common classes decide. As
 * `f1_score(average='micro')` in scikit-learn.
 */
export function microF1(counts: Confusion, options: ZeroDivisionOptions = {}): number {
  const { zeroDivision = 0 } = options;
  const sum = (values: Float64Array) => values.reduce((total, value) => total + value, 0);
  const tp = sum(counts.truePositives);
  return ratio(2 * tp, 2 * tp + sum(counts.falsePositives) + sum(counts.falseNegatives), zeroDivision);
}

export interface ConstantBaselineOptions {
  /**
   * Which classes to average over.
   * @default 'all'
   */
  classes?: ClassSelection;
}

/**
 * Macro F1 of the best prediction that never looks at an image: each class always or never. A class with a
 * share p of positives scores 2p / (1 + p) when always predicted, and 0 when never. A model worth its name
 * stays above this.
 *
 * @param labels - 0 or 1, row-major `[samples, numClasses]`
 * @throws RangeError for a wrong number of labels, HpaError `label-invalid` for a label other than 0 and 1.
 * @example
 * constantBaselineF1([1, 0, 1, 0], 2); // (1 + 0) / 2 = 0.5
 * constantBaselineF1([1, 0, 1, 0], 2, { classes: 'present' }); // 1
 */
export function constantBaselineF1(
  labels: Labels,
  numClasses: number,
  options: ConstantBaselineOptions = {},
): number {
  checkNumClasses(numClasses);
  const samples = countRows('labels', labels.length, numClasses);
  const support = new Float64Array(numClasses);
  labels.forEach((label, index) => {
    if (label !== 0 && label !== 1) throw labelError(label, index, numClasses);
    support[index % numClasses]! += label;
  });
  const f1 = support.map((positives) => ratio(2 * positives, samples + positives, 0));
  return mean(f1, selectClasses(options.classes ?? 'all', support), 0);
}

/** The indices that a selection stands for. */
function selectClasses(classes: ClassSelection, support: Float64Array): readonly number[] {
  const all = Array.from(support.keys());
  if (classes === 'all') return all;
  if (classes === 'present') return all.filter((k) => support[k]! > 0);
  for (const k of classes) {
    if (!(Number.isInteger(k) && k >= 0 && k < support.length)) {
      throw new RangeError(`classes must be indices in 0 to ${support.length - 1}. Received ${String(k)}`);
    }
  }
  return classes;
}

function mean(values: Float64Array, indices: readonly number[], ifEmpty: number): number {
  return ratio(
    indices.reduce((total, k) => total + values[k]!, 0),
    indices.length,
    ifEmpty,
  );
}

function ratio(numerator: number, denominator: number, ifZero: number): number {
  return denominator === 0 ? ifZero : numerator / denominator;
}
