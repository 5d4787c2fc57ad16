/** F-scores from counts, per class and averaged. */
import {
  averageScore,
  ratio,
  scorePerClass,
  type AverageOptions,
  type ClassSelection,
  type CountScore,
  type ZeroDivisionOptions,
} from './averages';
import type { Confusion } from './confusion';

/** How recall weighs against precision. */
export interface BetaOptions {
  /** How many times as much recall counts as precision: 0 is precision alone, Infinity recall alone. */
  beta: number;
}

/** Options of `fBetaPerClass`. */
export interface FBetaPerClassOptions extends BetaOptions, ZeroDivisionOptions {}

/** Options of `fBetaScore`. */
export interface FBetaOptions extends BetaOptions, AverageOptions {}

/** Options of `macroF1`. */
export interface MacroF1Options extends ZeroDivisionOptions {
  /**
   * Which classes to average over. The competition takes all.
   * @default 'all'
   */
  classes?: ClassSelection;
}

/**
 * F-beta of each class, (1 + β²)tp / ((1 + β²)tp + β²·fn + fp), `[numClasses]`. A class neither labelled nor predicted
 * gets `zeroDivision`. As `fbeta_score(average=None)` in scikit-learn.
 *
 * @throws RangeError unless beta is a number >= 0.
 * @example
 * const counts = countConfusion([1, 1, 0], [0.9, 0.2, 0.1], { numClasses: 1 });
 * fBetaPerClass(counts, { beta: 2 }); // [5 · 1 / (5 · 1 + 4 · 1)] = [0.5556]
 */
export function fBetaPerClass(counts: Confusion, options: FBetaPerClassOptions): Float64Array {
  return scorePerClass(counts, fBeta(options.beta, options));
}

/**
 * F-beta, averaged. As `fbeta_score` in scikit-learn, whatever the average and `zeroDivision`.
 *
 * @throws RangeError unless beta is a number >= 0 and for a class index outside 0 to numClasses − 1, TypeError for an
 * unknown average and for `classes` with the average over samples.
 * @example
 * const counts = countConfusion([1, 1, 0], [0.9, 0.2, 0.1], { numClasses: 1 });
 * fBetaScore(counts, { beta: 0.5, average: 'micro' }); // 1.25 · 1 / (1.25 · 1 + 0.25 · 1) = 0.8333
 */
export function fBetaScore(counts: Confusion, options: FBetaOptions): number {
  return averageScore(counts, fBeta(options.beta, options), options);
}

/**
 * F1 of each class, 2tp / (2tp + fp + fn), `[numClasses]`. A class neither labelled nor predicted gets
 * `zeroDivision`. As `f1_score(average=None)` in scikit-learn.
 *
 * @example
 * f1PerClass(countConfusion([1, 0, 1, 0], [0.9, 0.2, 0.4, 0.6], { numClasses: 2 })); // [0.6667, 0]
 */
export function f1PerClass(counts: Confusion, options: ZeroDivisionOptions = {}): Float64Array {
  return fBetaPerClass(counts, { ...options, beta: 1 });
}

/**
 * F1, averaged. As `f1_score` in scikit-learn, whatever the average and `zeroDivision`.
 *
 * @throws RangeError for a class index outside 0 to numClasses − 1, TypeError for an unknown average and for `classes`
 * with the average over samples.
 * @example
 * const counts = countConfusion([1, 0, 1, 0], [0.9, 0.2, 0.4, 0.6], { numClasses: 2 });
 * f1Score(counts); // (2/3 + 0) / 2 = 0.3333
 * f1Score(counts, { average: 'weighted' }); // (2 · 2/3 + 0 · 0) / 2 = 0.6667
 * f1Score(counts, { average: 'samples' }); // (1 + 0) / 2 = 0.5
 */
export function f1Score(counts: Confusion, options: AverageOptions = {}): number {
  return fBetaScore(counts, { ...options, beta: 1 });
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
  return f1Score(counts, { ...options, average: 'macro' });
}

/**
 * Micro F1: F1 of the counts of all classes together, so that common classes decide. As
 * `f1_score(average='micro')` in scikit-learn.
 *
 * @example
 * microF1(countConfusion([1, 0, 1, 0], [0.9, 0.2, 0.4, 0.6], { numClasses: 2 })); // 2 / (2 + 1 + 1) = 0.5
 */
export function microF1(counts: Confusion, options: ZeroDivisionOptions = {}): number {
  return f1Score(counts, { ...options, average: 'micro' });
}

function fBeta(beta: number, { zeroDivision = 0 }: ZeroDivisionOptions): CountScore {
  if (!(beta >= 0)) throw new RangeError(`beta must be a number >= 0. Received ${String(beta)}`);
  if (beta === Infinity) return (tp, _, fn) => ratio(tp, tp + fn, zeroDivision);
  const square = beta ** 2;
  return (tp, fp, fn) => ratio((1 + square) * tp, (1 + square) * tp + square * fn + fp, zeroDivision);
}
