/** Focal loss: cross-entropy in which entries that are already right count less. */
import * as tf from '@tensorflow/tfjs-core';
import {
  checkFrom,
  crossEntropyPerEntry,
  describe,
  EPSILON,
  makeLoss,
  type LossFn,
  type PredictionKind,
} from './loss';

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
 * Finite, gradients too, for probabilities of exactly 0 and 1 and for any logit.
 *
 * @throws RangeError for a negative gamma or an alpha outside 0–1; TypeError where `from` is neither kind. The
 * loss throws a RangeError where the shapes differ or alpha has not one value for each class.
 * @see Lin et al., Focal Loss for Dense Object Detection, 2017, arXiv:1708.02002
 * @example
 * const loss = focalLoss({ gamma: 2 })(tf.tensor2d([[0, 1]]), tf.tensor2d([[0.5, 0.9]]));
 * loss.dataSync()[0]; // (0.5² · log 2 − 0.1² · log 0.9) / 2 = 0.08717
 */
export function focalLoss(options: FocalLossOptions = {}): LossFn {
  const { gamma = 2, alpha, from = 'probabilities' } = options;
  checkFrom(from);
  if (!(gamma >= 0 && gamma < Infinity)) {
    throw new RangeError(`gamma must be a finite number of at least 0. Received ${String(gamma)}`);
  }
  const alphas = alpha === undefined || typeof alpha === 'number' ? alpha : [...alpha];
  for (const value of alphas === undefined ? [] : [alphas].flat()) {
    if (!(value >= 0 && value <= 1)) {
      throw new RangeError(`alpha must lie in 0 to 1. Received ${String(value)}`);
    }
  }

  return makeLoss(describe('focalLoss', { gamma, alpha: alphas, from: options.from }), (yTrue, yPred) => {
    const classes = yTrue.shape[1];
    if (Array.isArray(alphas) && alphas.length !== classes) {
      throw new RangeError(
        `alpha must have one value for each class. Received ${alphas.length} values for ${String(classes)} classes`,
      );
    }
    let loss = crossEntropyPerEntry(yTrue, yPred, from);
    if (gamma > 0) loss = tf.mul(loss, tf.pow(probabilityOfError(yTrue, yPred, from), gamma));
    if (alphas !== undefined) {
      const weight = Array.isArray(alphas) ? tf.tensor1d(alphas) : tf.scalar(alphas);
      const weights = tf.add(tf.mul(yTrue, weight), tf.mul(tf.sub(1, yTrue), tf.sub(1, weight)));
      loss = tf.mul(loss, weights);
    }
    return tf.mean(loss);
  });
}

/** 1 − pₜ, kept off 0, where the power's gradient is infinite for a gamma below 1. */
function probabilityOfError(yTrue: tf.Tensor, yPred: tf.Tensor, from: PredictionKind): tf.Tensor {
  const p = from === 'logits' ? tf.sigmoid(yPred) : yPred;
  const notP = from === 'logits' ? tf.sigmoid(tf.neg(yPred)) : tf.sub(1, yPred);
  const error = tf.add(tf.mul(yTrue, notP), tf.mul(tf.sub(1, yTrue), p));
  return tf.clipByValue(error, EPSILON, 1);
}
