/** ReLU, its gradient and that of a bias in C: kernels/engine/relu.c. */
import { util, type KernelConfig, type TensorInfo } from '@tensorflow/tfjs-core';
import { areFloats, runtimeKernel, type WasmRuntime } from '../runtime';

/** `Relu` in place of tfjs's own. */
export const relu = (stock: KernelConfig): KernelConfig =>
  runtimeKernel<'x'>(
    'Relu',
    ({ inputs: { x }, runtime }) => {
      if (!areFloats(x)) return undefined;
      const y = runtime.output(x.shape);
      const convolution = runtime.deferred.waitingFor(x);
      if (convolution) {
        const last = convolution.scaleAndShift ? { lastRelu: true } : { relu: true };
        runtime.deferred.defer({ ...convolution, ...last }, y.info);
        return y.info;
      }
      runtime.exports['relu']!(runtime.pool, util.sizeFromShape(x.shape), runtime.addressOf(x), y.address);
      return y.info;
    },
    stock,
    { takesDeferred: true },
  );

/** `ReluGrad` of the fused kernels' contract. */
export const reluGrad: KernelConfig = runtimeKernel<'dy' | 'y'>(
  'ReluGrad',
  ({ inputs: { dy, y }, runtime }) => {
    const dx = runtime.output(y.shape);
    runtime.exports['relu_grad']!(
      runtime.pool,
      util.sizeFromShape(y.shape),
      runtime.addressOf(dy),
      runtime.addressOf(y),
      dx.address,
    );
    return dx.info;
  },
);

/** `ReluBiasGrad` of the fused kernels' contract. */
export const reluBiasGrad: KernelConfig = runtimeKernel<'dy' | 'y'>(
  'ReluBiasGrad',
  ({ inputs: { dy, y }, runtime }) => {
    const [size, channels, scratch] = sizes(runtime, y);
    const [dz, dBias] = [runtime.output(y.shape), runtime.output([channels])];
    runtime.exports['relu_bias_grad']!(
      runtime.pool,
      size,
      channels,
      runtime.addressOf(dy),
      runtime.addressOf(y),
      dz.address,
      dBias.address,
      scratch,
    );
    return [dz.info, dBias.info];
  },
);

/** `BiasAddGrad` of the fused kernels' contract. */
export const biasAddGrad: KernelConfig = runtimeKernel<'dy'>('BiasAddGrad', ({ inputs: { dy }, runtime }) => {
  const [size, channels, scratch] = sizes(runtime, dy);
  const dBias = runtime.output([channels]);
  runtime.exports['bias_add_grad']!(
    runtime.pool,
    size,
    channels,
    runtime.addressOf(dy),
    dBias.address,
    scratch,
  );
  return dBias.info;
});

/** The number of values, that of channels, and scratch space for sums. */
function sizes(
  runtime: WasmRuntime,
  { shape }: TensorInfo,
): [size: number, channels: number, scratch: number] {
  const [size, channels] = [util.sizeFromShape(shape), shape[shape.length - 1]!];
  return [size, channels, runtime.scratch(runtime.exports['bias_grad_scratch_bytes']!(size, channels))];
}
