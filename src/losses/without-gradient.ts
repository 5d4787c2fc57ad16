/** Values that count as constants when a gradient is taken. */
import * as tf from '@tensorflow/tfjs-core';

/**
 * `compute()` as a function of `keys` whose gradient is 0. Its operations are not recorded, so they may be such as have
 * no gradient.
 */
export function withoutGradient<T extends tf.Tensor>(keys: tf.Tensor, compute: (keys: tf.Tensor) => T): T {
  const { shape } = keys;
  const constant = tf.customGrad((x) => ({
    value: compute(x as tf.Tensor),
    gradFunc: () => tf.zeros(shape),
  }));
  return constant(keys);
}
