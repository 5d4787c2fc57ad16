/**
 * oneDNN's operations in TensorFlow for x86. Whole graphs reach them by a rewrite; of operations run one by one,
 * as tfjs does, max pooling and the convolution with a bias are reached by their internal names only.
 */
import * as tf from '@tensorflow/tfjs-core';
import { fusedConv2D } from './conv2d';
import { maxPool, maxPoolGrad } from './max-pool';
import type { NativeBackend } from './operations';

/**
 * Whether they are there and compute the right numbers: internal names come with no promise. Asked on tensors of
 * a few values, in milliseconds. TF_ENABLE_ONEDNN_OPTS=0 turns them off.
 */
export function hasOneDnn(backend: NativeBackend): boolean {
  if (process.env['TF_ENABLE_ONEDNN_OPTS'] === '0') return false;
  try {
    return tf.tidy(() => isRight(backend));
  } catch {
    return false;
  }
}

function isRight(backend: NativeBackend): boolean {
  const run = (
    { kernelFunc }: tf.KernelConfig,
    inputs: Record<string, tf.Tensor>,
    attrs: object,
  ): number[] => {
    const output = kernelFunc({ inputs, attrs: attrs as tf.NamedAttrMap, backend }) as tf.Tensor;
    return Array.from(output.dataSync());
  };
  // Two windows of 2×2; the second holds its maximum twice.
  const input = tf.tensor4d([1, 2, -1, -1, 4, 3, -3, -2], [1, 2, 4, 1]);
  const output = tf.tensor4d([4, -1], [1, 1, 2, 1]);
  const dy = tf.tensor4d([5, 6], [1, 1, 2, 1]);
  const pool = { filterSize: 2, strides: 2, pad: 'valid' };
  const conv = { strides: 1, pad: 'valid', dilations: 1, dataFormat: 'NHWC', activation: 'linear' };
  const [filter, bias] = [tf.tensor4d([2], [1, 1, 1, 1]), tf.tensor1d([0.5])];
  const results = [
    run(maxPool(UNUSED), { x: input }, pool),
    run(maxPoolGrad(UNUSED), { dy, input, output }, pool),
    run(fusedConv2D(true)(UNUSED), { x: output, filter, bias }, conv),
  ];
  return results.join(';') === '4,-1;0,0,6,0,5,0,0,0;8.5,-1.5';
}

/** In the place of stock kernels, which the cases above don't come to. */
const UNUSED: tf.KernelConfig = {
  kernelName: '',
  backendName: '',
  kernelFunc: () => {
    throw new Error('not covered');
  },
};
