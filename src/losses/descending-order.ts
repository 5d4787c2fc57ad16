/** The order of each row by size, to sort other values by, without a value leaving the device. */
import * as tf from '@tensorflow/tfjs-core';

/** Puts values, `[rows, n]`, in the order of the keys, and back. */
export interface DescendingOrder {
  sort(values: tf.Tensor2D): tf.Tensor2D;
  unsort(sorted: tf.Tensor2D): tf.Tensor2D;
}

/**
 * The order of keys `[rows, n]` in each row, the largest first, and of equal ones the first first. Its operations have
 * no gradient on some engines: for use in `withoutGradient`.
 */
export function descendingOrder(keys: tf.Tensor2D): DescendingOrder {
  const [rows, n] = keys.shape;
  if (n === 1) return { sort: tf.clone, unsort: tf.clone };
  // A comparison with NaN can lead a sort astray; what is computed of the predictions is NaN without it.
  const comparable = tf.where(tf.isNaN(keys), tf.zerosLike(keys), keys);
  const columns = tf.cast(tf.topk(comparable, n).indices, 'int32');
  const places = tf.reshape(tf.add(columns, tf.reshape(tf.range(0, rows * n, n, 'int32'), [rows, 1])), [-1]);
  return {
    sort: (values) => tf.reshape(tf.gather(tf.reshape(values, [-1]), places as tf.Tensor1D), [rows, n]),
    unsort: (sorted) =>
      tf.reshape(tf.scatterND(tf.reshape(places, [-1, 1]), tf.reshape(sorted, [-1]), [rows * n]), [rows, n]),
  };
}
