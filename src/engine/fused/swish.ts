/**
 * Swish, x · σ(x), in six passes where tfjs takes ten, forward and back. The gradient keeps σ(x) and the output, which the
 * next layer keeps anyway, and so a tensor less.
 */
import * as tf from '@tensorflow/tfjs-core';
import { layers } from '@tensorflow/tfjs-layers';
import { isHigherOrder, release } from './run';
import { wrapMethod } from './wrap';

/** Wraps the activation of tfjs-layers, alone or within a layer: the case covered is float32. */
export function fuseSwish(): void {
  const layer = layers.activation({ activation: 'swish', name: 'prototype' });
  const { activation } = layer as unknown as { activation: object };
  wrapMethod<unknown, [x: tf.Tensor, alpha?: number], tf.Tensor>(
    Object.getPrototypeOf(activation) as object,
    'apply',
    (stock) =>
      function apply(x, alpha = 1) {
        const isCovered = alpha === 1 && x.dtype === 'float32' && !isHigherOrder();
        return isCovered ? swish(x) : stock.call(this, x, alpha);
      },
  );
}

function swish(x: tf.Tensor): tf.Tensor {
  const operation = tf.customGrad((input, save) => {
    const sigmoid = tf.sigmoid(input as tf.Tensor);
    const value = tf.mul(input as tf.Tensor, sigmoid);
    (save as tf.GradSaveFunc)([sigmoid, value]);
    return { value, gradFunc: (dy, saved) => gradient(dy, saved as [tf.Tensor, tf.Tensor]) };
  });
  return operation(x);
}

/** dy · (s + y − y · s), where s = σ(x) and y = x · s. Each tensor goes once it is read: here training needs most memory. */
function gradient(dy: tf.Tensor, [s, y]: [tf.Tensor, tf.Tensor]): tf.Tensor {
  const product = tf.mul(y, s);
  const difference = tf.sub(y, product);
  product.dispose();
  release(y);
  const slope = tf.add(s, difference);
  difference.dispose();
  release(s);
  return tf.mul(dy, slope);
}
