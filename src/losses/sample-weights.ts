/** Weights of the samples of a batch: their type, their checks, and the mean that they enter. */
import * as tf from '@tensorflow/tfjs-core';
import type { LossFn, SampleWeights } from './loss-fn';

/** Throws a RangeError unless the weight is a finite number of at least 0. */
export function checkSampleWeight(weight: number, where: string): void {
  if (!(weight >= 0 && weight < Infinity)) {
    throw new RangeError(
      `sampleWeights must be finite numbers of at least 0. Received ${String(weight)} for ${where}`,
    );
  }
}

/** Throws a TypeError for a loss without the third parameter, which would pass over the weights in silence. */
export function checkTakesWeights(loss: LossFn): void {
  if (loss.length < 3) {
    throw new TypeError(
      `sampleWeights need a loss with a third parameter, (yTrue, yPred, sampleWeights). Received ${loss.name || 'a function'} with ${loss.length}`,
    );
  }
}

/**
 * The weights as a new tensor `[batch]`, float32. The values of a tensor are not looked at: that would make a GPU wait.
 */
export function sampleWeightTensor(weights: SampleWeights, batch: number): tf.Tensor1D {
  const shape = weights instanceof tf.Tensor ? weights.shape : [weights.length];
  if (shape.length !== 1 || shape[0] !== batch) {
    throw new RangeError(
      `sampleWeights must have one weight for each of the ${batch} samples. Received [${shape.join(', ')}]`,
    );
  }
  if (weights instanceof tf.Tensor) return tf.cast(weights as tf.Tensor1D, 'float32');
  weights.forEach((weight, row) => {
    checkSampleWeight(weight, `sample row ${row} (counted from 0)`);
  });
  return tf.tensor1d(weights as number[] | Float32Array, 'float32');
}

/**
 * Σ wᵢ·lᵢ / batch, as Keras reduces by `sum_over_batch_size`: the divisor is the number of samples, not the sum of
 * the weights. `losses` are `[batch]`, or `[batch, classes]` with the mean over classes as well.
 */
export function weightedMean(losses: tf.Tensor, weights: tf.Tensor1D | undefined): tf.Tensor {
  if (!weights) return tf.mean(losses);
  return tf.mean(tf.mul(losses, losses.rank === 2 ? asColumn(weights) : weights));
}

/** `[batch]` as `[batch, 1]`. */
export function asColumn(weights: tf.Tensor1D): tf.Tensor2D {
  return tf.reshape(weights, [-1, 1]);
}
