import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { relativeError } from '../engines';
import { normal, runOnWasm } from './simd';

const attrs = { learningRate: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1e-7, accBeta1: 0.9 ** 3, accBeta2: 0.999 ** 3 }; // prettier-ignore

describe("Adam's step on wasm", () => {
  it.each([[[]], [[1]], [[7]], [[3, 3, 4, 8]], [[250, 333]]])('is its formula for %j', async (shape) => {
    const [value, gradient, firstMoment] = [1, 2, 3].map((seed) => normal(shape, seed)) as [
      tf.Tensor,
      tf.Tensor,
      tf.Tensor,
    ];
    const secondMoment = tf.square(normal(shape, 4));
    const inputs = { value, gradient, firstMoment, secondMoment };
    const [w, g, m, v] = Object.values(inputs).map((tensor) => Float64Array.from(tensor.dataSync()));
    const { learningRate, beta1, beta2, epsilon, accBeta1, accBeta2 } = attrs;
    const first = m!.map((x, i) => beta1 * x + (1 - beta1) * g![i]!);
    const second = v!.map((x, i) => beta2 * x + (1 - beta2) * g![i]! ** 2);
    const updated = w!.map((x, i) => {
      const root = Math.sqrt(second[i]! / (1 - accBeta2));
      return x - (learningRate * (first[i]! / (1 - accBeta1))) / (root + epsilon);
    });
    const actual = await runOnWasm('AdamUpdate', inputs, attrs);
    [updated, first, second].forEach((expected, i) => {
      expect(relativeError(actual[i]!, expected), `output ${i}`).toBeLessThan(1e-6);
    });
    tf.dispose(inputs);
  });

  it('carries NaN through its element alone', async () => {
    const ones = tf.ones([6]);
    const gradient = tf.tensor1d([1, NaN, 1, 1, 1, 1]);
    const inputs = { value: ones, gradient, firstMoment: ones, secondMoment: ones };
    for (const values of await runOnWasm('AdamUpdate', inputs, attrs))
      expect([...values].map(Number.isNaN)).toEqual([false, true, false, false, false, false]);
    tf.dispose([ones, gradient]);
  });
});
