/** Binary cross-entropy, the plain loss of multi-label classification. */
import * as tf from '@tensorflow/tfjs-core';
import { checkFrom, type PredictionKind } from '../scores/prediction-kind';
import { describe, makeLoss } from './loss';
import type { LossFn } from './loss-fn';
import { checkPerClass, perClassTensor } from './per-class';
import { byTarget, logLosses } from './predictions';
import { weightedMean } from './sample-weights';

/** Options of `binaryCrossEntropy`. */
export interface BinaryCrossEntropyOptions {
  /**
   * What the predictions are.
   * @default 'probabilities'
   */
  from?: PredictionKind;
  /**
   * What each class weighs, one number for each: the function `classWeights` makes them of counts.
   * @default all weigh 1
   */
  classWeights?: readonly number[];
  /**
   * What a positive weighs, against 1 for a negative: one number, or one for each class, such as the function
   * `positiveWeights` makes of counts. PyTorch calls it `pos_weight`.
   * @default 1
   */
  positiveWeights?: number | readonly number[];
  /**
   * Draws the targets towards a half, y becomes y·(1 − s) + s/2, so that nothing pays for ever larger logits. 0 to 1.
   * @default 0
   */
  labelSmoothing?: number;
}

/**
 * Binary cross-entropy, c·(−q·y·log p − (1 − y)·log(1 − p)), its mean over batch and classes, where c are
 * `classWeights` and q `positiveWeights`. Weights change the sum and not the number that it is divided by.
 *
 * Targets and predictions are `[batch, classes]`; targets are 0 to 1. Probabilities are clipped to
 * `[1e-7, 1 - 1e-7]` as in Keras, so that the loss is finite at 0 and 1; logits are not clipped,
 * and stay exact where a sigmoid has saturated. `sampleWeights` multiply a sample's loss: Σ wᵢ·lᵢ / batch.
 *
 * @throws TypeError where `from` is neither kind; RangeError for a weight that is negative or not finite, or a
 *   `labelSmoothing` outside 0–1. The loss throws a RangeError where the shapes differ, or there are not as many weights
 *   as classes or samples.
 * @see `keras.losses.BinaryCrossentropy`, `torch.nn.BCEWithLogitsLoss`
 * @example
 * const loss = binaryCrossEntropy()(tf.tensor2d([[0, 1]]), tf.tensor2d([[0.5, 0.9]]));
 * loss.dataSync()[0]; // (log 2 − log 0.9) / 2 = 0.3993
 * @example
 * const loss = binaryCrossEntropy({ positiveWeights: 3 })(tf.tensor2d([[0, 1]]), tf.tensor2d([[0.5, 0.9]]));
 * loss.dataSync()[0]; // (log 2 − 3·log 0.9) / 2 = 0.5046
 */
export function binaryCrossEntropy(options: BinaryCrossEntropyOptions = {}): LossFn {
  const { from = 'probabilities', labelSmoothing = 0 } = options;
  checkFrom(from);
  const classWeights = checkPerClass('classWeights', options.classWeights, [0, Infinity]);
  const positiveWeights = checkPerClass('positiveWeights', options.positiveWeights, [0, Infinity]);
  checkPerClass('labelSmoothing', labelSmoothing, [0, 1]);
  if (typeof classWeights === 'number') {
    throw new TypeError(`classWeights must be a list, one for each class. Received ${String(classWeights)}`);
  }

  const name = describe('binaryCrossEntropy', {
    classWeights,
    positiveWeights,
    labelSmoothing: options.labelSmoothing,
    from: options.from,
  });
  return makeLoss(name, (yTrue, yPred, weights) => {
    const classes = yTrue.shape[1];
    const targets = labelSmoothing > 0 ? smooth(yTrue, labelSmoothing) : yTrue;
    const logs = logLosses(yPred, from);
    let { ofPositives } = logs;
    if (positiveWeights !== undefined) {
      ofPositives = tf.mul(ofPositives, perClassTensor('positiveWeights', positiveWeights, classes));
    }
    let losses = byTarget(targets, ofPositives, logs.ofNegatives);
    if (classWeights) losses = tf.mul(losses, perClassTensor('classWeights', classWeights, classes));
    return weightedMean(losses, weights);
  });
}

function smooth(yTrue: tf.Tensor, by: number): tf.Tensor {
  return tf.add(tf.mul(yTrue, 1 - by), by / 2);
}
