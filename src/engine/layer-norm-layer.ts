/** Layer normalization by broadcasting: tfjs tiles mean, variance, gamma and beta to the size of the input first. */
import * as tf from '@tensorflow/tfjs-core';
import { layers } from '@tensorflow/tfjs-layers';
import { isHigherOrder, release } from './fused/run';
import { wrapCall } from './fused/wrap';

/** What tfjs-layers' LayerNormalization holds. */
interface LayerNormalization {
  /** An array once the layer is built. */
  readonly axis: number | number[];
  readonly epsilon: number;
  readonly gamma?: LayerVariable | null;
  readonly beta?: LayerVariable | null;
}

interface LayerVariable {
  read(): tf.Tensor;
}

/**
 * Wraps the layer's call, for models of all origins and on every engine. Covered is the last axis of float32, with gamma
 * and beta. tfjs's gradient of a tile adds up as many slices as there are copies: of a map of 56×56 pixels, thousands.
 * A second call, also from another copy of the package, changes nothing.
 */
export function wrapLayerNormalization(): void {
  wrapCall(layers.layerNormalization({ name: 'prototype' }), (layer: LayerNormalization, x) => {
    const [gamma, beta] = [layer.gamma?.read(), layer.beta?.read()];
    return gamma && beta && isCovered(layer, x) ? normalize(x, gamma, beta, layer.epsilon) : undefined;
  });
}

function isCovered({ axis }: LayerNormalization, x: tf.Tensor): boolean {
  const isLast = Array.isArray(axis) ? axis.length === 1 && axis[0] === x.rank - 1 : axis === x.rank - 1;
  return isLast && x.dtype === 'float32' && x.rank >= 2 && x.size > 0 && !isHigherOrder();
}

/** With n = (x − mean) · r and r = 1 / √(variance + ε): y = n · gamma + beta. */
function normalize(x: tf.Tensor, gamma: tf.Tensor, beta: tf.Tensor, epsilon: number): tf.Tensor {
  const operation = tf.customGrad((...inputs: (tf.Tensor | tf.GradSaveFunc)[]) => {
    const [rows, scale, offset, save] = inputs as [tf.Tensor, tf.Tensor, tf.Tensor, tf.GradSaveFunc];
    const centred = tf.sub(rows, tf.mean(rows, -1, true));
    const r = tf.rsqrt(tf.add(tf.mean(tf.square(centred), -1, true), epsilon));
    const n = tf.mul(centred, r);
    save([n, r, scale]);
    const value = tf.add(tf.mul(n, scale), offset);
    return { value, gradFunc: (dy, saved) => gradients(dy, saved as [tf.Tensor, tf.Tensor, tf.Tensor]) };
  });
  return tf.tidy(() => {
    const rows = tf.reshape(x, [-1, x.shape[x.rank - 1]!]);
    return tf.reshape(operation(rows, gamma, beta), x.shape);
  });
}

/** ∂x = r · (g − mean g − n · mean(g · n)), where g = dy · gamma; ∂gamma = Σ dy · n; ∂beta = Σ dy. */
function gradients(dy: tf.Tensor, [n, r, gamma]: [tf.Tensor, tf.Tensor, tf.Tensor]): tf.Tensor[] {
  const [dGamma, dBeta] = [tf.tidy(() => tf.sum(tf.mul(dy, n), 0)), tf.sum(dy, 0)];
  const g = tf.mul(dy, gamma);
  const along = tf.tidy(() => tf.mul(n, tf.mean(tf.mul(g, n), -1, true)));
  release(n);
  const dx = tf.tidy(() => tf.mul(r, tf.sub(tf.sub(g, tf.mean(g, -1, true)), along)));
  return [dx, dGamma, dBeta];
}
