/** Pooling and its gradients in C: kernels/engine/pool.c and pool_gradient.c. */
import { backend_util, util, type KernelConfig, type NamedAttrMap } from '@tensorflow/tfjs-core';
import { areFloats, runtimeKernel, type WasmRuntime } from '../runtime';

type Shape4D = [number, number, number, number];

/** `MaxPool` or `AvgPool` in place of tfjs's own. Input `x` [batch, height, width, channels]. */
export const pool =
  (kernelName: 'MaxPool' | 'AvgPool') =>
  (stock: KernelConfig): KernelConfig =>
    runtimeKernel<'x'>(
      kernelName,
      ({ inputs: { x }, attrs, runtime }) => {
        const info = poolInfo(attrs, x.shape);
        if (!areFloats(x) || util.sizeFromShape(info.outShape) === 0) return undefined;
        // The same data again.
        if (info.filterHeight * info.filterWidth === 1 && util.arraysEqual(info.inShape, info.outShape))
          return undefined;
        const y = runtime.output(info.outShape);
        runtime.exports[kernelName === 'MaxPool' ? 'max_pool' : 'average_pool']!(
          runtime.pool,
          writeShape(runtime, info),
          runtime.addressOf(x),
          y.address,
        );
        return y.info;
      },
      stock,
    );

/** `MaxPoolGrad` in place of tfjs's own: of equal values the first gets the gradient. */
export const maxPoolGrad = (otherwise: KernelConfig): KernelConfig =>
  runtimeKernel<'dy' | 'input'>(
    'MaxPoolGrad',
    ({ inputs: { dy, input }, attrs, runtime }) => {
      const info = poolInfo(attrs, input.shape);
      if (!areFloats(dy, input) || !util.arraysEqual(info.outShape, dy.shape)) return undefined;
      const dx = runtime.output(input.shape);
      runtime.exports['max_pool_grad']!(
        runtime.pool,
        writeShape(runtime, info),
        runtime.addressOf(input),
        runtime.addressOf(dy),
        dx.address,
      );
      return dx.info;
    },
    otherwise,
  );

/** `AvgPoolGrad` in place of tfjs's own. */
export const avgPoolGrad = (stock: KernelConfig): KernelConfig =>
  runtimeKernel<'dy' | 'input'>(
    'AvgPoolGrad',
    ({ inputs: { dy, input }, attrs, runtime }) => {
      const info = poolInfo(attrs, input.shape);
      if (!areFloats(dy, input) || !util.arraysEqual(info.outShape, dy.shape)) return undefined;
      const dx = runtime.output(input.shape);
      runtime.exports['average_pool_grad']!(
        runtime.pool,
        writeShape(runtime, info),
        runtime.addressOf(dy),
        dx.address,
      );
      return dx.info;
    },
    stock,
  );

function poolInfo(attrs: Readonly<NamedAttrMap>, inputShape: number[]): backend_util.Conv2DInfo {
  return backend_util.computePool2DInfo(
    inputShape as Shape4D,
    attrs['filterSize'] as number | [number, number],
    attrs['strides'] as number | [number, number],
    1,
    attrs['pad'] as 'same' | 'valid' | number,
    attrs['dimRoundingMode'] as 'floor' | 'round' | 'ceil' | undefined,
  );
}

/** Writes the `PoolShape` of kernels/engine/pool.h; its address. */
function writeShape(runtime: WasmRuntime, info: backend_util.Conv2DInfo): number {
  const sizes = [
    ...[info.batchSize, info.inHeight, info.inWidth, info.inChannels],
    ...[info.outHeight, info.outWidth],
    ...[info.filterHeight, info.filterWidth],
    ...[info.strideHeight, info.strideWidth],
    ...[info.padInfo.top, info.padInfo.left],
  ];
  const address = runtime.scratch(4 * sizes.length);
  runtime.writeInts(address, sizes);
  return address;
}
