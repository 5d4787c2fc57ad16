import fc from 'fast-check';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { valuesOn } from '../engines';
import { expectSameBytes, normal, runOnWasm } from './simd';

describe('concatenating and splitting on wasm', () => {
  it('gives what the cpu backend gives, and back', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 5 }),
        fc.integer({ min: 0, max: 2 }),
        fc.constantFrom<('float32' | 'int32' | 'bool')[]>('float32', 'int32', 'bool'),
        async (sizes, axis, dtype) => {
          fc.pre(sizes.some((size) => size > 0));
          const parts = sizes.map((size, i) =>
            tf.tidy(() => {
              const x = normal(
                [4, 5, 3].map((extent, k) => (k === axis ? size : extent)),
                i,
              );
              return dtype === 'bool' ? tf.greater(x, 0) : tf.cast(tf.mul(x, 100), dtype);
            }),
          );
          const [expected] = await valuesOn('cpu', () => [tf.concat(parts, axis)]);
          const [whole] = await runOnWasm('Concat', parts, { axis });
          expect(whole).toEqual(expected);
          const x = tf.concat(parts, axis);
          const split = await runOnWasm('SplitV', { x }, { numOrSizeSplits: sizes, axis });
          split.forEach((part, i) => {
            expect(part).toEqual(parts[i]!.dataSync());
          });
          tf.dispose([x, ...parts]);
        },
      ),
      { numRuns: 40, seed: 3 },
    );
  });

  it('shares large tensors among threads', async () => {
    const parts = [16, 3, 1].map((width, i) => normal([7000, width], i));
    const [whole] = await runOnWasm('Concat', parts, { axis: -1 });
    const [a, b, c] = parts.map((part) => part.dataSync());
    for (const row of [0, 1, 4095, 6999]) {
      const expected = [...a!.slice(16 * row, 16 * row + 16), ...b!.slice(3 * row, 3 * row + 3), c![row]];
      expect([...whole!.slice(20 * row, 20 * row + 20)]).toEqual(expected);
    }
    const x = tf.tensor(whole!, [7000, 20]);
    const split = await runOnWasm('SplitV', { x }, { numOrSizeSplits: [16, 3, 1], axis: 1 });
    [a, b, c].forEach((part, i) => {
      expectSameBytes(split[i]!, part as Float32Array);
    });
    tf.dispose([x, ...parts]);
  });
});
