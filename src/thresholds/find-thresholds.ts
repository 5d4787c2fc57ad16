/** Per-class thresholds, tuned on labels and scores. */
import {
  checkSamples,
  copyScores,
  countSamples,
  labelError,
  type Labels,
  type Scores,
} from '../scores/checks';
import { f1PerClass, macroF1 } from '../metrics/counts/f1';
import type { PredictedCounts } from './best-cut';
import { expectedScore } from './expected-score';
import { findExactCuts } from './exact-cuts';
import { chooseThresholds } from './methods/choose-thresholds';
import { resolveOptions, type FindThresholdsOptions, type Settings } from './options';
import { countPredicted } from './predicted';
import { sortColumns } from './sorted-columns';
import { warningsOf } from './warnings';

export interface FoundThresholds {
  /** A threshold for each class, `[numClasses]`; a class is predicted where its score is >= its threshold. */
  thresholds: Float64Array;
  /** The objective with the thresholds, on the samples that they were tuned on. */
  score: number;
  /**
   * The objective to expect on unseen samples: each fold predicted with thresholds that the same method found on the
   * others. Undefined with `validation: false`, or fewer than two samples.
   */
  expectedScore: number | undefined;
  /** The objective with `fallback` for every class: what was to be beaten. */
  scoreAtFallback: number;
  /** F1 of each class with its threshold, `[numClasses]`; 0 for a class without a positive label. */
  f1: Float64Array;
  /** Macro F1 with the thresholds, over all classes. */
  macroF1: number;
  /** Macro F1 with the thresholds, over the classes that have a positive label. */
  macroF1Present: number;
  /** Macro F1 over all classes with `fallback` for every class. */
  macroF1AtFallback: number;
  /** What to know before these thresholds are trusted, in sentences. */
  warnings: string[];
}

/**
 * Finds for each class the threshold from which on it is predicted, and says what to expect of them on unseen samples.
 *
 * - By default thresholds are found on four fifths of the samples at a time, averaged, and drawn towards the training
 *   share of the class where positives are few: what was best on unseen samples in the study of docs/thresholds.md.
 * - `method: 'exact'` gives the optimum on these samples, over all cuts that tell the scores apart: no other thresholds
 *   score more on them. For a class with few positives that score is too good to be true.
 * - A threshold lies in the middle between the lowest score predicted and the highest one not predicted, so that tiny
 *   changes of scores change no label. Where every sample is predicted, it lies between 0 and the lowest score, or on
 *   that score if it is not positive; where none is, between the highest score and 1, or right above it.
 * - Among equal optima the threshold nearest to `fallback` is taken, then the higher one.
 * - A class without a positive label gets `fallback`; of micro and sample F1 and of prior matching it is never predicted.
 * - `floor` and `ceiling` hold for every threshold.
 *
 * Predicting with `atLeastOne` or `atMost` is part of the scores that are reported, not of the tuning.
 *
 * @param labels - 0 or 1, row-major `[samples, numClasses]`
 * @param scores - as many, probabilities or logits
 * @throws RangeError for a wrong number of labels or scores or an option out of range, HpaError `label-invalid`
 * for a label other than 0 and 1, `score-invalid` for NaN.
 * @see `precision_recall_curve` of scikit-learn gives the same optimum.
 * @example
 * const found = findThresholds([0, 1, 0, 1], [0.1, 0.3, 0.2, 0.4], { numClasses: 1, method: 'exact' });
 * found.thresholds; // [0.25]
 * found.macroF1; // 1
 */
export function findThresholds(
  labels: Labels,
  scores: Scores,
  options: FindThresholdsOptions,
): FoundThresholds {
  const settings = resolveOptions(options);
  const { numClasses, objective, rule, validation } = settings;
  countSamples(labels, scores, numClasses);
  const betaSquared = betaOfPlainOptimum(settings);
  if (betaSquared !== undefined) return findPlainOptimum(labels, scores, settings, betaSquared);

  checkSamples(labels, scores, numClasses);
  const data = { labels: Uint8Array.from(labels), scores: copyScores(scores), numClasses };
  const columns = sortColumns(data.labels, data.scores, numClasses);
  const thresholds = chooseThresholds(columns, settings);
  const predicted = countPredicted(data, thresholds, rule);
  const atFallback = countPredicted(data, settings.fallback, rule);
  const score = objective.score(predicted);
  const expected = validation ? expectedScore(data, columns, settings, validation) : undefined;
  return {
    thresholds,
    score,
    expectedScore: expected,
    scoreAtFallback: objective.score(atFallback),
    f1: f1PerClass(predicted),
    macroF1: macroF1(predicted),
    macroF1Present: macroF1(predicted, { classes: 'present' }),
    macroF1AtFallback: macroF1(atFallback),
    warnings: warningsOf(
      columns.columns.map(({ support }) => support),
      settings,
      score,
      expected,
    ),
  };
}

/** β² where nothing but the F-beta optimum of each class is asked for, which needs no sorting. */
function betaOfPlainOptimum(settings: Settings): number | undefined {
  const { method, objective, limits, rule, validation, shrinkage } = settings;
  const isFree = limits.floor === -Infinity && limits.ceiling === Infinity;
  const isPlain = method === 'exact' && isFree && !shrinkage && !validation;
  const isRuled = rule.atLeastOne === true || rule.atMost !== undefined;
  return isPlain && !isRuled && objective.kind === 'classes' ? objective.betaSquared : undefined;
}

/** The optimum from counts in buckets: no column is sorted. */
function findPlainOptimum(
  labels: Labels,
  scores: Scores,
  settings: Settings,
  betaSquared: number,
): FoundThresholds {
  const { numClasses, fallback } = settings;
  const { bytes, floats } = asTyped(labels, scores, numClasses);
  const { cuts, atFallback, support } = findExactCuts(bytes, floats, numClasses, { betaSquared, fallback });
  const fBeta = ({ truePositives: tp, falsePositives: fp }: PredictedCounts, k: number, square: number) =>
    tp === 0 ? 0 : ((1 + square) * tp) / (tp + fp + square * support[k]!);
  const mean = (values: ArrayLike<number>) => Array.from(values).reduce((a, b) => a + b, 0) / values.length;
  const f1 = Float64Array.from(cuts, (cut, k) => fBeta(cut, k, 1));
  const present = f1.filter((_, k) => support[k]! > 0);
  return {
    thresholds: Float64Array.from(cuts, ({ threshold }, k) => (support[k] === 0 ? fallback : threshold)),
    score: mean(cuts.map((cut, k) => fBeta(cut, k, betaSquared))),
    expectedScore: undefined,
    scoreAtFallback: mean(atFallback.map((cut, k) => fBeta(cut, k, betaSquared))),
    f1,
    macroF1: mean(f1),
    macroF1Present: present.length > 0 ? mean(present) : 0,
    macroF1AtFallback: mean(atFallback.map((cut, k) => fBeta(cut, k, 1))),
    warnings: warningsOf(support, settings, 0, undefined),
  };
}

/** A label that a byte can't hold is refused here, other bad values where they are counted. */
function asTyped(labels: Labels, scores: Scores, numClasses: number) {
  const bytes =
    labels instanceof Uint8Array
      ? labels
      : Uint8Array.from(labels, (label, index) => {
          if (label !== 0 && label !== 1) throw labelError(label, index, numClasses);
          return label;
        });
  const floats =
    scores instanceof Float32Array || scores instanceof Float64Array ? scores : copyScores(scores);
  return { bytes, floats };
}
