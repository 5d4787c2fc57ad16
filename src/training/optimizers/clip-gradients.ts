/** Gradients kept from growing too large, on the engine: nothing is read back for it. */
import * as tf from '@tensorflow/tfjs-core';
import type { NamedGradient } from './named-gradients';

export interface ClipOptions {
  /** Scale the gradients down whose norm over all weights together is larger. @default none */
  clipNorm?: number | undefined;
  /** Cut each value of the gradients to ± this, before `clipNorm`. @default none */
  clipValue?: number | undefined;
}

/**
 * New gradients in the same order, and with `clipNorm` their norm before it cut them. As in `tf.clip_by_global_norm`
 * of Python: gradient · clipNorm / max(norm, clipNorm). There a norm that isn't finite turns all weights into NaN;
 * here all gradients become 0.
 */
export function clipGradients(
  gradients: readonly NamedGradient[],
  { clipNorm, clipValue }: ClipOptions,
): { gradients: NamedGradient[]; norm: tf.Scalar | undefined } {
  const map = (of: readonly NamedGradient[], change: (gradient: tf.Tensor) => tf.Tensor) =>
    of.map(({ name, tensor }) => ({ name, tensor: tensor && change(tensor) }));
  const cut =
    clipValue === undefined
      ? [...gradients]
      : map(gradients, (gradient) => tf.clipByValue(gradient, -clipValue, clipValue));
  if (clipNorm === undefined) return { gradients: cut, norm: undefined };
  const norm = globalNorm(cut);
  // The second term is 0, or NaN where the norm isn't finite: then no product is.
  const scale = tf.add(tf.div(clipNorm, tf.maximum(norm, clipNorm)), tf.mul(norm, 0));
  const scaled = map(cut, (gradient) => {
    const product = tf.mul(gradient, scale);
    return tf.where(tf.isFinite(product), product, tf.zerosLike(product));
  });
  return { gradients: scaled, norm };
}

function globalNorm(gradients: readonly NamedGradient[]): tf.Scalar {
  const squares = gradients.flatMap(({ tensor }) => (tensor ? [tf.sum<tf.Scalar>(tf.square(tensor))] : []));
  return tf.sqrt(squares.reduce<tf.Scalar>((sum, square) => tf.add(sum, square), tf.scalar(0)));
}
