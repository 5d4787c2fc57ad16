/** How scores of classes, decisions or samples become one, and which classes take part. */
import type { Confusion } from './confusion';

/**
 * What is averaged: `'macro'` the classes' scores, each counting the same; `'weighted'` the classes' scores, each
 * counting as often as it is labelled; `'micro'` none, all decisions being those of one class; `'samples'` the scores
 * of the samples. As `average` in scikit-learn.
 */
export type Average = 'macro' | 'micro' | 'weighted' | 'samples';

/** Which classes an average takes: all, those with a positive label, or the indices given. */
export type ClassSelection = 'all' | 'present' | readonly number[];

/** What a ratio is where nothing stands below its line. */
export interface ZeroDivisionOptions {
  /**
   * What 0 / 0 counts as, such as the precision of a class that was never predicted: 0, 1, or NaN, which averages
   * leave out.
   * @default 0
   */
  zeroDivision?: number;
}

/** How classes are averaged. */
export interface AverageOptions extends ZeroDivisionOptions {
  /**
   * What to average over.
   * @default 'macro'
   */
  average?: Average;
  /**
   * Which classes to take. Not with the average over samples, whose counts are of all classes.
   * @default 'all'
   */
  classes?: ClassSelection;
}

/** A score from true positives, false positives and false negatives. */
export type CountScore = (tp: number, fp: number, fn: number) => number;

/** The numerator's share of the denominator, or `ifZero` where there is nothing to divide by. */
export function ratio(numerator: number, denominator: number, ifZero: number): number {
  return denominator === 0 ? ifZero : numerator / denominator;
}

/** The score of each class, `[numClasses]`. */
export function scorePerClass(counts: Confusion, score: CountScore): Float64Array {
  return counts.truePositives.map((tp, k) => score(tp, counts.falsePositives[k]!, counts.falseNegatives[k]!));
}

/** One score for all classes. Without a class or a sample to average over it is `zeroDivision`. */
export function averageScore(counts: Confusion, score: CountScore, options: AverageOptions): number {
  const { average = 'macro', classes = 'all', zeroDivision = 0 } = options;
  checkAverage(average, classes, ['samples']);
  if (average === 'samples') {
    const { outcomes } = counts;
    const scores = outcomes.map((o) => score(o.truePositives, o.falsePositives, o.falseNegatives));
    return mean(scores, { weights: outcomes.map(({ samples }) => samples), ifEmpty: zeroDivision });
  }
  const support = supportPerClass(counts);
  const selected = selectClasses(classes, support);
  if (average === 'micro') {
    const total = (values: Float64Array) => selected.reduce((sum, k) => sum + values[k]!, 0);
    return score(total(counts.truePositives), total(counts.falsePositives), total(counts.falseNegatives));
  }
  const scores = scorePerClass(counts, score);
  return mean(
    selected.map((k) => scores[k]!),
    {
      weights: average === 'weighted' ? selected.map((k) => support[k]!) : undefined,
      ifEmpty: zeroDivision,
    },
  );
}

/** How many samples are labelled with each class, `[numClasses]`. */
export function supportPerClass(counts: Confusion): Float64Array {
  return counts.truePositives.map((tp, k) => tp + counts.falseNegatives[k]!);
}

/** Throws a TypeError for an unknown average, and where classes are selected for one that takes all. */
export function checkAverage(average: string, classes: ClassSelection, takingAll: readonly Average[]): void {
  const known: readonly string[] = ['macro', 'micro', 'weighted', 'samples'] satisfies Average[];
  if (!known.includes(average)) {
    throw new TypeError(`average must be 'macro', 'micro', 'weighted' or 'samples'. Received ${average}`);
  }
  if (classes !== 'all' && takingAll.some((each) => each === average)) {
    throw new TypeError(`classes must be 'all' with the average '${average}'. Received ${String(classes)}`);
  }
}

/** The indices that a selection stands for. Throws a RangeError for one that is no class, TypeError for another word. */
export function selectClasses(classes: ClassSelection, support: ArrayLike<number>): readonly number[] {
  const all = Array.from({ length: support.length }, (_, k) => k);
  if (classes === 'all') return all;
  if (classes === 'present') return all.filter((k) => support[k]! > 0);
  if (typeof classes === 'string') {
    throw new TypeError(`classes must be 'all', 'present' or indices. Received ${String(classes)}`);
  }
  for (const k of classes) {
    if (!(Number.isInteger(k) && k >= 0 && k < support.length)) {
      throw new RangeError(`classes must be indices in 0 to ${support.length - 1}. Received ${String(k)}`);
    }
  }
  return classes;
}

/**
 * The mean of the values that are not NaN; NaN where all are. Without weight it is their plain mean, as in
 * scikit-learn; without values it is `ifEmpty`.
 */
export function mean(
  values: readonly number[],
  { weights, ifEmpty }: { weights?: readonly number[] | undefined; ifEmpty: number },
): number {
  if (values.length === 0) return ifEmpty;
  const counted = values.flatMap((value, i) =>
    Number.isNaN(value) ? [] : [{ value, weight: weights?.[i] ?? 1 }],
  );
  const total = counted.reduce((sum, { weight }) => sum + weight, 0);
  if (total > 0) return counted.reduce((sum, { value, weight }) => sum + weight * value, 0) / total;
  return counted.reduce((sum, { value }) => sum + value, 0) / counted.length;
}
