/** The gradient of average pooling at padded borders, which tfjs has too small. */
import * as tf from '@tensorflow/tfjs-core';
import { isOurs, markOurs } from './replace-kernel';

/**
 * Replaces tfjs's gradient of AvgPool. Its kernels average what a window holds of the image, but AvgPoolGrad of tfjs 4.22
 * divides by the size of the whole window, also where part of it lies in the padding; TensorFlow's library alone
 * divides by what was averaged. A second call changes nothing.
 */
export function mendAveragePoolGradient(): void {
  // tfjs's typing leaves out that a gradient may be missing: only tfjs-layers registers them all.
  const stock = tf.getGradient('AvgPool') as tf.GradConfig | undefined;
  if (!stock || isOurs(stock)) return;
  tf.unregisterGradient('AvgPool');
  tf.registerGradient(markOurs(averagePoolGradient(stock)));
}

/** Gradients belong to no backend: this one serves all of them. */
function averagePoolGradient(stock: tf.GradConfig): tf.GradConfig {
  const gradFunc: tf.GradFunc = (dy, saved, attrs) => {
    const ratios = tf.getBackend() === 'tensorflow' ? undefined : windowRatios(saved[0]!, attrs);
    return stock.gradFunc(ratios ? tf.mul(dy as tf.Tensor, ratios) : dy, saved, attrs);
  };
  return { ...stock, gradFunc };
}

/** The size of a window over that of its part in the image, `[1, height, width, 1]`; nothing where all are whole. */
function windowRatios(x: tf.Tensor, attrs: tf.NamedAttrMap): tf.Tensor | undefined {
  const info = tf.backend_util.computePool2DInfo(
    x.shape as [number, number, number, number],
    attrs['filterSize'] as number | [number, number],
    attrs['strides'] as number | [number, number],
    1,
    attrs['pad'] as 'same' | 'valid' | number,
    attrs['dimRoundingMode'] as 'floor' | 'round' | 'ceil' | undefined,
  );
  const { outHeight, outWidth, padInfo } = info;
  const rows = ratios(outHeight, info.inHeight, info.filterHeight, info.strideHeight, padInfo.top);
  const columns = ratios(outWidth, info.inWidth, info.filterWidth, info.strideWidth, padInfo.left);
  if ([...rows, ...columns].every((ratio) => ratio === 1)) return undefined;
  const values = Float32Array.from(
    { length: outHeight * outWidth },
    (_, i) => rows[Math.floor(i / outWidth)]! * columns[i % outWidth]!,
  );
  return tf.tensor(values, [1, outHeight, outWidth, 1]);
}

function ratios(count: number, size: number, filter: number, stride: number, padding: number): number[] {
  return Array.from({ length: count }, (_, i) => {
    const start = i * stride - padding;
    const inside = Math.min(start + filter, size) - Math.max(start, 0);
    return inside > 0 ? filter / inside : 0;
  });
}
