/** Depthwise convolutions and their gradients in C: kernels/engine/depthwise.c and depthwise_filter_gradient.c. */
import { util, type KernelConfig, type NamedAttrMap, type TensorInfo } from '@tensorflow/tfjs-core';
import { areFloats, runtimeKernel, type WasmRuntime } from '../runtime';
import { convGradient, convScratch, coveredInfo } from './conv-shape';

type Attrs = Readonly<NamedAttrMap>;

/** `DepthwiseConv2dNative` in place of tfjs's own. Inputs `x` [batch, height, width, channels], `filter`. */
export const depthwiseConv2D = (stock: KernelConfig): KernelConfig =>
  runtimeKernel<'x' | 'filter'>(
    'DepthwiseConv2dNative',
    ({ inputs: { x, filter }, attrs, runtime }) => convolve(runtime, attrs, { x, filter }, BOUNDS['linear']!),
    stock,
  );

/** `FusedDepthwiseConv2D` in place of tfjs's own, for no activation, ReLU and ReLU6; the others stay with tfjs. */
export const fusedDepthwiseConv2D = (stock: KernelConfig): KernelConfig =>
  runtimeKernel<'x' | 'filter' | 'bias'>(
    'FusedDepthwiseConv2D',
    ({ inputs: { x, filter, bias }, attrs, runtime }) => {
      const bounds = BOUNDS[(attrs['activation'] as string | undefined) ?? 'linear'];
      return bounds && convolve(runtime, attrs, { x, filter, bias }, bounds);
    },
    stock,
  );

const BOUNDS: Readonly<Record<string, readonly [low: number, high: number]>> = {
  linear: [-Infinity, Infinity],
  relu: [0, Infinity],
  relu6: [0, 6],
};

interface Inputs {
  x: TensorInfo;
  filter: TensorInfo;
  bias?: TensorInfo | undefined;
}

function convolve(
  runtime: WasmRuntime,
  attrs: Attrs,
  { x, filter, bias }: Inputs,
  [low, high]: readonly [number, number],
): TensorInfo | undefined {
  const info = coveredInfo(attrs, x.shape, filter.shape, true);
  if (!info || !areFloats(x, filter, bias) || util.sizeFromShape(info.outShape) === 0) return undefined;
  if (bias && util.sizeFromShape(bias.shape) !== info.outChannels) return undefined;
  const { exports, pool } = runtime;
  const [shape, scratch] = convScratch(runtime, info, exports['depthwise_scratch_floats']!);
  const y = runtime.output(info.outShape);
  exports['depthwise']!(
    pool,
    shape,
    runtime.addressOf(x),
    runtime.addressOf(filter),
    bias ? runtime.addressOf(bias) : 0,
    y.address,
    low,
    high,
    scratch,
  );
  return y.info;
}

/** `DepthwiseConv2dNativeBackpropInput`, which tfjs has not. Inputs `dy`, `filter`. */
export const depthwiseConv2DBackpropInput = (otherwise: KernelConfig): KernelConfig =>
  runtimeKernel<'dy' | 'filter'>(
    'DepthwiseConv2dNativeBackpropInput',
    ({ inputs: { dy, filter }, attrs, runtime }) => {
      const inputShape = attrs['inputShape'] as number[];
      const info = coveredInfo(attrs, inputShape, filter.shape, true);
      if (!info || !areFloats(dy, filter) || util.sizeFromShape(inputShape) === 0) return undefined;
      if (!util.arraysEqual(dy.shape, info.outShape)) return undefined;
      if (info.strideHeight * info.strideWidth > 1 && info.dilationHeight * info.dilationWidth > 1)
        return undefined;
      return convGradient(runtime, info, 'depthwise_input_gradient', [dy, filter], inputShape);
    },
    otherwise,
  );

/** `DepthwiseConv2dNativeBackpropFilter`, which tfjs has not. Inputs `x`, `dy`. */
export const depthwiseConv2DBackpropFilter = (otherwise: KernelConfig): KernelConfig =>
  runtimeKernel<'x' | 'dy'>(
    'DepthwiseConv2dNativeBackpropFilter',
    ({ inputs: { x, dy }, attrs, runtime }) => {
      const filterShape = attrs['filterShape'] as number[];
      const info = coveredInfo(attrs, x.shape, filterShape, true);
      if (!info || !areFloats(x, dy) || util.sizeFromShape(filterShape) === 0) return undefined;
      if (!util.arraysEqual(dy.shape, info.outShape)) return undefined;
      return convGradient(runtime, info, 'depthwise_filter_gradient', [x, dy], filterShape);
    },
    otherwise,
  );
