/** What the C kernels of convolutions are told of one: kernels/engine/conv_shape.h. */
import type { backend_util, TensorInfo } from '@tensorflow/tfjs-core';
import { convInfo } from '../conv-info';
import type { WasmRuntime } from '../runtime';

/** Where the `Epilogue` of kernels/engine/epilogue.h may lie, in bytes after the shape. */
export const EPILOGUE_OFFSET = 64;
const HEAD_BYTES = 128;

/** The convolution's sizes, unless its channels come first, which the C kernels leave to others. */
export function coveredInfo(
  attrs: Readonly<Record<string, unknown>>,
  inputShape: number[],
  filterShape: number[],
  depthwise = false,
): backend_util.Conv2DInfo | undefined {
  const { dataFormat } = attrs;
  return dataFormat === undefined || dataFormat === 'NHWC'
    ? convInfo(attrs, inputShape, filterShape, depthwise)
    : undefined;
}

/**
 * Scratch space that starts with the `ConvShape` and room for an `Epilogue`: the address of the shape, and what
 * follows both.
 *
 * @param floats - how many floats the kernel needs, given the address of the shape
 */
export function convScratch(
  runtime: WasmRuntime,
  info: backend_util.Conv2DInfo,
  floats: (shape: number) => number,
): [shape: number, scratch: number] {
  const sizes = [
    ...[info.batchSize, info.inHeight, info.inWidth, info.inChannels],
    ...[info.outHeight, info.outWidth, info.outChannels],
    ...[info.filterHeight, info.filterWidth],
    ...[info.strideHeight, info.strideWidth],
    ...[info.dilationHeight, info.dilationWidth],
    ...[info.padInfo.top, info.padInfo.left],
  ];
  runtime.writeInts(runtime.scratch(HEAD_BYTES), sizes);
  const needed = HEAD_BYTES + 4 * floats(runtime.scratch(HEAD_BYTES));
  const shape = runtime.scratch(needed);
  runtime.writeInts(shape, sizes);
  return [shape, shape + HEAD_BYTES];
}

/** Runs a gradient's kernel, of which C has `kernel` and `kernel`_scratch_floats, on its two inputs. */
export function convGradient(
  runtime: WasmRuntime,
  info: backend_util.Conv2DInfo,
  kernel: string,
  inputs: readonly [TensorInfo, TensorInfo],
  outShape: number[],
): TensorInfo {
  const { exports, pool } = runtime;
  const [shape, scratch] = convScratch(runtime, info, exports[`${kernel}_scratch_floats`]!);
  const out = runtime.output(outShape);
  const [first, second] = inputs;
  exports[kernel]!(pool, shape, runtime.addressOf(first), runtime.addressOf(second), out.address, scratch);
  return out.info;
}
