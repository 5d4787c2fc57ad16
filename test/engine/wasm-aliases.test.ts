import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { useEngine } from 'hpa-kit/node';

beforeAll(async () => {
  await useEngine({ engine: 'wasm' });
});

const dataOf = ({ dataId }: tf.Tensor) => dataId;

describe('what changes no value shares the data on wasm', () => {
  it('as clones, casts to the same dtype and slices of everything do', () => {
    const before = tf.backend().numDataIds();
    const x = tf.tensor2d([1, 2, 3, 4], [2, 2]);
    const same = [tf.clone(x), tf.cast(x, 'float32'), tf.slice(x, 0, 2), tf.slice(x, [0, 0])];
    for (const tensor of same) expect(dataOf(tensor)).toBe(dataOf(x));
    x.dispose();
    for (const tensor of same) expect([...tensor.dataSync()]).toEqual([1, 2, 3, 4]);
    tf.dispose(same);
    expect(tf.backend().numDataIds()).toBe(before);
  });

  it('but not other casts and slices', () => {
    const x = tf.tensor1d([1.5, 2, 3]);
    for (const [begin, size, values] of [
      [1, 2, [2, 3]],
      [[0], [2], [1.5, 2]],
      [[2], undefined, [3]],
    ] as const) {
      const part = tf.slice(x, begin as number | number[], size as number | number[] | undefined);
      expect([...part.dataSync()]).toEqual(values);
      part.dispose();
    }
    const integers = tf.cast(x, 'int32');
    expect([...integers.dataSync()]).toEqual([1, 2, 3]);
    tf.dispose([x, integers]);
  });
});

describe('a convolution that waits', () => {
  const attrs = { strides: 1, pad: 'same', dataFormat: 'NHWC', dilations: 1 };
  const filled = (shape: number[], value: number) => tf.fill(shape, value);

  it('is computed once its input is gone, and leaves nothing behind', () => {
    const before = [tf.memory().numTensors, tf.memory().numDataBuffers, tf.backend().numDataIds()];
    const x = filled([1, 2, 2, 1], 3) as tf.Tensor4D;
    const filter = filled([1, 1, 1, 2], -2) as tf.Tensor4D;
    const y = tf.engine().runKernel<tf.Tensor>('Conv2D', { x, filter }, attrs);
    const positive = tf.relu(y);
    tf.dispose([x, filter]);
    expect([...positive.dataSync()]).toEqual(new Array(8).fill(0));
    expect([...y.dataSync()]).toEqual(new Array(8).fill(-6));
    tf.dispose([y, positive]);
    expect([tf.memory().numTensors, tf.memory().numDataBuffers, tf.backend().numDataIds()]).toEqual(before);
  });

  it('is dropped if nobody reads it', () => {
    const before = [tf.memory().numTensors, tf.memory().numDataBuffers, tf.backend().numDataIds()];
    tf.tidy(() => {
      const x = filled([1, 4, 4, 4], 1);
      const filter = filled([3, 3, 4, 4], 1);
      tf.relu(tf.engine().runKernel<tf.Tensor>('Conv2D', { x, filter }, attrs));
    });
    expect([tf.memory().numTensors, tf.memory().numDataBuffers, tf.backend().numDataIds()]).toEqual(before);
  });

  it('takes ReLU, batch normalization and Concat with it, in their order', () => {
    tf.tidy(() => {
      const x = tf.reshape(tf.range(-8, 8), [1, 4, 4, 1]);
      const filter = tf.tensor4d([1, -1], [1, 1, 1, 2]);
      const convolve = () => tf.engine().runKernel<tf.Tensor4D>('Conv2D', { x, filter }, attrs);
      const normalize = (y: tf.Tensor4D) =>
        tf.batchNorm4d(
          y,
          tf.tensor1d([1, 2]),
          tf.tensor1d([3, 8]),
          tf.tensor1d([10, -20]),
          tf.tensor1d([4, 6]),
          1,
        );
      const together = tf.concat(
        [normalize(tf.relu(convolve())), tf.relu(normalize(convolve())), convolve()],
        3,
      );
      const expected = Array.from({ length: 16 }, (_, i) => i - 8).flatMap((v) => {
        const pair = [v, -v];
        const normal = (value: number, c: number) =>
          c === 0 ? ((value - 1) / 2) * 4 + 10 : ((value - 2) / 3) * 6 - 20;
        return [
          ...pair.map((value, c) => normal(Math.max(0, value), c)),
          ...pair.map((value, c) => Math.max(0, normal(value, c))),
          ...pair,
        ];
      });
      const values = together.dataSync();
      expected.forEach((value, i) => {
        expect(values[i]).toBeCloseTo(value, 4);
      });
    });
  });
});
