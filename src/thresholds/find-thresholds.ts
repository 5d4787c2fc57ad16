/** Per-class thresholds that maximise F1, the exact optimum in one sorted sweep. */
import { countSamples, labelError, scoreError, type Labels, type Scores } from '../metrics/checks';
import { countConfusion } from '../metrics/confusion';
import { f1PerClass, macroF1 } from '../metrics/f1';
import { bestCut } from './best-cut';
import { sortScores } from './sort-scores';

export interface FindThresholdsOptions {
  /** How many classes a row has. */
  numClasses: number;
  /**
   * The threshold of a class without a positive label, and the one that equal optima are drawn to. Take 0 for
   * logits.
   * @default 0.5
   */
  fallback?: number;
}

export interface FoundThresholds {
  /** A threshold for each class, `[numClasses]`; a class is predicted where its score is >= its threshold. */
  thresholds: Float64Array;
  /** F1 of each class with its threshold, `[numClasses]`; 0 for a class without a positive label. */
  f1: Float64Array;
  /** Macro F1 with the thresholds, over all classes. */
  macroF1: number;
  /** Macro F1 with the thresholds, over the classes that have a positive label. */
  macroF1Present: number;
  /** Macro F1 over all classes with `fallback` for every class: what was to be beaten. */
  macroF1AtFallback: number;
}

/**
 * Finds for each class the threshold with the highest F1, over all cuts that tell the scores apart. The
 * optimum is exact, and `countConfusion` with these thresholds gives exactly these F1s, so the result is never
 * below a flat threshold on the same data. Tune on validation data, and judge on samples that neither training
 * nor tuning saw: for a class with few positives the F1 found here is too good to be true.
 *
 * - A threshold lies in the middle between the lowest score predicted and the highest one not predicted. Where
 *   every sample is predicted, it lies between 0 and the lowest score, or on that score if it is not positive.
 * - Among equal optima the threshold nearest to `fallback` is taken, then the higher one.
 * - A class without a positive label gets `fallback`.
 *
 * @param labels - 0 or 1, row-major `[samples, numClasses]`
 * @param scores - as many, probabilities or logits
 * @throws RangeError for a wrong number of labels or scores or a fallback that is NaN, HpaError `label-invalid`
 * for a label other than 0 and 1, `score-invalid` for NaN.
 * @see `precision_recall_curve` of scikit-learn gives the same optimum.
 * @example
 * const { thresholds, macroF1 } = findThresholds([0, 1, 0, 1], [0.1, 0.3, 0.2, 0.4], { numClasses: 1 });
 * thresholds; // [0.25]
 * macroF1; // 1
 */
export function findThresholds(
  labels: Labels,
  scores: Scores,
  options: FindThresholdsOptions,
): FoundThresholds {
  const { numClasses, fallback = 0.5 } = options;
  const samples = countSamples(labels, scores, numClasses);
  if (typeof fallback !== 'number' || Number.isNaN(fallback)) {
    throw new RangeError(`fallback must be a number. Received ${String(fallback)}`);
  }
  const support = countPositives(labels, numClasses);
  const columns = splitColumns(labels, scores, support, samples);
  const thresholds = Float64Array.from(support, (positives, k) => {
    if (positives === 0) return fallback;
    const column = columns.subarray(k * samples, (k + 1) * samples);
    const [ones, zeros] = [column.subarray(0, positives), column.subarray(positives)];
    return bestCut(sortScores(ones), sortScores(zeros), fallback).threshold;
  });
  const counts = countConfusion(labels, scores, { numClasses, thresholds });
  return {
    thresholds,
    f1: f1PerClass(counts),
    macroF1: macroF1(counts),
    macroF1Present: macroF1(counts, { classes: 'present' }),
    macroF1AtFallback: macroF1(countConfusion(labels, scores, { numClasses, thresholds: fallback })),
  };
}

/** The positives of each class. */
function countPositives(labels: Labels, numClasses: number): Uint32Array {
  const support = new Uint32Array(numClasses);
  for (let index = 0, k = 0; index < labels.length; index++) {
    const label = labels[index]!;
    if (label === 1) support[k]!++;
    else if (label !== 0) throw labelError(label, index, numClasses);
    if (++k === numClasses) k = 0;
  }
  return support;
}

/** The scores class by class, `[classes, samples]`, each class's positives before its negatives. */
function splitColumns(
  labels: Labels,
  scores: Scores,
  support: Uint32Array,
  samples: number,
): Float32Array | Float64Array {
  const numClasses = support.length;
  const columns =
    scores instanceof Float32Array ? new Float32Array(scores.length) : new Float64Array(scores.length);
  // Where the next negative and the next positive of each class go.
  const next = new Uint32Array(2 * numClasses);
  support.forEach((positives, k) => {
    next[2 * k] = k * samples + positives;
    next[2 * k + 1] = k * samples;
  });
  for (let index = 0, k = 0; index < scores.length; index++) {
    const score = scores[index]!;
    if (Number.isNaN(score)) throw scoreError(index, numClasses);
    columns[next[2 * k + labels[index]!]!++] = score;
    if (++k === numClasses) k = 0;
  }
  return columns;
}
