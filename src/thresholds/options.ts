/** The options of `findThresholds`, checked and with their defaults. */
import { checkNumClasses, checkOneOf, checkPositiveInteger } from '../scores/checks';
import { checkRule, type DecisionRule } from './apply-thresholds';
import type { ThresholdLimits } from './cuts';
import { resolveObjective, type Objective, type ThresholdObjective } from './objectives/objective';

/**
 * How thresholds are chosen:
 *
 * - `folds`: the optimum of each training part of repeated folds, averaged
 * - `exact`: the optimum on all samples
 * - `common`: one threshold for all classes, the best one
 * - `priors`: each class is predicted as often as `priors` says
 */
export type ThresholdMethod = 'folds' | 'exact' | 'common' | 'priors';

/** Where rare classes are drawn to. */
export interface ThresholdShrinkage {
  /** The best common threshold, or the one at which the class is predicted as often as `priors` says. */
  towards: 'common' | 'priors';
  /** A class with as many positives goes half of the way. */
  strength: number;
}

export interface FindThresholdsOptions extends DecisionRule {
  /** How many classes a row has. */
  numClasses: number;
  /** @default 'folds' */
  method?: ThresholdMethod;
  /** @default 'macroF1' */
  objective?: ThresholdObjective;
  /**
   * The threshold of a class without a positive label, and the one that equal optima are drawn to. Take 0 for
   * logits.
   * @default 0.5
   */
  fallback?: number;
  /**
   * The share of samples that each class is true for, `[numClasses]`, for `priors` and for shrinkage towards them.
   * @default the shares in `labels`
   */
  priors?: ArrayLike<number>;
  /**
   * Draws the thresholds of rare classes, found by `folds` or `exact`, to others. The number of samples predicted is
   * what moves, by its logarithm.
   * @default towards 'priors' with strength 3 for `folds` and macro F1, else false
   */
  shrinkage?: ThresholdShrinkage | false;
  /** No threshold is lower. @default -Infinity */
  floor?: number;
  /** No threshold is higher. @default Infinity */
  ceiling?: number;
  /** Folds of the method `folds`. @default 5 */
  folds?: number;
  /** How often the method `folds` deals them anew. @default 3 */
  repeats?: number;
  /** Seeds the folds. @default 0 */
  seed?: number;
  /**
   * Folds of the estimate for unseen samples, and how often they are dealt. It takes as many times as long as there are
   * folds.
   * @default { folds: 5, repeats: 1 }
   */
  validation?: { folds?: number; repeats?: number } | false;
  /** Names of the classes, for warnings. */
  classes?: readonly string[];
}

export interface Settings {
  readonly numClasses: number;
  readonly method: ThresholdMethod;
  readonly objective: Objective;
  readonly limits: ThresholdLimits;
  readonly fallback: number;
  readonly priors: Float64Array | undefined;
  readonly shrinkage: ThresholdShrinkage | undefined;
  readonly folds: number;
  readonly repeats: number;
  readonly seed: number;
  readonly validation: { readonly folds: number; readonly repeats: number } | undefined;
  readonly rule: DecisionRule;
  readonly classes: readonly string[] | undefined;
}

/** @throws RangeError for an option out of range, TypeError for a word that is none of the option's */
export function resolveOptions(options: FindThresholdsOptions): Settings {
  const { numClasses, method = 'folds', fallback = 0.5, floor = -Infinity, ceiling = Infinity } = options;
  const { folds = 5, repeats = 3, seed = 0, atLeastOne = false, atMost, classes } = options;
  checkNumClasses(numClasses);
  checkOneOf('method', method, ['folds', 'exact', 'common', 'priors']);
  if (typeof fallback !== 'number' || Number.isNaN(fallback))
    throw new RangeError(`fallback must be a number. Received ${String(fallback)}`);
  const objective = resolveObjective(options.objective ?? 'macroF1');
  const shrinkage =
    options.shrinkage ??
    (method === 'folds' && (options.objective ?? 'macroF1') === 'macroF1' && DEFAULT_SHRINKAGE);
  const rule = { atLeastOne, ...(atMost === undefined ? {} : { atMost }) };
  checkRule(rule);
  checkFolds('folds', folds);
  checkPositiveInteger('repeats', repeats);
  if (classes && classes.length !== numClasses)
    throw new RangeError(
      `classes must name each of the ${numClasses} classes. Received ${classes.length} names`,
    );
  return {
    numClasses,
    method,
    objective,
    limits: checkLimits(floor, ceiling),
    fallback,
    priors: options.priors && checkPriors(options.priors, numClasses),
    shrinkage: checkShrinkage(shrinkage, method),
    folds,
    repeats,
    seed,
    validation: resolveValidation(options.validation),
    rule,
    classes,
  };
}

const DEFAULT_SHRINKAGE: ThresholdShrinkage = { towards: 'priors', strength: 3 };

/** @throws RangeError unless there is a threshold within them */
export function checkLimits(floor: number, ceiling: number): ThresholdLimits {
  if (!(floor <= ceiling && floor < Infinity && ceiling > -Infinity))
    throw new RangeError(`floor must not be above ceiling. Received ${String(floor)} and ${String(ceiling)}`);
  return { floor, ceiling };
}

/** @throws RangeError unless there is a share for each class */
export function checkPriors(priors: ArrayLike<number>, numClasses: number): Float64Array {
  if (priors.length !== numClasses)
    throw new RangeError(
      `priors must have one share for each of the ${numClasses} classes. Received ${priors.length}`,
    );
  return Float64Array.from(priors, (prior, k) => {
    if (!(prior >= 0 && prior <= 1))
      throw new RangeError(`priors must be shares in 0 to 1. Received ${String(prior)} for class ${k}`);
    return prior;
  });
}

function checkShrinkage(
  shrinkage: ThresholdShrinkage | false,
  method: ThresholdMethod,
): ThresholdShrinkage | undefined {
  if (!shrinkage) return undefined;
  const { towards, strength } = shrinkage;
  if (method !== 'folds' && method !== 'exact')
    throw new RangeError(`shrinkage goes with the methods 'folds' and 'exact'. Received it with '${method}'`);
  checkOneOf('shrinkage.towards', towards, ['common', 'priors']);
  if (!(strength >= 0 && strength < Infinity))
    throw new RangeError(
      `shrinkage.strength must be a finite number of at least 0. Received ${String(strength)}`,
    );
  return { towards, strength };
}

function resolveValidation(validation: FindThresholdsOptions['validation'] = {}): Settings['validation'] {
  if (validation === false) return undefined;
  const { folds = 5, repeats = 1 } = validation;
  checkFolds('validation.folds', folds);
  checkPositiveInteger('validation.repeats', repeats);
  return { folds, repeats };
}

function checkFolds(name: string, folds: number): void {
  if (!(Number.isInteger(folds) && folds >= 2 && folds <= 100))
    throw new RangeError(`${name} must be an integer from 2 to 100. Received ${String(folds)}`);
}
