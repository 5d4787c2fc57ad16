import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { expectSameOnWasm, relativeError } from '../engines';
import { normal, normalValues, runOnWasm } from './simd';

// [outer, reduced, inner] on both sides of every threshold: lines, narrow rows and wide strips, whole and in parts.
const EXTENTS = [
  [1, 1, 1],
  [1, 5, 1],
  [7, 13, 1],
  [1, 100_003, 1],
  [3, 66_001, 1],
  [40_000, 2, 1],
  [1, 30, 3],
  [5, 9, 28],
  [1, 23_017, 7],
  [2, 9_001, 8],
  [700, 49, 5],
  [2, 3, 513],
  [1, 40, 2_051],
  [3, 70, 1_000],
  [2_000, 1, 6],
] as const;

describe('sums and means on wasm', () => {
  it.each(EXTENTS)('over the middle of [%i, %i, %i] are those of double precision', async (...shape) => {
    const [outer, reduced, inner] = shape;
    const values = normalValues(outer * reduced * inner, 1, 1);
    const x = tf.tensor(values, [...shape]);
    const sums = new Float64Array(outer * inner);
    values.forEach((value, i) => (sums[Math.floor(i / (reduced * inner)) * inner + (i % inner)]! += value));
    const [sum] = await runOnWasm('Sum', { x }, { axis: [1], keepDims: false });
    const [mean] = await runOnWasm('Mean', { x }, { axis: [1], keepDims: true });
    expect(relativeError(sum!, sums)).toBeLessThan(1e-7);
    const means = sums.map((value) => value / reduced);
    expect(relativeError(mean!, means)).toBeLessThan(1e-7);
    x.dispose();
  });

  it('give the shapes of the cpu backend', async () => {
    await expectSameOnWasm(() => {
      const x = normal([2, 1, 3, 4], 2);
      const results = [[0], [-1], [0, 1, 2], [2, 3], [0, 1, 2, 3], [1], [0, 3]].flatMap((axis) =>
        [true, false].flatMap((keepDims) => [tf.sum(x, axis, keepDims), tf.mean(x, axis, keepDims)]),
      );
      return results.flatMap((y) => [tf.tensor1d([y.rank, ...y.shape]), y]);
    }, 1e-6);
  });
});
