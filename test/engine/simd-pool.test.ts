import fc from 'fast-check';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { relativeError, valuesOn } from '../engines';
import { expectSameBytes, normal, runOnWasm } from './simd';

type Size = [number, number];

const cases = fc.record({
  shape: fc.tuple(
    fc.integer({ min: 1, max: 3 }),
    fc.integer({ min: 5, max: 23 }),
    fc.integer({ min: 5, max: 23 }),
    fc.constantFrom(1, 2, 3, 4, 5, 8, 10, 16),
  ),
  filterSize: fc.constantFrom<Size[]>([1, 1], [2, 2], [3, 3], [2, 3], [5, 4]),
  strides: fc.constantFrom<Size[]>([1, 1], [2, 2], [3, 3], [1, 2], [5, 4]),
  pad: fc.constantFrom<('same' | 'valid' | number)[]>('same', 'valid', 1),
  // Of few values, so that many are equal.
  kind: fc.constantFrom('normal', 'ties', 'extremes'),
});

const EXTREMES = [NaN, -Infinity, Infinity, -0, 0, -1];

function inputOf(shape: number[], kind: string): tf.Tensor {
  const x = normal(shape, 1);
  if (kind === 'normal') return x;
  if (kind === 'ties') return tf.floor(x);
  const values = x.dataSync().map((value, i) => (value > 1 ? EXTREMES[i % EXTREMES.length]! : -Infinity));
  return tf.tensor(values, shape);
}

describe('pooling on wasm', () => {
  it('has the values and gradients of the cpu backend', async () => {
    await fc.assert(
      fc.asyncProperty(cases, async ({ shape, filterSize, strides, pad, kind }) => {
        // tfjs takes explicit padding as if all were square, and some windows would lie outside.
        const isSquare = [filterSize, strides].every(([height, width]) => height === width);
        fc.pre(pad !== 1 || (isSquare && filterSize[0] > 1));
        const attrs = { filterSize, strides, pad };
        const x = tf.tidy(() => inputOf(shape, kind));
        for (const pool of ['MaxPool', 'AvgPool']) {
          if (pool === 'AvgPool' && kind === 'extremes') continue;
          const run = (name: string, inputs: tf.NamedTensorMap) =>
            tf.engine().runKernel<tf.Tensor>(name, inputs, attrs);
          const [y] = await valuesOn('cpu', () => [run(pool, { x })]);
          const [actual] = await runOnWasm(pool, { x }, attrs);
          if (pool === 'MaxPool') expectSameBytes(actual!, y!);
          else expect(relativeError(actual!, y!)).toBeLessThan(1e-6);
          const output = tf.tidy(() => run(pool, { x }));
          const dy = normal(output.shape, 2);
          const inputs = { dy, input: x, output };
          const [dx] = await valuesOn('cpu', () => [run(`${pool}Grad`, inputs)]);
          const [actualDx] = await runOnWasm(`${pool}Grad`, inputs, attrs);
          expect(relativeError(actualDx!, dx!)).toBeLessThan(1e-6);
          tf.dispose([output, dy]);
        }
        x.dispose();
      }),
      { numRuns: 60, seed: 7 },
    );
  });

  it.each([
    [2, 2, 4],
    [2, 2, 3],
    [3, 2, 8],
    [7, 7, 2],
  ])('of images large enough for several tasks: windows of %i, stride %i, %i channels', async (...sizes) => {
    const [filterSize, strides, channels] = sizes;
    const attrs = { filterSize, strides, pad: 'same' };
    const x = normal([3, 99, 101, channels], 1) as tf.Tensor4D;
    const [y] = await valuesOn('cpu', () => [tf.maxPool(x, filterSize, strides, 'same')]);
    expectSameBytes((await runOnWasm('MaxPool', { x }, attrs))[0]!, y!);
    // Each window gives its gradient to one element.
    const output = tf.maxPool(x, filterSize, strides, 'same');
    const dy = tf.ones(output.shape);
    const [dx] = await runOnWasm('MaxPoolGrad', { dy, input: x, output }, attrs);
    expect(dx!.reduce((sum, value) => sum + value)).toBe(output.size);
    tf.dispose([x, output, dy]);
  });

  it('takes the output size of dimRoundingMode', async () => {
    const x = normal([1, 8, 8, 4], 1);
    const attrs = { filterSize: 2, strides: 3, pad: 0, dimRoundingMode: 'ceil' };
    const run = () => [tf.engine().runKernel<tf.Tensor>('MaxPool', { x }, attrs)];
    const [expected] = await valuesOn('cpu', run);
    expect((await runOnWasm('MaxPool', { x }, attrs))[0]).toEqual(expected);
    x.dispose();
  });
});
