/** Concat and SplitV, its gradient, in C: kernels/engine/concat.c. */
import { backend_util, util, type KernelConfig, type TensorInfo } from '@tensorflow/tfjs-core';
import { runtimeKernel, type WasmRuntime } from '../runtime';
import { runConvolution } from './conv2d';

/** `Concat` in place of tfjs's own, for elements of four bytes. */
export const concat = (stock: KernelConfig): KernelConfig =>
  runtimeKernel<string>(
    'Concat',
    ({ inputs, attrs, runtime }) => {
      // tfjs passes an array, though the type only knows maps.
      const all = Object.values(inputs);
      const parts = all.filter(({ shape }) => util.sizeFromShape(shape) > 0);
      if (parts.length < 2 || !all.every(hasFourBytes)) return undefined;
      const axis = util.parseAxisParam(attrs['axis'] as number, all[0]!.shape)[0]!;
      const shapes = all.map(({ shape }) => shape);
      backend_util.assertParamsConsistent(shapes, axis);
      const y = runtime.output(backend_util.computeOutShape(shapes, axis), all[0]!.dtype);
      const isPlaced = placeConvolutions(runtime, parts, axis, y.address);
      runtime.exports['concat']!(runtime.pool, writeParts(runtime, parts, axis, isPlaced), y.address);
      return y.info;
    },
    stock,
    { takesDeferred: true },
  );

/** `SplitV` in place of tfjs's own, for elements of four bytes. */
export const splitV = (otherwise: KernelConfig): KernelConfig =>
  runtimeKernel<'x'>(
    'SplitV',
    ({ inputs: { x }, attrs, runtime }) => {
      if (!hasFourBytes(x) || util.sizeFromShape(x.shape) === 0) return undefined;
      const axis = util.parseAxisParam(attrs['axis'] as number, x.shape)[0]!;
      // It reads the shape alone.
      const sizes = backend_util.prepareSplitSize(x, attrs['numOrSizeSplits'] as number | number[], axis);
      const parts = sizes.map(
        (size) =>
          runtime.output(
            x.shape.map((extent, i) => (i === axis ? size : extent)),
            x.dtype,
          ).info,
      );
      runtime.exports['split']!(runtime.pool, writeParts(runtime, parts, axis), runtime.addressOf(x));
      return parts;
    },
    otherwise,
  );

const hasFourBytes = ({ dtype }: TensorInfo) => dtype === 'float32' || dtype === 'int32';

/** Lets convolutions that wait write their channels where they belong; which parts those are. */
function placeConvolutions(
  runtime: WasmRuntime,
  parts: readonly TensorInfo[],
  axis: number,
  address: number,
): boolean[] {
  const pixel = parts.reduce((sum, { shape }) => sum + shape[axis]!, 0);
  let at = address;
  return parts.map((part) => {
    const convolution = axis === part.shape.length - 1 ? runtime.deferred.waitingFor(part) : undefined;
    if (convolution) runConvolution(runtime, convolution, at, pixel);
    else runtime.deferred.settle(part);
    at += 4 * part.shape[axis]!;
    return convolution !== undefined;
  });
}

/** Writes the `Parts` of kernels/engine/concat.c, without a place for those that need no copy; their address. */
function writeParts(
  runtime: WasmRuntime,
  parts: readonly TensorInfo[],
  axis: number,
  isPlaced: readonly boolean[] = [],
): number {
  const outer = util.sizeFromShape(parts[0]!.shape.slice(0, axis));
  const rows = parts.flatMap((part, i) => [
    isPlaced[i] ? 0 : runtime.addressOf(part),
    util.sizeFromShape(part.shape.slice(axis)),
  ]);
  const ints = [outer, parts.length, ...rows];
  const address = runtime.scratch(4 * ints.length);
  runtime.writeInts(address, ints);
  return address;
}
