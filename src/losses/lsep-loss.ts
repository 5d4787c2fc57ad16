/** Log-sum-exp pairwise loss: each positive of a sample is to rank above each of its negatives. */
import * as tf from '@tensorflow/tfjs-core';
import { checkFrom, type PredictionKind } from '../scores/prediction-kind';
import { describe, makeLoss } from './loss';
import type { LossFn } from './loss-fn';
import { isPositive, toLogits } from './predictions';
import { weightedMean } from './sample-weights';

/** Options of `lsepLoss`. */
export interface LsepLossOptions {
  /**
   * What the predictions are.
   * @default 'probabilities'
   */
  from?: PredictionKind;
}

/**
 * Log-sum-exp pairwise loss, log(1 + Σ exp(zⱼ − zᵢ)) over all pairs of a positive i and a negative j of a sample, its
 * mean over the batch.
 *
 * Targets and predictions are `[batch, classes]`. A target of at least 0.5 is a positive, any other a negative.
 * Probabilities are turned into logits, clipped to `[1e-7, 1 - 1e-7]`. Only differences count, so the loss
 * ranks classes and says nothing of where to cut: join it to a cross-entropy with `weightedSum`. A sample without a
 * positive, or without a negative, has no pairs: it contributes 0 and a gradient of 0. The sum is computed by its
 * logarithm, and finite for any finite logit. `sampleWeights` multiply a sample's loss: Σ wᵢ·lᵢ / batch.
 *
 * @throws TypeError where `from` is neither kind; the loss throws a RangeError where the shapes differ or there is not
 * one of `sampleWeights` for each sample.
 * @see Li, Song and Luo, Improving Pairwise Ranking for Multi-label Image Classification, 2017, arXiv:1704.03135
 * @example
 * const loss = lsepLoss({ from: 'logits' })(tf.tensor2d([[1, 0, 0]]), tf.tensor2d([[2, 1, 0]]));
 * loss.dataSync()[0]; // log(1 + e⁻¹ + e⁻²) = 0.4076
 */
export function lsepLoss(options: LsepLossOptions = {}): LossFn {
  const { from = 'probabilities' } = options;
  checkFrom(from);
  return makeLoss(describe('lsepLoss', { from: options.from }), (yTrue, yPred, weights) => {
    const logits = toLogits(yPred, from);
    const positives = isPositive(yTrue);
    // Σⱼ exp(zⱼ) · Σᵢ exp(−zᵢ) is the sum over all pairs.
    const ofNegatives = logSumExpWhere(tf.sub(1, positives), logits);
    const ofPositives = logSumExpWhere(positives, tf.neg(logits));
    return weightedMean(tf.softplus(tf.add(ofNegatives, ofPositives)), weights);
  });
}

/** Far below the logarithm of any sum of exponentials, and still a float32 when doubled. */
const LOG_OF_NOTHING = -1e30;

/** The log-sum-exp of the values of each row whose mask is 1, about −1e30 where there are none. */
function logSumExpWhere(mask: tf.Tensor2D, values: tf.Tensor2D): tf.Tensor {
  return tf.logSumExp(tf.where(tf.cast(mask, 'bool'), values, tf.fill(values.shape, LOG_OF_NOTHING)), 1);
}
