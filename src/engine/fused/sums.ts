/** Rescaling and Add without what tfjs keeps for their gradients: x for that of the scale, both terms for their shapes. */
import * as tf from '@tensorflow/tfjs-core';
import { layers } from '@tensorflow/tfjs-layers';
import { wrapCall, wrapMethod } from './wrap';

interface Rescaling {
  readonly scale: number;
  readonly offset: number;
}

/** Wraps `call` of Rescaling and `mergeFunction` of Add: float32, and terms of one shape. */
export function fuseSums(): void {
  wrapCall(layers.rescaling({ scale: 1, name: 'prototype' }), ({ scale, offset }: Rescaling, x) =>
    x.dtype === 'float32' && typeof scale === 'number' && typeof offset === 'number'
      ? tf.tidy(() => rescale(x, scale, offset))
      : undefined,
  );
  wrapMethod<unknown, [tf.Tensor[]], tf.Tensor>(
    Object.getPrototypeOf(layers.add({ name: 'prototype' })) as object,
    'mergeFunction',
    (stock) =>
      function mergeFunction(terms) {
        const [first] = terms;
        const isCovered = terms.every(
          ({ dtype, shape }) => dtype === 'float32' && tf.util.arraysEqual(shape, first!.shape),
        );
        return isCovered && terms.length > 1
          ? tf.tidy(() => terms.reduce((sum, term) => add(sum, term)))
          : stock.call(this, terms);
      },
  );
}

function rescale(x: tf.Tensor, scale: number, offset: number): tf.Tensor {
  const scaled = (of: tf.Tensor) => (scale === 1 ? tf.clone(of) : tf.mul(of, scale));
  return tf.customGrad((of) => {
    const value = offset === 0 ? scaled(of as tf.Tensor) : tf.add(scaled(of as tf.Tensor), offset);
    return { value, gradFunc: (dy) => scaled(dy) };
  })(x);
}

function add(a: tf.Tensor, b: tf.Tensor): tf.Tensor {
  return tf.customGrad((...terms) => ({
    value: tf.add(terms[0] as tf.Tensor, terms[1] as tf.Tensor),
    gradFunc: (dy) => [tf.clone(dy), tf.clone(dy)],
  }))(a, b);
}
