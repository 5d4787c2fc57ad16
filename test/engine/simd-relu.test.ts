import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { relativeError, valuesOn } from '../engines';
import { SHAPES, channelSums, expectSameBytes, normal, runOnWasm } from './simd';

const EXTREMES = [NaN, Infinity, -Infinity, 0, -0, 1e-40, -1e-40, 3, -3];

describe('ReLU on wasm', () => {
  it('is that of the cpu backend, bit for bit', async () => {
    for (const x of [tf.tensor1d(EXTREMES), normal([3, 41, 43, 3], 1), normal([65_537, 3], 2)]) {
      const [expected] = await valuesOn('cpu', () => [tf.relu(x)]);
      const [actual] = await runOnWasm('Relu', { x });
      if (x.size < 100) expect(actual).toEqual(expected);
      else expectSameBytes(actual!, expected!);
      x.dispose();
    }
  });

  it('keeps to tfjs for integers', async () => {
    const x = tf.tensor1d([-2, 0, 5], 'int32');
    expect((await runOnWasm('Relu', { x }))[0]).toEqual(Int32Array.of(0, 0, 5));
    x.dispose();
  });

  it('lets the gradient through where the output is positive', async () => {
    const [y, dy] = [tf.tensor1d(EXTREMES), tf.range(1, 1 + EXTREMES.length)];
    const [dx] = await runOnWasm('ReluGrad', { dy, y });
    expect([...dx!]).toEqual([0, 2, 0, 0, 0, 6, 0, 8, 0]);
    tf.dispose([y, dy]);
  });

  it('takes scalars and any rank', async () => {
    const [y, dy] = [tf.scalar(2), tf.scalar(-3)];
    expect([...(await runOnWasm('ReluGrad', { dy, y }))[0]!]).toEqual([-3]);
    tf.dispose([y, dy]);
  });
});

describe("a bias's gradient on wasm", () => {
  it.each(SHAPES)('is the sum in double precision for [%i, %i, …]', async (...shape) => {
    const channels = shape[shape.length - 1]!;
    const [y, dy] = [normal(shape, 1), normal(shape, 2, 0.5)];
    const [ys, dys] = [y.dataSync(), dy.dataSync()];
    const expected = dys.map((value, i) => (ys[i]! > 0 ? value : 0)) as Float32Array;
    const [dz, dBias] = await runOnWasm('ReluBiasGrad', { dy, y });
    expectSameBytes(dz!, expected);
    expectSameBytes((await runOnWasm('ReluGrad', { dy, y }))[0]!, expected);
    const sum = (values: ArrayLike<number>) => channelSums(dy.size, channels, (i) => values[i]!);
    expect(relativeError(dBias!, sum(expected))).toBeLessThan(1e-6);
    const [plain] = await runOnWasm('BiasAddGrad', { dy });
    expect(relativeError(plain!, sum(dys))).toBeLessThan(1e-6);
    tf.dispose([y, dy]);
  });
});
