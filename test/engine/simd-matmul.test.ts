import fc from 'fast-check';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { expectSameOnWasm, relativeError, valuesOn } from '../engines';
import { useEngine } from 'hpa-kit/node';
import { normal, runOnWasm } from './simd';

const TOLERANCE = 1e-5;

interface Case {
  rows: number;
  inner: number;
  columns: number;
  transposeA: boolean;
  transposeB: boolean;
  batch: [a: number[], b: number[]];
}

function matrices({ rows, inner, columns, transposeA, transposeB, batch: [batchA, batchB] }: Case) {
  return {
    a: normal([...batchA, ...(transposeA ? [inner, rows] : [rows, inner])], 1),
    b: normal([...batchB, ...(transposeB ? [columns, inner] : [inner, columns])], 2),
  };
}

/** Expects a kernel's values on wasm to be those on cpu, for inputs that are made on wasm. */
async function expectCpuValues(
  kernel: string,
  makeInputs: () => tf.NamedTensorMap,
  attrs: tf.NamedAttrMap,
): Promise<void> {
  await useEngine({ engine: 'wasm', threads: 2 });
  const inputs = makeInputs();
  const [actual] = await runOnWasm(kernel, inputs, attrs);
  const [expected] = await valuesOn('cpu', () => [tf.engine().runKernel<tf.Tensor>(kernel, inputs, attrs)]);
  expect(relativeError(actual!, expected!)).toBeLessThan(TOLERANCE);
  tf.dispose(inputs);
}

const extent = fc.oneof(fc.integer({ min: 1, max: 13 }), fc.integer({ min: 14, max: 70 }));
const cases = fc.record<Case>({
  rows: extent,
  inner: fc.oneof(extent, fc.integer({ min: 250, max: 520 })),
  columns: extent,
  transposeA: fc.boolean(),
  transposeB: fc.boolean(),
  batch: fc.constantFrom<[number[], number[]][]>(
    [[], []],
    [[3], [3]],
    [
      [2, 2],
      [2, 2],
    ],
    [[4], [1]],
    [[1], [4]],
  ),
});
const transposes = [
  [false, false],
  [true, false],
  [false, true],
  [true, true],
] as const;

describe('matrix products on wasm', () => {
  it('have the values of the cpu backend', async () => {
    await fc.assert(
      fc.asyncProperty(cases, async (sizes) => {
        const { transposeA, transposeB } = sizes;
        await expectCpuValues('BatchMatMul', () => matrices(sizes), { transposeA, transposeB });
      }),
      { numRuns: 80, seed: 7 },
    );
  });

  it('with bias and activation do too', async () => {
    await fc.assert(
      fc.asyncProperty(
        cases,
        fc.boolean(),
        fc.constantFrom('linear', 'relu', 'relu6', 'sigmoid', 'elu'),
        async (sizes, biased, activation) => {
          const { transposeA, transposeB, columns } = sizes;
          const batch: Case['batch'] = sizes.batch[0].length === 1 ? sizes.batch : [[1], [1]];
          const three = { ...sizes, batch };
          const bias = (): tf.NamedTensorMap => (biased ? { bias: normal([columns], 3) } : {});
          const attrs = { transposeA, transposeB, activation };
          await expectCpuValues('_FusedMatMul', () => ({ ...matrices(three), ...bias() }), attrs);
        },
      ),
      { numRuns: 60, seed: 8 },
    );
  });

  // Dense layers and their gradients, a long inner dimension that is cut into parts, many tiles, many small matrices.
  it.each([
    [16, 2048, 28, []],
    [10, 4099, 40, []],
    [1, 2500, 30, []],
    [103, 301, 150, []],
    [301, 40, 57, []],
    [1024, 3, 12, []],
    [20, 24, 20, [60]],
  ] as const)('cover [%i, %i] times %i columns', async (rows, inner, columns, batch) => {
    for (const [transposeA, transposeB] of transposes) {
      const sizes = { rows, inner, columns, transposeA, transposeB };
      const inputs = () => matrices({ ...sizes, batch: [[...batch], [...batch]] });
      await expectCpuValues('BatchMatMul', inputs, { transposeA, transposeB });
    }
  });

  it('add the bias once and clip at zero where the inner dimension is cut', async () => {
    const [rows, inner, columns] = [5, 30_000, 11];
    const sizes = {
      rows,
      inner,
      columns,
      transposeA: false,
      transposeB: false,
      batch: [[1], [1]] as Case['batch'],
    };
    const inputs = () => ({ ...matrices(sizes), bias: normal([columns], 3, 0, 100) });
    const attrs = { transposeA: false, transposeB: false, activation: 'relu' };
    await expectCpuValues('_FusedMatMul', inputs, attrs);
  });

  it('have the gradients of the cpu backend', async () => {
    for (const [transposeA, transposeB] of transposes) {
      for (const [rows, inner, columns] of [
        [5, 7, 3],
        [33, 270, 28],
      ] as const) {
        const sizes = { rows, inner, columns, transposeA, transposeB };
        const { a, b } = matrices({ ...sizes, batch: [[], []] });
        const dy = normal([rows, columns], 3);
        const product = (x: tf.Tensor, y: tf.Tensor) => tf.matMul(x, y, transposeA, transposeB);
        await expectSameOnWasm(() => [product(a, b), ...tf.grads(product)([a, b], dy)], TOLERANCE);
        tf.dispose([a, b, dy]);
      }
    }
  });

  it('keep NaN and infinities in their rows and columns', async () => {
    await useEngine({ engine: 'wasm', threads: 2 });
    const a = tf.tensor2d([[1, NaN], [Infinity, 1], [1, 2]]); // prettier-ignore
    const b = tf.tensor2d([[1, 0, -1], [1, 1, 1]]); // prettier-ignore
    const inputs = { a: tf.expandDims(a), b: tf.expandDims(b) };
    const [linear] = await runOnWasm('_FusedMatMul', inputs, { activation: 'linear' });
    expect(Array.from(linear!)).toEqual([NaN, NaN, NaN, Infinity, NaN, -Infinity, 3, 2, 1]);
    const [relu] = await runOnWasm('_FusedMatMul', inputs, { activation: 'relu' });
    expect(Array.from(relu!)).toEqual([NaN, NaN, NaN, Infinity, NaN, 0, 3, 2, 1]);
    tf.dispose([a, b, inputs]);
  });
});
