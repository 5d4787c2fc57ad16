import fc from 'fast-check';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { useEngine } from 'hpa-kit/node';
import { registerWasmTrainingKernels } from '../../src/engine/wasm/register';
import { expectSameOnWasm, relativeError, valuesOn } from '../engines';

// Float32 sums of up to some thousand products in another order: 1e-6 of the largest magnitude is usual,
// and a wrong index gives errors near 1.
const TOLERANCE = 1e-4;

const shapes = fc.record({
  batch: fc.integer({ min: 1, max: 5 }),
  height: fc.integer({ min: 7, max: 14 }),
  width: fc.integer({ min: 7, max: 14 }),
  inChannels: fc.integer({ min: 1, max: 5 }),
  outChannels: fc.integer({ min: 1, max: 9 }),
  filter: fc.constantFrom<[number, number][]>([1, 1], [2, 2], [3, 3], [5, 5], [1, 7], [7, 1], [4, 3]),
  strides: fc.constantFrom<[number, number][]>([1, 1], [2, 2], [3, 3], [1, 2], [2, 1]),
  pad: fc.constantFrom('same', 'valid', 'explicit', 'wide'),
});
type Padding = 'same' | 'valid';
const EXPLICIT: Record<string, number[][]> = {
  explicit: [[0, 0], [1, 2], [0, 1], [0, 0]], // prettier-ignore
  wide: [[0, 0], [3, 3], [2, 4], [0, 0]], // prettier-ignore
};
const padding = (pad: string) => (EXPLICIT[pad] ?? pad) as Padding;
const normal = (shape: number[], seed: number) => tf.randomNormal(shape, 0, 1, 'float32', seed);
const runs = (numRuns: number) => ({ numRuns, seed: 7 });

type Operation = (x: tf.Tensor4D, filter: tf.Tensor4D) => tf.Tensor;

/** Value and both gradients for a random upstream gradient. */
function valueAndGradients(operation: Operation, xShape: number[], filterShape: number[]): () => tf.Tensor[] {
  return () => {
    const x = normal(xShape, 1) as tf.Tensor4D;
    const filter = normal(filterShape, 2) as tf.Tensor4D;
    const y = operation(x, filter);
    const gradients = tf.grads(operation as (...args: tf.Tensor[]) => tf.Tensor)(
      [x, filter],
      normal(y.shape, 3),
    );
    return [y, ...gradients];
  };
}

describe('convolutions on wasm', () => {
  it('have the values and gradients of the cpu backend', async () => {
    await fc.assert(
      fc.asyncProperty(
        shapes,
        async ({ batch, height, width, inChannels, outChannels, filter, strides, pad }) => {
          const conv: Operation = (x, w) => tf.conv2d(x, w, strides, padding(pad));
          await expectSameOnWasm(
            valueAndGradients(conv, [batch, height, width, inChannels], [...filter, inChannels, outChannels]),
            TOLERANCE,
          );
        },
      ),
      runs(80),
    );
  });

  it('that are depthwise do too, with any depth multiplier', async () => {
    await fc.assert(
      fc.asyncProperty(
        shapes,
        async ({ batch, height, width, inChannels, outChannels, filter, strides, pad }) => {
          const multiplier = 1 + (outChannels % 3);
          const conv: Operation = (x, w) => tf.depthwiseConv2d(x, w, strides, padding(pad));
          await expectSameOnWasm(
            valueAndGradients(conv, [batch, height, width, inChannels], [...filter, inChannels, multiplier]),
            TOLERANCE,
          );
        },
      ),
      runs(60),
    );
  });

  it('take the output size that dimRoundingMode gives for the filter gradient', async () => {
    for (const [dimRoundingMode, size] of [
      ['floor', 4],
      ['ceil', 5],
      ['round', 5],
    ] as const) {
      const attrs = {
        strides: [2, 2],
        pad: 1,
        dataFormat: 'NHWC',
        dimRoundingMode,
        filterShape: [3, 3, 2, 4],
      };
      await expectSameOnWasm(() => {
        const inputs = { x: normal([2, 8, 8, 2], 1), dy: normal([2, size, size, 4], 3) };
        return [tf.engine().runKernel<tf.Tensor>('Conv2DBackpropFilter', inputs, attrs)];
      }, TOLERANCE);
    }
  });

  it('give the dilated depthwise gradients, which tfjs leaves to its kernels', async () => {
    // The cpu backend ignores dilations here. A dilated filter is a larger one with zeros in between.
    await useEngine({ engine: 'wasm' });
    const x = normal([2, 11, 12, 3], 1);
    const filter = normal([3, 2, 3, 2], 2);
    const spread = tf.tidy(() => {
      const rows = tf.stack([filter, tf.zerosLike(filter)], 1);
      const rowsSpread = tf.slice(tf.reshape(rows, [6, 2, 3, 2]), [0, 0, 0, 0], [5, 2, 3, 2]);
      const columns = tf.stack([rowsSpread, tf.zerosLike(rowsSpread)], 2);
      return tf.slice(tf.reshape(columns, [5, 4, 3, 2]), [0, 0, 0, 0], [5, 3, 3, 2]);
    });
    for (const pad of ['same', 'valid']) {
      const dy = normal(pad === 'same' ? [2, 11, 12, 6] : [2, 7, 10, 6], 3);
      const run = (name: string, inputs: Record<string, tf.Tensor>, attrs: object) =>
        tf.engine().runKernel<tf.Tensor>(name, inputs, { strides: 1, pad, ...attrs });
      const [dx, dw] = await valuesOn('wasm', () => [
        run('DepthwiseConv2dNativeBackpropInput', { dy, filter }, { dilations: 2, inputShape: x.shape }),
        run('DepthwiseConv2dNativeBackpropFilter', { x, dy }, { dilations: 2, filterShape: filter.shape }),
      ]);
      const [dxExpected, dwExpected] = await valuesOn('cpu', () => [
        run(
          'DepthwiseConv2dNativeBackpropInput',
          { dy, filter: spread },
          { dilations: 1, inputShape: x.shape },
        ),
        tf.stridedSlice(
          run('DepthwiseConv2dNativeBackpropFilter', { x, dy }, { dilations: 1, filterShape: spread.shape }),
          [0, 0, 0, 0],
          [5, 3, 3, 2],
          [2, 2, 1, 1],
        ),
      ]);
      expect(relativeError(dx!, dxExpected!)).toBeLessThan(TOLERANCE);
      expect(relativeError(dw!, dwExpected!)).toBeLessThan(TOLERANCE);
      dy.dispose();
    }
    tf.dispose([x, filter, spread]);
  });

  it('split a batch whose packed gradient is large', async () => {
    // 3 images of 2048 × 1024 pixels, channels rounded up to 8: just under 64 MiB each, so one at a time.
    await useEngine({ engine: 'wasm' });
    const x = tf.ones([3, 2048, 1024, 1]);
    const dy = tf.ones([3, 2047, 1023, 1]);
    const attrs = { strides: 1, pad: 'valid', dataFormat: 'NHWC', filterShape: [2, 2, 1, 1] };
    const dw = tf.engine().runKernel<tf.Tensor>('Conv2DBackpropFilter', { x, dy }, attrs);
    expect(relativeError(await dw.data(), Array<number>(4).fill(3 * 2047 * 1023))).toBeLessThan(1e-6);
    tf.dispose([x, dy, dw]);
  });

  it('refuse channels first with a remedy', async () => {
    await useEngine({ engine: 'wasm' });
    const [x, dy] = [tf.zeros([1, 2, 5, 5]), tf.zeros([1, 3, 3, 3])];
    const attrs = { strides: 1, pad: 'valid', dataFormat: 'NCHW', filterShape: [3, 3, 2, 3] };
    expect(() => tf.engine().runKernel('Conv2DBackpropFilter', { x, dy }, attrs)).toThrow(/channelsLast/);
    tf.dispose([x, dy]);
  });
});

describe('pooling on wasm', () => {
  // Also for windows without a positive value, where the stock kernel drops the gradient.
  it('has the values and gradients of the cpu backend', async () => {
    await fc.assert(
      fc.asyncProperty(
        shapes,
        fc.constantFrom('max', 'avg'),
        async ({ batch, height, width, inChannels, filter, strides, pad }, kind) => {
          fc.pre(pad !== 'wide'); // windows wholly in the padding are −∞ or NaN
          fc.pre(pad !== 'explicit' || Math.min(...filter) > 2);
          const pool = (x: tf.Tensor4D) =>
            kind === 'max'
              ? tf.maxPool(x, filter, strides, padding(pad))
              : tf.avgPool(x, filter, strides, padding(pad));
          await expectSameOnWasm(() => {
            const x = tf.sub<tf.Tensor4D>(normal([batch, height, width, inChannels], 1), 1);
            const y = pool(x);
            return [y, tf.grad((input) => pool(input as tf.Tensor4D))(x, normal(y.shape, 2))];
          }, TOLERANCE);
        },
      ),
      runs(60),
    );
  });

  it('gives the gradient to the first of equal values', async () => {
    const grad = () => [
      tf.grad((x) => tf.maxPool(x as tf.Tensor4D, 2, 2, 'valid'))(
        tf.fill([1, 2, 2, 1], -1),
        tf.ones([1, 1, 1, 1]),
      ),
    ];
    expect(Array.from((await valuesOn('wasm', grad))[0]!)).toEqual([1, 0, 0, 0]);
  });
});

describe('gather and segment sums on wasm', () => {
  it('have the values and gradients of the cpu backend', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 12 }),
        fc.constantFrom(0, 1),
        async (ids, axis) => {
          await expectSameOnWasm(() => {
            const indices = tf.tensor1d(ids, 'int32');
            const gather = (x: tf.Tensor) => tf.gather(x, indices, axis);
            const x = normal([6, 6, 3], 1);
            const y = gather(x);
            return [y, tf.grad(gather)(x, normal(y.shape, 2))];
          }, TOLERANCE);
        },
      ),
      runs(25),
    );
  });

  it('ignores ids out of range', async () => {
    const sum = () => [tf.unsortedSegmentSum(tf.tensor2d([[1, 2], [3, 4], [5, 6], [7, 8]]), tf.tensor1d([2, -1, 9, 2], 'int32'), 3)]; // prettier-ignore
    expect(Array.from((await valuesOn('wasm', sum))[0]!)).toEqual([0, 0, 0, 0, 8, 10]);
    await expectSameOnWasm(sum, TOLERANCE);
  });
});

describe('registerWasmTrainingKernels', () => {
  beforeAll(async () => {
    await useEngine({ engine: 'wasm' });
  });

  it('registers nothing the second time', () => {
    expect(registerWasmTrainingKernels()).toEqual([]);
  });

  it('leaves no data behind in the backend', async () => {
    const before = tf.backend().numDataIds();
    await valuesOn(
      'wasm',
      valueAndGradients((x, w) => tf.conv2d(x, w, 1, 'same'), [2, 9, 9, 3], [3, 3, 3, 4]),
    );
    await valuesOn(
      'wasm',
      valueAndGradients((x, w) => tf.depthwiseConv2d(x, w, 2, 'same'), [2, 9, 9, 3], [3, 3, 3, 2]),
    );
    expect(tf.backend().numDataIds()).toBe(before);
  });
});

describe('sums, means and splits on wasm', () => {
  // Outer, inner, middle, all, no and separate axes: those that lie side by side and those that don't.
  const AXES = [[0], [3], [1, 2], [0, 1, 2], [0, 1, 2, 3], [], [0, 2], [1, 3], [-1]];

  it.each(AXES.map((axes) => [axes] as const))(
    'reduce over the axes [%s] as the cpu backend does',
    async (axes) => {
      const x = tf.randomNormal([3, 1, 5, 4], 0, 1, 'float32', 3);
      for (const keepDims of [true, false])
        await expectSameOnWasm(() => [tf.sum(x, [...axes], keepDims), tf.mean(x, [...axes], keepDims)], 1e-6);
      await expectSameOnWasm(() => [tf.sum(tf.cast(tf.mul(x, 10), 'int32'), [...axes])], 0);
      x.dispose();
    },
  );

  it('is as exact over half a million values as double precision', async () => {
    await useEngine({ engine: 'wasm' });
    const x = tf.add(tf.randomNormal([590_000, 2], 0, 1, 'float32', 4), 3);
    const values = Float64Array.from(await x.data());
    const exact = [0, 1].map(
      (c) => values.reduce((sum, value, i) => (i % 2 === c ? sum + value : sum), 0) / 590_000,
    );
    const mean = tf.mean(x, 0);
    (await mean.data()).forEach((value, c) => {
      expect(value).toBe(Math.fround(exact[c]!));
    });
    tf.dispose([x, mean]);
  });

  it.each([0, 1, 2, -1])('split along axis %i as the cpu backend does', async (axis) => {
    const x = tf.randomNormal([6, 6, 6], 0, 1, 'float32', 5);
    for (const sizes of [3, [1, 2, 3], [1, -1]] as const)
      await expectSameOnWasm(() => tf.split(x, sizes as number | number[], axis), 0);
    await expectSameOnWasm(() => tf.split(tf.cast(tf.greater(x, 0), 'bool'), 2, axis), 0);
    x.dispose();
  });
});
