/** What every loss shares: its type, its two kinds of input, the checks and a name for logs. */
import * as tf from '@tensorflow/tfjs-core';

/**
 * A loss: targets and predictions, both `[batch, classes]`, to a scalar. `model.compile({ loss })` takes it,
 * and so does a call of your own. The caller disposes of the scalar.
 */
export type LossFn = (yTrue: tf.Tensor, yPred: tf.Tensor) => tf.Tensor;

/** What the predictions are: sigmoid outputs in 0–1, or the numbers before the sigmoid. */
export type PredictionKind = 'probabilities' | 'logits';

/**
 * How near to 0 and 1 probabilities may come before a logarithm is taken, as in Keras. Outside
 * `[EPSILON, 1 - EPSILON]` the gradient is 0.
 */
export const EPSILON = 1e-7;

/** Checks the option `from`. */
export function checkFrom(from: string): void {
  if (from !== 'probabilities' && from !== 'logits') {
    throw new TypeError(`from must be 'probabilities' or 'logits'. Received ${from}`);
  }
}

/** Names a loss, checks its shapes, and frees what it makes on the way. */
export function makeLoss(name: string, compute: (yTrue: tf.Tensor, yPred: tf.Tensor) => tf.Tensor): LossFn {
  const loss: LossFn = (yTrue, yPred) => {
    const [expected, received] = [yTrue.shape, yPred.shape];
    if (yPred.rank !== 2 || expected.length !== 2 || expected.some((size, axis) => size !== received[axis])) {
      throw new RangeError(
        `${name} expects yTrue and yPred of one shape [batch, classes]. Received [${expected.join(', ')}] and [${received.join(', ')}]`,
      );
    }
    return tf.tidy(() => compute(tf.cast(yTrue, 'float32'), yPred));
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

/** Cross-entropy of each entry, `[batch, classes]`. */
export function crossEntropyPerEntry(yTrue: tf.Tensor, yPred: tf.Tensor, from: PredictionKind): tf.Tensor {
  if (from === 'logits') {
    // y·softplus(−z) + (1 − y)·softplus(z): no exponential overflows, nothing is subtracted.
    return tf.add(tf.mul(yTrue, tf.softplus(tf.neg(yPred))), tf.mul(tf.sub(1, yTrue), tf.softplus(yPred)));
  }
  const clipped = tf.clipByValue(yPred, EPSILON, 1 - EPSILON);
  return tf.neg(tf.add(tf.mul(yTrue, tf.log(clipped)), tf.mul(tf.sub(1, yTrue), tf.log(tf.sub(1, clipped)))));
}
