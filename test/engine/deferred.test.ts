/** Convolutions wait until their output is read: by then their inputs may be gone, or variables of other values. */
import * as tf from '@tensorflow/tfjs-core';
import { useEngine } from 'hpa-kit/node';
import { beforeAll, describe, expect, it } from 'vitest';
import { nativeIsInstalled, relativeError } from '../engines';

const ENGINES = nativeIsInstalled ? (['wasm', 'native'] as const) : (['wasm'] as const);
const counts = () => {
  const { numTensors, numDataBuffers } = tf.memory();
  const { numDataIds } = tf.backend() as unknown as { numDataIds: () => number };
  return [numTensors, numDataBuffers, numDataIds.call(tf.backend())];
};

describe.each(ENGINES)('a convolution that waits on %s', (engine) => {
  beforeAll(async () => {
    await useEngine({ engine });
  });

  it('has the values of a variable from when it was called', () => {
    const before = counts();
    const [filter, bias] = tf.tidy(
      () =>
        [
          tf.variable(tf.randomNormal<tf.Rank.R4>([1, 1, 3, 5], 0, 1, 'float32', 1)),
          tf.variable(tf.tensor1d([1, 2, 3, 4, 5])),
        ] as const,
    );
    tf.tidy(() => {
      const x = tf.randomNormal<tf.Rank.R4>([2, 4, 4, 3], 0, 1, 'float32', 2);
      const product = tf.dot(tf.reshape(x, [-1, 3]), tf.reshape(filter, [3, 5]));
      const [expected, shifted] = [product.dataSync(), tf.add(product, bias).dataSync()];
      const plain = tf.conv2d(x, filter, 1, 'same');
      const joined = tf.batchNorm(
        tf.conv2d(x, filter, 1, 'same'),
        tf.zeros([5]),
        tf.ones([5]),
        bias,
        tf.ones([5]),
        0,
      );
      const fused = tf.fused.conv2d({ x, filter, bias, strides: 1, pad: 'same', activation: 'linear' });
      filter.assign(tf.zerosLike(filter));
      bias.assign(tf.zerosLike(bias));
      expect(relativeError(plain.dataSync(), expected)).toBeLessThan(1e-6);
      expect(relativeError(joined.dataSync(), shifted)).toBeLessThan(1e-6);
      expect(relativeError(fused.dataSync(), shifted)).toBeLessThan(1e-6);
    });
    expect([...filter.dataSync(), ...bias.dataSync()].every((value) => value === 0)).toBe(true);
    tf.dispose([filter, bias]);
    expect(counts()).toEqual(before);
  });

  it('keeps values that are disposed of by then, and frees what nobody reads', () => {
    const before = counts();
    const [x, filter] = [
      tf.randomNormal<tf.Rank.R4>([1, 4, 4, 3]),
      tf.randomNormal<tf.Rank.R4>([1, 1, 3, 5]),
    ];
    const expected = tf.tidy(() => tf.dot(tf.reshape(x, [16, 3]), tf.reshape(filter, [3, 5])).dataSync());
    const [read, unread] = [tf.conv2d(x, filter, 1, 'same'), tf.conv2d(x, filter, 1, 'same')];
    tf.dispose([x, filter, unread]);
    expect(relativeError(read.dataSync(), expected)).toBeLessThan(1e-6);
    read.dispose();
    expect(counts()).toEqual(before);
  });
});
