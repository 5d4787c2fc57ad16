import * as tf from '@tensorflow/tfjs-core';
import { useEngine } from 'hpa-kit/node';
import { describe, expect, it } from 'vitest';
import { relativeError } from '../engines';
import { normal } from './simd';

const x = () => normal([2, 9, 7, 5], 1) as tf.Tensor4D;
const filter = () => normal([3, 3, 5, 6], 2) as tf.Tensor4D;
const conv = (activation?: 'relu') =>
  tf.fused.conv2d({
    ...{ x: x(), filter: filter(), strides: 1, pad: 'same', bias: normal([6], 3) },
    ...(activation ? { activation } : {}),
  });
const channels = (seed: number) => tf.abs(normal([6], seed)) as tf.Tensor1D;

const CASES: Record<string, () => tf.Tensor> = {
  'by a number': () => tf.mul(conv(), -0.17),
  'by a tensor of one value': () => tf.mul(conv(), tf.tensor3d([0.5], [1, 1, 1])),
  'after ReLU': () => tf.mul(conv('relu'), -2),
  'before ReLU': () => tf.relu(tf.mul(conv(), -2)),
  'before a sum and ReLU': () => tf.relu(tf.add(normal([2, 9, 7, 6], 4), tf.mul(conv(), 0.2))),
  twice: () => tf.mul(tf.mul(conv(), 3), 0.5),
  'after batch normalization': () =>
    tf.mul(tf.batchNorm4d(conv(), channels(5), channels(6), channels(7), channels(8)), 3),
  'by each channel': () => tf.mul(conv(), normal([6], 9)),
  'by itself': () => {
    const y = conv();
    return tf.mul(y, y);
  },
  'of rank 5': () => tf.mul(conv(), tf.ones([1, 1, 1, 1, 1])),
  'that is read again': () => {
    const y = conv();
    return tf.concat([tf.mul(y, 2), y], -1);
  },
};

describe('a convolution that is multiplied on wasm', () => {
  it.each(Object.entries(CASES))('%s, has the values of plain JavaScript', async (_, compute) => {
    const run = async (engine: 'cpu' | 'wasm') => {
      await useEngine({ engine });
      const before = tf.memory().numTensors;
      const y = tf.tidy(compute);
      const result = { shape: y.shape, values: (await y.data()).slice() as Float32Array };
      y.dispose();
      expect(tf.memory().numTensors).toBe(before);
      return result;
    };
    const [expected, actual] = [await run('cpu'), await run('wasm')];
    expect(actual.shape).toEqual(expected.shape);
    expect(relativeError(actual.values, expected.values)).toBeLessThan(3e-6);
  });
});
