/** The gradient of batch normalization in five passes over memory, where tfjs takes thirteen and a tile. */
import * as tf from '@tensorflow/tfjs-core';

/**
 * Gradients of y = (x − mean) · scale / √(variance + ε) + offset with a value a channel, as the stock ones:
 *
 * ∂x = dy · scale · r, ∂mean = −Σdy · scale · r, ∂variance = −½ Σdy·(x − mean) · scale · r³,
 * ∂scale = Σdy·(x − mean) · r, ∂offset = Σdy, where r = 1 / √(variance + ε).
 *
 * Gradients belong to no backend: this one serves all of them. Statistics of more than one axis stay with the
 * stock gradient.
 */
export function batchNormGradient(stock: tf.GradConfig): tf.GradConfig {
  const gradFunc: tf.GradFunc = (dy, saved, attrs) => {
    const [x, mean, variance, scale] = saved as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor | undefined];
    if (mean.rank !== 1) return stock.gradFunc(dy, saved, attrs);
    const gradient = dy as tf.Tensor;
    const axes = x.shape.map((_, axis) => axis).slice(0, -1);
    const r = tf.rsqrt(tf.add(variance, attrs['varianceEpsilon'] as number));
    const scaleTimesR = scale ? tf.mul(scale, r) : r;
    const sum = tf.sum(gradient, axes);
    // tfjs disposes of what each function below makes, so what they share is made here.
    const centredSum = tf.tidy(() => tf.sum(tf.mul(gradient, tf.sub(x, mean)), axes));
    return {
      x: () => tf.mul(gradient, scaleTimesR),
      mean: () => tf.neg(tf.mul(sum, scaleTimesR)),
      variance: () => tf.mul(tf.mul(centredSum, scaleTimesR), tf.mul(tf.square(r), -0.5)),
      scale: () => tf.mul(centredSum, r),
      offset: () => tf.clone(sum),
    };
  };
  return { ...stock, gradFunc };
}
