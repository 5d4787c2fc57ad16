/** What every loss shares: its checks, a name for logs, and that it leaves nothing behind. */
import * as tf from '@tensorflow/tfjs-core';
import type { LossFn } from './loss-fn';
import { sampleWeightTensor } from './sample-weights';

/** Throws a RangeError unless an exponent is a finite number of at least 0. */
export function checkGamma(name: string, gamma: number): void {
  if (!(gamma >= 0 && gamma < Infinity)) {
    throw new RangeError(`${name} must be a finite number of at least 0. Received ${String(gamma)}`);
  }
}

/** Names a loss, checks its shapes and weights, and frees what it makes on the way. */
export function makeLoss(
  name: string,
  compute: (yTrue: tf.Tensor2D, yPred: tf.Tensor2D, weights: tf.Tensor1D | undefined) => tf.Tensor,
): LossFn {
  const loss: LossFn = (yTrue, yPred, sampleWeights) => {
    const [expected, received] = [yTrue.shape, yPred.shape];
    if (yPred.rank !== 2 || expected.length !== 2 || expected.some((size, axis) => size !== received[axis])) {
      throw new RangeError(
        `${name} expects yTrue and yPred of one shape [batch, classes]. Received [${expected.join(', ')}] and [${received.join(', ')}]`,
      );
    }
    return tf.tidy(() =>
      compute(
        tf.cast(yTrue as tf.Tensor2D, 'float32'),
        yPred as tf.Tensor2D,
        sampleWeights && sampleWeightTensor(sampleWeights, expected[0]),
      ),
    );
  };
  return Object.defineProperty(loss, 'name', { value: name });
}

/** A name with its options: `focalLoss(gamma=2)`; options that are undefined are left out. */
export function describe(name: string, options: Record<string, unknown>): string {
  const parts = Object.entries(options)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key}=${Array.isArray(value) ? `[${value.join(', ')}]` : String(value)}`);
  return parts.length > 0 ? `${name}(${parts.join(', ')})` : name;
}
