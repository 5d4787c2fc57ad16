import fc from 'fast-check';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { expectSameOnWasm, relativeError, valuesOn } from '../engines';
import { useEngine } from 'hpa-kit/node';
import { normal, runOnWasm } from './simd';

const TOLERANCE = 1e-5;

type Size = [number, number];
type Shape = [number, number, number, number];

interface Case {
  shape: Shape;
  filter: Size;
  multiplier: number;
  strides: Size;
  dilations: Size;
  pad: 'same' | 'valid' | number;
}

const cases = fc
  .record<Case>({
    shape: fc.tuple(
      fc.integer({ min: 1, max: 3 }),
      fc.integer({ min: 5, max: 19 }),
      fc.integer({ min: 5, max: 31 }),
      fc.constantFrom(1, 2, 3, 4, 5, 8, 10, 16, 19, 28, 64),
    ),
    filter: fc.constantFrom<Size[]>([1, 1], [2, 2], [3, 3], [5, 5], [1, 7], [4, 1], [2, 3]),
    multiplier: fc.constantFrom(1, 1, 2, 3, 4),
    strides: fc.constantFrom<Size[]>([1, 1], [1, 1], [2, 2], [3, 3], [1, 2], [5, 4]),
    dilations: fc.constantFrom<Size[]>([1, 1], [1, 1], [2, 2], [1, 3]),
    pad: fc.constantFrom<Case['pad'][]>('same', 'same', 'valid', 2),
  })
  // tfjs refuses a filter that dilation makes larger than the image, and strides together with dilations.
  .filter(({ shape, filter, strides, dilations }) => {
    const reach = [0, 1].map((axis) => (filter[axis]! - 1) * dilations[axis]! + 1);
    const strided = Math.max(...strides) > 1 && Math.max(...dilations) > 1;
    return !strided && reach[0]! <= shape[1] && reach[1]! <= shape[2];
  });

/** A filter with zeros between its taps, for the cpu backend, whose gradients ignore dilations. */
function spread(filter: tf.Tensor4D, [dilationY, dilationX]: Size): tf.Tensor4D {
  const [height, width, channels, multiplier] = filter.shape;
  const zeros = (count: number, like: tf.Tensor) => Array.from({ length: count }, () => tf.zerosLike(like));
  const rows = tf.reshape(tf.stack([filter, ...zeros(dilationY - 1, filter)], 1), [
    height * dilationY,
    width,
    channels,
    multiplier,
  ]);
  const all = tf.reshape(tf.stack([rows, ...zeros(dilationX - 1, rows)], 2), [
    height * dilationY,
    width * dilationX,
    channels,
    multiplier,
  ]);
  const size = [(height - 1) * dilationY + 1, (width - 1) * dilationX + 1, channels, multiplier];
  return tf.slice(all as tf.Tensor4D, [0, 0, 0, 0], size);
}

/** Values and both gradients by the backend's kernels, on cpu and wasm. */
async function expectCpuValues({ shape, filter, multiplier, strides, dilations, pad }: Case): Promise<void> {
  await useEngine({ engine: 'wasm', threads: 2 });
  const x = normal(shape, 1) as tf.Tensor4D;
  const w = normal([...filter, shape[3], multiplier], 2) as tf.Tensor4D;
  const attrs = { strides, dilations, pad, dataFormat: 'NHWC' };
  const run = (name: string, inputs: tf.NamedTensorMap, more: object = {}) =>
    tf.engine().runKernel<tf.Tensor4D>(name, inputs, { ...attrs, ...more });
  const dy = tf.tidy(() => {
    const y = run('DepthwiseConv2dNative', { x, filter: w });
    return normal(y.shape, 3) as tf.Tensor4D;
  });
  const kernels = [
    ['DepthwiseConv2dNative', { x, filter: w }, {}],
    ['DepthwiseConv2dNativeBackpropInput', { dy, filter: w }, { inputShape: shape }],
    ['DepthwiseConv2dNativeBackpropFilter', { x, dy }, { filterShape: w.shape }],
  ] as const;
  const actual: Float32Array[] = [];
  for (const [kernel, inputs, more] of kernels)
    actual.push((await runOnWasm(kernel, inputs, { ...attrs, ...more }))[0]!);
  const expected = await valuesOn('cpu', () => {
    const wide = spread(w, dilations);
    const one = { dilations: 1 };
    const dw = run('DepthwiseConv2dNativeBackpropFilter', { x, dy }, { ...one, filterShape: wide.shape });
    return [
      run('DepthwiseConv2dNative', { x, filter: wide }, one),
      run('DepthwiseConv2dNativeBackpropInput', { dy, filter: wide }, { ...one, inputShape: shape }),
      tf.stridedSlice(dw, [0, 0, 0, 0], wide.shape, [...dilations, 1, 1]),
    ];
  });
  for (const [i, values] of actual.entries())
    expect(relativeError(values, expected[i]!), kernels[i]![0]).toBeLessThan(TOLERANCE);
  tf.dispose([x, w, dy]);
}

describe('depthwise convolutions on wasm', () => {
  it('have the values and gradients of the cpu backend', async () => {
    await fc.assert(
      fc.asyncProperty(cases, async (sizes) => {
        fc.pre(
          sizes.dilations[0] * sizes.dilations[1] === 1 || sizes.pad !== 'same' || sizes.filter[0] % 2 === 1,
        );
        await expectCpuValues(sizes);
      }),
      { numRuns: 60, seed: 7 },
    );
  });

  // Many rows and channels: several tasks, bands of one row and of many.
  it.each<[Shape, Size, number, number]>([
    [[2, 40, 41, 24], [3, 3], 1, 1],
    [[2, 37, 41, 20], [5, 5], 1, 2],
    [[3, 14, 14, 34], [3, 3], 2, 1],
    [[4, 7, 7, 132], [5, 5], 1, 1],
    [[2, 64, 48, 3], [3, 3], 1, 1],
    [[2, 33, 34, 7], [3, 3], 3, 2],
  ])(
    'cover [%s] with filters of [%s], multiplier %i and stride %i',
    async (shape, filter, multiplier, stride) => {
      const strides: Size = [stride, stride];
      await expectCpuValues({ shape, filter, multiplier, strides, dilations: [1, 1], pad: 'same' });
    },
  );

  it('have the gradients of the cpu backend through tf.grads', async () => {
    for (const [channels, multiplier, stride] of [
      [8, 1, 2],
      [20, 2, 1],
      [3, 1, 1],
    ] as const) {
      const x = normal([2, 15, 17, channels], 1) as tf.Tensor4D;
      const w = normal([3, 3, channels, multiplier], 2) as tf.Tensor4D;
      const conv = (input: tf.Tensor, filter: tf.Tensor) =>
        tf.depthwiseConv2d(input as tf.Tensor4D, filter as tf.Tensor4D, stride, 'same');
      await expectSameOnWasm(() => {
        const y = conv(x, w);
        return [y, ...tf.grads(conv)([x, w], normal(y.shape, 3))];
      }, TOLERANCE);
      tf.dispose([x, w]);
    }
  });

  it('take a bias and an activation', async () => {
    for (const channels of [3, 8, 24])
      for (const activation of ['linear', 'relu', 'relu6', 'elu'] as const) {
        await useEngine({ engine: 'wasm', threads: 2 });
        const [x, filter, bias] = [
          normal([2, 9, 10, channels], 1, 0, 3),
          normal([3, 3, channels, 1], 2),
          normal([channels], 3),
        ];
        const attrs = { strides: 1, dilations: 1, pad: 'same', dataFormat: 'NHWC', activation };
        const inputs = { x, filter, bias };
        const [actual] = await runOnWasm('FusedDepthwiseConv2D', inputs, attrs);
        const [expected] = await valuesOn('cpu', () => [
          tf.engine().runKernel<tf.Tensor>('FusedDepthwiseConv2D', inputs, attrs),
        ]);
        expect(relativeError(actual!, expected!)).toBeLessThan(TOLERANCE);
        tf.dispose(inputs);
      }
  });

  it('give a window in the padding the bias alone, whatever the filter', async () => {
    // The taps outside the image are left out rather than multiplied by zero.
    await useEngine({ engine: 'wasm', threads: 2 });
    const inputs = { x: tf.ones([1, 2, 2, 4]), filter: tf.fill([1, 1, 4, 1], Infinity), bias: tf.ones([4]) };
    const attrs = { strides: 1, dilations: 1, pad: 1, dataFormat: 'NHWC', activation: 'linear' };
    const [y] = await runOnWasm('FusedDepthwiseConv2D', inputs, attrs);
    const inside = [5, 6, 9, 10];
    expect(Array.from(y!)).toEqual(
      Array.from({ length: 64 }, (_, i) => (inside.includes(i >> 2) ? Infinity : 1)),
    );
    tf.dispose(inputs);
  });
});
