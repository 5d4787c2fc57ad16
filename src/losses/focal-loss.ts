/** Focal loss: cross-entropy in which entries that are already right count less. */
import * as tf from '@tensorflow/tfjs-core';
import { checkFrom, type PredictionKind } from '../scores/prediction-kind';
import { checkGamma, describe, makeLoss } from './loss';
import type { LossFn } from './loss-fn';
import { checkPerClass, perClassTensor } from './per-class';
import { bothProbabilities, byTarget, crossEntropyPerEntry, powerOf } from './predictions';
import { weightedMean } from './sample-weights';

/** Options of `focalLoss`. */
export interface FocalLossOptions {
  /**
   * How strongly easy entries are played down; 0 gives cross-entropy.
   * @default 2
   */
  gamma?: number;
  /**
   * Weight in 0–1 of the positives; the negatives get 1 − alpha. One number, or one for each class. Unset,
   * both weigh 1.
   * @default undefined
   */
  alpha?: number | readonly number[];
  /**
   * What the predictions are.
   * @default 'probabilities'
   */
  from?: PredictionKind;
}

/**
 * Focal loss, (1 − pₜ)^γ · cross-entropy, its mean over batch and classes, where pₜ is the probability given
 * to what is true: p for a positive, 1 − p for a negative. With `alpha`, positives are weighted α and
 * negatives 1 − α. γ = 0 without alpha is `binaryCrossEntropy`.
 *
 * Targets and predictions are `[batch, classes]`; a target between 0 and 1 takes pₜ = y·p + (1 − y)(1 − p).
 * Finite, gradients too, for probabilities of exactly 0 and 1 and for any logit. `sampleWeights` multiply a sample's
 * loss: Σ wᵢ·lᵢ / batch.
 *
 * @throws RangeError for a negative gamma or an alpha outside 0–1; TypeError where `from` is neither kind. The
 * loss throws a RangeError where the shapes differ, alpha has not one value for each class, or `sampleWeights` not one
 * for each sample.
 * @see Lin et al., Focal Loss for Dense Object Detection, 2017, arXiv:1708.02002. Its sums over entries are divided
 * by the number of positives; here, as in Keras, by the number of entries.
 * @example
 * const loss = focalLoss({ gamma: 2 })(tf.tensor2d([[0, 1]]), tf.tensor2d([[0.5, 0.9]]));
 * loss.dataSync()[0]; // (0.5² · log 2 − 0.1² · log 0.9) / 2 = 0.08717
 */
export function focalLoss(options: FocalLossOptions = {}): LossFn {
  const { gamma = 2, from = 'probabilities' } = options;
  checkFrom(from);
  checkGamma('gamma', gamma);
  const alpha = checkPerClass('alpha', options.alpha, [0, 1]);

  return makeLoss(
    describe('focalLoss', { gamma, alpha, from: options.from }),
    (yTrue, yPred, sampleWeights) => {
      let loss: tf.Tensor = crossEntropyPerEntry(yTrue, yPred, from);
      if (gamma > 0) loss = tf.mul(loss, powerOf(probabilityOfError(yTrue, yPred, from), gamma));
      if (alpha !== undefined) {
        const weight = perClassTensor('alpha', alpha, yTrue.shape[1]);
        loss = tf.mul(loss, byTarget(yTrue, weight, tf.sub(1, weight)));
      }
      return weightedMean(loss, sampleWeights);
    },
  );
}

/** 1 − pₜ. */
function probabilityOfError(yTrue: tf.Tensor, yPred: tf.Tensor2D, from: PredictionKind): tf.Tensor {
  const [p, notP] = bothProbabilities(yPred, from);
  return byTarget(yTrue, notP, p);
}
