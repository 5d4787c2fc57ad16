import fc from 'fast-check';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { eachEngine } from '../engines';
import { normal } from './simd';

const cases = fc.record({
  shape: fc.tuple(
    fc.integer({ min: 1, max: 2 }),
    fc.integer({ min: 4, max: 9 }),
    fc.integer({ min: 4, max: 9 }),
    fc.constantFrom(1, 3, 4),
  ),
  filter: fc.constantFrom<[number, number]>([1, 1], [2, 2], [3, 3], [2, 3], [4, 1]),
  strides: fc.constantFrom<[number, number]>([1, 1], [2, 2], [1, 3]),
  pad: fc.constantFrom<('same' | 'valid')[]>('same', 'valid'),
});

eachEngine(() => {
  // Average pooling is linear: ⟨pool(x), dy⟩ = ⟨x, gradient(dy)⟩ for all x and dy, also of pixels at the border.
  it('averages have the gradient that makes them linear', () => {
    fc.assert(
      fc.property(cases, ({ shape, filter, strides, pad }) => {
        const before = tf.memory().numTensors;
        const [forward, backward] = tf.tidy(() => {
          const x = normal(shape, 1);
          const pool = (input: tf.Tensor) => tf.avgPool(input as tf.Tensor4D, filter, strides, pad);
          const y = pool(x);
          const dy = normal(y.shape, 2);
          const dx = tf.grad(pool)(x, dy);
          return [tf.sum(tf.mul(y, dy)).dataSync()[0]!, tf.sum(tf.mul(x, dx)).dataSync()[0]!];
        });
        expect(Math.abs(forward - backward)).toBeLessThan(1e-3);
        expect(tf.memory().numTensors).toBe(before);
      }),
      { numRuns: 60, seed: 7 },
    );
  });

  it('each pixel gets its share of the windows over it', () => {
    const pool = (x: tf.Tensor) => tf.avgPool(x as tf.Tensor4D, 3, 1, 'same');
    const dx = tf.tidy(() =>
      Array.from(
        tf
          .grad(pool)(tf.zeros([1, 2, 3, 1]))
          .dataSync(),
      ),
    );
    // At the sides two windows of four pixels and two of six, in the middle four and two. TensorFlow gives the same.
    const [outer, inner] = [2 / 4 + 2 / 6, 4 / 4 + 2 / 6];
    dx.forEach((value, i) => {
      expect(value).toBeCloseTo(i % 3 === 1 ? inner : outer, 6);
    });
  });
});
