/** Batch normalization in training by TensorFlow's fused operations. */
import * as tf from '@tensorflow/tfjs-core';
import { FLOAT32, nativeKernel, type Attributes } from './operations';

const attributesFor = (epsilon: unknown): Attributes => ({
  U: FLOAT32,
  epsilon: epsilon as number,
  data_format: 'NHWC',
  is_training: true,
});

export const batchNormTraining = nativeKernel('BatchNormTraining', (operation, { inputs, attrs }) => {
  const { x, gamma, beta } = inputs as Record<'x' | 'gamma' | 'beta', tf.Tensor>;
  const none = tf.tensor1d([]);
  // Output 2, the variance for moving averages, is the unbiased one; output 4, kept for the gradient, is not.
  const [y, mean, , , variance] = operation(
    'FusedBatchNormV3',
    [asImages(x), gamma, beta, none, none],
    attributesFor(attrs['epsilon']),
    6,
  );
  return [tf.reshape(y!, x.shape), mean!, variance!];
});

export const batchNormTrainingGrad = nativeKernel('BatchNormTrainingGrad', (operation, { inputs, attrs }) => {
  const { dy, x, gamma, mean, variance } = inputs as Record<
    'dy' | 'x' | 'gamma' | 'mean' | 'variance',
    tf.Tensor
  >;
  const none = tf.tensor1d([]);
  const [dx, dGamma, dBeta] = operation(
    'FusedBatchNormGradV3',
    [asImages(dy), asImages(x), gamma, mean, variance, none],
    attributesFor(attrs['epsilon']),
    5,
  );
  return [tf.reshape(dx!, x.shape), dGamma!, dBeta!];
});

/** TensorFlow takes rank 4 only. A reshape copies nothing. */
function asImages(x: tf.Tensor): tf.Tensor {
  return x.rank === 4 ? x : tf.reshape(x, [-1, 1, 1, x.shape[x.rank - 1]!]);
}
