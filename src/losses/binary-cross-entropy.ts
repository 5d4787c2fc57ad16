/** Binary cross-entropy, the plain loss of multi-label classification. */
import * as tf from '@tensorflow/tfjs-core';
import {
  checkFrom,
  crossEntropyPerEntry,
  describe,
  makeLoss,
  type LossFn,
  type PredictionKind,
} from './loss';

export interface BinaryCrossEntropyOptions {
  /**
   * What the predictions are.
   * @default 'probabilities'
   */
  from?: PredictionKind;
}

/**
 * Binary cross-entropy, −y·log p − (1 − y)·log(1 − p), its mean over batch and classes.
 *
 * Targets and predictions are `[batch, classes]`; targets are 0 to 1. Probabilities are clipped to
 * `[1e-7, 1 - 1e-7]` as in Keras, so that the loss is finite at 0 and 1; logits are not clipped,
 * and stay exact where a sigmoid has saturated.
 *
 * @throws TypeError where `from` is neither; the loss throws a RangeError where the shapes differ.
 * @see `keras.losses.BinaryCrossentropy`
 * @example
 * const loss = binaryCrossEntropy()(tf.tensor2d([[0, 1]]), tf.tensor2d([[0.5, 0.9]]));
 * loss.dataSync()[0]; // (log 2 − log 0.9) / 2 = 0.3993
 */
export function binaryCrossEntropy(options: BinaryCrossEntropyOptions = {}): LossFn {
  const { from = 'probabilities' } = options;
  checkFrom(from);
  return makeLoss(describe('binaryCrossEntropy', { from: options.from }), (yTrue, yPred) =>
    tf.mean(crossEntropyPerEntry(yTrue, yPred, from)),
  );
}
