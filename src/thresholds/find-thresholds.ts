/** Per-class thresholds, tuned on labels and scores. */
import { supportPerClass } from '../metrics/counts/averages';
import type { Confusion } from '../metrics/counts/confusion';
import { f1PerClass, macroF1 } from '../metrics/counts/f1';
import {
  checkSamples,
  copyScores,
  countSamples,
  labelError,
  type Labels,
  type Scores,
} from '../scores/checks';
import type { PredictedCounts } from './best-cut';
import { findExactCuts } from './exact-cuts';
import { expectedScore } from './expected-score';
import { chooseThresholds } from './methods/choose-thresholds';
import { resolveOptions, type FindThresholdsOptions, type Settings } from './options';
import { countPredicted } from './predicted';
import { sortColumns } from './sorted-columns';
import { warningsOf } from './warnings';

/** Thresholds, and what they score. */
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
 * @throws RangeError for a wrong number of labels or scores or an option out of range, TypeError for a method or
 * direction of shrinkage that is none, HpaError `label-invalid`
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
  const { numClasses, rule, validation } = settings;
  const betaSquared = betaOfPlainOptimum(settings);
  if (betaSquared !== undefined) return findPlainOptimum(labels, scores, settings, betaSquared);

  checkSamples(labels, scores, numClasses);
  const data = { ...asTyped(labels, scores, numClasses), numClasses };
  const columns = sortColumns(data.labels, data.scores, numClasses);
  const thresholds = chooseThresholds(columns, settings);
  return describe(thresholds, settings, {
    tuned: countPredicted(data, thresholds, rule),
    atFallback: countPredicted(data, settings.fallback, rule),
    expected: validation && expectedScore(data, columns, settings, validation),
  });
}

/** What is reported of thresholds, from what they and the fallback predict. */
function describe(
  thresholds: Float64Array,
  settings: Settings,
  counts: { tuned: Confusion; atFallback: Confusion; expected: number | undefined },
): FoundThresholds {
  const { tuned, atFallback, expected } = counts;
  const score = settings.objective.score(tuned);
  return {
    thresholds,
    score,
    expectedScore: expected,
    scoreAtFallback: settings.objective.score(atFallback),
    f1: f1PerClass(tuned),
    macroF1: macroF1(tuned),
    macroF1Present: macroF1(tuned, { classes: 'present' }),
    macroF1AtFallback: macroF1(atFallback),
    warnings: warningsOf(supportPerClass(tuned), settings, score, expected),
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
  const samples = countSamples(labels, scores, numClasses);
  const typed = asTyped(labels, scores, numClasses);
  const found = findExactCuts(typed.labels, typed.scores, numClasses, { betaSquared, fallback });
  const { cuts, atFallback, support } = found;
  const thresholds = Float64Array.from(cuts, ({ threshold }, k) => (support[k] === 0 ? fallback : threshold));
  return describe(thresholds, settings, {
    tuned: confusionOf(cuts, support, samples),
    atFallback: confusionOf(atFallback, support, samples),
    expected: undefined,
  });
}

/** Counts of the classes; those of the samples are not known, and no objective of classes asks for them. */
function confusionOf(
  predicted: readonly PredictedCounts[],
  support: readonly number[],
  samples: number,
): Confusion {
  const each = (count: (cut: PredictedCounts, positives: number) => number) =>
    Float64Array.from(predicted, (cut, k) => count(cut, support[k]!));
  return {
    numClasses: support.length,
    samples,
    truePositives: each((cut) => cut.truePositives),
    falsePositives: each((cut) => cut.falsePositives),
    falseNegatives: each((cut, positives) => positives - cut.truePositives),
    trueNegatives: each((cut, positives) => samples - positives - cut.falsePositives),
    outcomes: [],
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
  return { labels: bytes, scores: floats };
}
