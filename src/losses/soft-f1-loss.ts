/** Soft macro F1: the competition's metric with counts that have a gradient. */
import * as tf from '@tensorflow/tfjs-core';
import { checkFrom, describe, EPSILON, makeLoss, type LossFn, type PredictionKind } from './loss';

export interface SoftF1LossOptions {
  /**
   * What the predictions are.
   * @default 'probabilities'
   */
  from?: PredictionKind;
}

/**
 * Soft macro F1 loss: the mean over classes of 1 − 2tp / (2tp + fp + fn), where a class's counts are sums over
 * the batch of probabilities: tp = Σ y·p, fp = Σ (1 − y)·p, fn = Σ y·(1 − p).
 *
 * Targets and predictions are `[batch, classes]`. The denominator gets 1e-7, so that everything is
 * finite. A class without a positive in the batch has no F1 to improve: it contributes a constant 1 and a
 * gradient of exactly 0, whatever is predicted for it. In small batches that is most rare classes, so join
 * this loss to a cross-entropy with `weightedSum`, which does learn from negatives.
 *
 * @throws TypeError where `from` is neither kind; the loss throws a RangeError where the shapes differ.
 * @example
 * const loss = softF1Loss()(tf.tensor2d([[1], [0]]), tf.tensor2d([[0.8], [0.4]]));
 * loss.dataSync()[0]; // 1 − 1.6 / (1.6 + 0.4 + 0.2) = 0.2727
 */
export function softF1Loss(options: SoftF1LossOptions = {}): LossFn {
  const { from = 'probabilities' } = options;
  checkFrom(from);
  return makeLoss(describe('softF1Loss', { from: options.from }), (yTrue, yPred) => {
    const p = from === 'logits' ? tf.sigmoid(yPred) : yPred;
    const twiceTruePositives = tf.mul(2, tf.sum(tf.mul(yTrue, p), 0));
    // 2tp + fp + fn = Σ y + Σ p
    const total = tf.add(tf.add(tf.sum(yTrue, 0), tf.sum(p, 0)), EPSILON);
    return tf.mean(tf.sub(1, tf.div(twiceTruePositives, total)));
  });
}
