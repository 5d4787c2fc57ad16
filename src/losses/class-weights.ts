/** Weights for classes of how often they occur. */
import { checkOneOf } from '../scores/checks';
import { countsOfAtLeastOne, type ClassCounts } from './class-counts';

/** Options of `classWeights`. */
export interface ClassWeightsOptions {
  /**
   * How a weight follows from the count: see `classWeights`.
   * @default 'inverse'
   */
  method?: 'inverse' | 'effectiveNumber' | 'logarithmic';
  /**
   * Whether the weights are divided by their mean, so that the loss keeps its size.
   * @default true
   */
  normalize?: boolean;
  /**
   * For 'effectiveNumber': how much a further sample adds to those that are there, 0 to below 1. 0 gives all classes one
   * weight, and near to 1 it is 'inverse'.
   * @default 0.999
   */
  beta?: number;
  /**
   * For 'logarithmic': the larger, the more classes weigh more than the least.
   * @default 0.15
   */
  mu?: number;
}

/**
 * A weight for each class, the larger the rarer it is, for `binaryCrossEntropy({ classWeights })`. With n the count of
 * the class, N the sum of all counts and K the number of classes, before they are divided by their mean:
 *
 * - 'inverse': N / (K·n). For samples of one class each it is scikit-learn's `class_weight='balanced'`; here N are
 *   labels, of which a sample can have several.
 * - 'effectiveNumber': (1 − β) / (1 − βⁿ), the inverse of the number of samples that are not near to others.
 * - 'logarithmic': max(1, log(μ·N / n)). It spans a small range, so that the rarest classes do not rule the loss.
 *
 * A count below 1, such as that of a class without a sample, is taken for 1, which is finite.
 *
 * @throws RangeError for no counts, one that is negative or not finite, a beta outside 0 to below 1, or a mu that is not
 * positive; TypeError for another method
 * @see Cui et al., Class-Balanced Loss Based on Effective Number of Samples, 2019, arXiv:1901.05555;
 * `sklearn.utils.class_weight.compute_class_weight`. The logarithmic weights with μ = 0.15 are a well-known recipe of
 * Keras users.
 * @example
 * classWeights([30, 10, 0], { normalize: false }); // [40 / 90, 40 / 30, 40 / 3] = [0.4444, 1.3333, 13.3333]
 */
export function classWeights(counts: ClassCounts, options: ClassWeightsOptions = {}): number[] {
  const { method = 'inverse', normalize = true, beta = 0.999, mu = 0.15 } = options;
  checkOneOf('method', method, ['inverse', 'effectiveNumber', 'logarithmic']);
  if (!(beta >= 0 && beta < 1)) {
    throw new RangeError(`beta must lie in 0 to below 1. Received ${String(beta)}`);
  }
  if (!(mu > 0 && mu < Infinity)) {
    throw new RangeError(`mu must be a positive finite number. Received ${String(mu)}`);
  }
  const divisors = countsOfAtLeastOne(counts);
  const labels = Array.from(counts).reduce((sum, count) => sum + count, 0);
  if (labels === 0) return divisors.map(() => 1);

  const weightOf = {
    inverse: (n: number) => labels / (divisors.length * n),
    // 1 − βⁿ without the cancellation of a beta near to 1.
    effectiveNumber: (n: number) => (1 - beta) / -Math.expm1(n * Math.log(beta)),
    logarithmic: (n: number) => Math.max(1, Math.log((mu * labels) / n)),
  }[method];
  const weights = divisors.map(weightOf);
  if (!normalize) return weights;
  const mean = weights.reduce((sum, weight) => sum + weight, 0) / weights.length;
  return weights.map((weight) => weight / mean);
}
