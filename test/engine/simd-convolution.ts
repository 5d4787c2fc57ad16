/** Convolutions on wasm against plain JavaScript. */
import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'vitest';
import { relativeError, valuesOn } from '../engines';
import { normal, runOnWasm } from './simd';

export interface ConvolutionCase {
  input: [number, number, number, number];
  /** [height, width, filters] */
  filter: [number, number, number];
  stride?: number | [number, number];
  dilation?: number | [number, number];
  pad?: 'same' | 'valid' | number | [[0, 0], [number, number], [number, number], [0, 0]];
}

/** Of the largest magnitude; the same for all the ways of computing. */
const TOLERANCE = 3e-6;

/** The forward kernels and both gradients on wasm, on two threads and on one, against plain JavaScript. */
export async function expectSameConvolution({
  input,
  filter: [fh, fw, filters],
  ...options
}: ConvolutionCase): Promise<void> {
  const { stride = 1, dilation = 1, pad = 'valid' } = options;
  const channels = input[3];
  const x = normal(input, 1) as tf.Tensor4D;
  const filter = normal([fh, fw, channels, filters], 2) as tf.Tensor4D;
  const bias = normal([filters], 3) as tf.Tensor1D;
  const attrs = { strides: stride, dilations: dilation, pad, dataFormat: 'NHWC' };
  const fused = { ...attrs, activation: 'relu' };
  const run = (kernel: string, inputs: object, more = {}) =>
    tf.engine().runKernel<tf.Tensor>(kernel, inputs as tf.NamedTensorMap, { ...attrs, ...more });
  const [y] = await valuesOn('cpu', () => [run('Conv2D', { x, filter })]);
  const shape = tf.tidy(() => run('Conv2D', { x, filter }).shape);
  const dy = normal(shape, 4) as tf.Tensor4D;
  const expected = await valuesOn('cpu', () => [
    run('FusedConv2D', { x, filter, bias }, fused),
    ...(dilated(options)
      ? []
      : [
          run('Conv2DBackpropInput', { dy, filter }, { inputShape: input }),
          run('Conv2DBackpropFilter', { x, dy }, { filterShape: filter.shape }),
        ]),
  ]);
  const actual = [
    ...(await runOnWasm('FusedConv2D', { x, filter, bias }, fused)),
    ...(dilated(options)
      ? []
      : [
          ...(await runOnWasm('Conv2DBackpropInput', { dy, filter }, { ...attrs, inputShape: input })),
          ...(await runOnWasm('Conv2DBackpropFilter', { x, dy }, { ...attrs, filterShape: filter.shape })),
        ]),
  ];
  expect(relativeError((await runOnWasm('Conv2D', { x, filter }, attrs))[0]!, y!)).toBeLessThan(TOLERANCE);
  for (const [i, what] of ['with bias and ReLU', 'dx', 'dw'].slice(0, expected.length).entries())
    expect(relativeError(actual[i]!, expected[i]!), what).toBeLessThan(TOLERANCE);
  tf.dispose([x, filter, bias, dy]);
}

const dilated = ({ dilation = 1 }: Pick<ConvolutionCase, 'dilation'>) =>
  [dilation].flat().some((rate) => rate > 1);
