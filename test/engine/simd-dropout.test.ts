import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { dropout, dropoutMask } from '../../src/engine/fused/dropout';
import { eachEngine } from '../engines';
import { expectSameBytes, normal, runOnWasm } from './simd';

describe('Dropout on wasm', () => {
  it.each([
    [1, 0.5, 0],
    [23, 0.25, 1],
    [100_003, 0.1, 0xffffffff],
    [70_000, 0.999, 0x80000000],
  ])('of %i elements drops what the mask of JavaScript drops', async (size, rate, seed) => {
    const x = normal([size], 1);
    const mask = dropoutMask(size, rate, seed);
    const [y] = await runOnWasm('Dropout', { x }, { rate, seed });
    // Times 0 keeps the sign of a negative number.
    const expected = x.dataSync().map((value, i) => (mask[i] === 0 ? 0 : value * mask[i]!));
    expectSameBytes(y!, expected as Float32Array);
    x.dispose();
  });
});

describe('dropout', () => {
  eachEngine(() => {
    it('drops the same for value and gradient, and the same everywhere', () => {
      const x = tf.ones([40, 50]);
      const { value, grad } = tf.valueAndGrad((input) => tf.sum(dropout(input, 0.3, 12345)))(x);
      const mask = dropoutMask(2000, 0.3, 12345);
      expect(grad.dataSync()).toEqual(mask);
      expect(value.dataSync()[0]).toBeCloseTo(
        mask.reduce((sum, kept) => sum + kept, 0),
        1,
      );
      tf.dispose([x, value, grad]);
    });
  });
});
