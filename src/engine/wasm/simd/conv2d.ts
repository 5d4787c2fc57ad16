/** Convolutions and their gradients in C: kernels/engine/conv2d.c. */
import { util, type KernelConfig, type TensorInfo } from '@tensorflow/tfjs-core';
import { asItIs } from '../../deferred';
import type { Convolution } from '../convolution';
import { areFloats, runtimeKernel, type WasmRuntime } from '../runtime';
import { EPILOGUE_OFFSET, convGradient, convScratch, coveredInfo } from './conv-shape';

type Attrs = Readonly<Record<string, unknown>>;

/** `Conv2D` in place of tfjs's own. Inputs `x` [batch, height, width, channels], `filter`. */
export const conv2D = (stock: KernelConfig): KernelConfig =>
  runtimeKernel<'x' | 'filter'>(
    'Conv2D',
    ({ inputs: { x, filter }, attrs, runtime }) => convolve(runtime, { x, filter, attrs, relu: false }),
    stock,
  );

/** `FusedConv2D` in place of tfjs's own, for no activation and ReLU; the others stay with tfjs. */
export const fusedConv2D = (stock: KernelConfig): KernelConfig =>
  runtimeKernel<'x' | 'filter' | 'bias'>(
    'FusedConv2D',
    ({ inputs: { x, filter, bias }, attrs, runtime }) => {
      const { activation } = attrs;
      if (activation !== 'linear' && activation !== 'relu') return undefined;
      return convolve(runtime, { x, filter, bias, attrs, relu: activation === 'relu' });
    },
    stock,
  );

interface Call {
  x: TensorInfo;
  filter: TensorInfo;
  bias?: TensorInfo | undefined;
  attrs: Attrs;
  relu: boolean;
}

function convolve(runtime: WasmRuntime, { x, filter, bias, attrs, relu }: Call): TensorInfo | undefined {
  const info = coveredInfo(attrs, x.shape, filter.shape);
  if (!info || !areFloats(x, filter, bias) || util.sizeFromShape(info.outShape) === 0) return undefined;
  if (bias && util.sizeFromShape(bias.shape) !== info.outChannels) return undefined;
  const y = runtime.output(info.outShape).info;
  const inputs = { x: asItIs(x), filter: asItIs(filter), bias: bias && asItIs(bias) };
  runtime.deferred.defer({ info, ...inputs, relu }, y);
  return y;
}

/**
 * Computes a convolution and what follows it.
 *
 * @param address - where the first pixel's channels go
 * @param pixel - floats from one pixel to the next
 */
export function runConvolution(
  runtime: WasmRuntime,
  convolution: Convolution,
  address: number,
  pixel: number,
): void {
  const { info, x, filter, bias, relu, scaleAndShift, lastRelu = false } = convolution;
  const { exports, pool } = runtime;
  const [shape, scratch] = convScratch(runtime, info, exports['conv2d_scratch_floats']!);
  const addressOf = (tensor?: TensorInfo) => (tensor ? runtime.addressOf(tensor) : 0);
  const scale = addressOf(scaleAndShift);
  const shift = scale && scale + 4 * info.outChannels;
  const epilogue = shape + EPILOGUE_OFFSET;
  runtime.writeInts(epilogue, [addressOf(bias), Number(relu), scale, shift, Number(lastRelu), pixel]);
  exports['conv2d']!(pool, shape, addressOf(x), addressOf(filter), epilogue, address, scratch);
}

/** `Conv2DBackpropInput` in place of tfjs's own. Inputs `dy`, `filter`. */
export const conv2DBackpropInput = (otherwise: KernelConfig): KernelConfig =>
  runtimeKernel<'dy' | 'filter'>(
    'Conv2DBackpropInput',
    ({ inputs: { dy, filter }, attrs, runtime }) => {
      const inputShape = attrs['inputShape'] as number[];
      const info = coveredInfo(attrs, inputShape, filter.shape);
      if (!info || !areFloats(dy, filter) || util.sizeFromShape(inputShape) === 0) return undefined;
      if (info.strideHeight * info.strideWidth > 1 && info.dilationHeight * info.dilationWidth > 1)
        return undefined;
      return convGradient(runtime, info, 'conv2d_input_gradient', [dy, filter], inputShape);
    },
    otherwise,
  );

/** `Conv2DBackpropFilter`, which tfjs has not. Inputs `x`, `dy`. */
export const conv2DBackpropFilter = (otherwise: KernelConfig): KernelConfig =>
  runtimeKernel<'x' | 'dy'>(
    'Conv2DBackpropFilter',
    ({ inputs: { x, dy }, attrs, runtime }) => {
      const filterShape = attrs['filterShape'] as number[];
      const info = coveredInfo(attrs, x.shape, filterShape);
      if (!info || !areFloats(x, dy) || util.sizeFromShape(filterShape) === 0) return undefined;
      return convGradient(runtime, info, 'conv2d_filter_gradient', [x, dy], filterShape);
    },
    otherwise,
  );
