/** Batch normalization in C, in training and in use: kernels/engine/batch_norm.c. */
import { util, type KernelConfig, type TensorInfo } from '@tensorflow/tfjs-core';
import type { FusedKernels } from '../../fused/kernels';
import { areFloats, runtimeKernel, type WasmRuntime } from '../runtime';

/** `BatchNormTraining` of the fused kernels' contract. */
export const batchNormTraining: KernelConfig = runtimeKernel<'x' | 'gamma' | 'beta'>(
  'BatchNormTraining',
  ({ inputs: { x, gamma, beta }, attrs, runtime }) => {
    const { epsilon } = attrs as unknown as FusedKernels['BatchNormTraining']['attrs'];
    const [size, channels, scratch] = sizes(runtime, x);
    const [y, mean, variance] = [x.shape, [channels], [channels]].map((shape) => runtime.output(shape));
    runtime.exports['batch_norm_training']!(
      runtime.pool,
      size,
      channels,
      runtime.addressOf(x),
      runtime.addressOf(gamma),
      runtime.addressOf(beta),
      epsilon,
      y!.address,
      mean!.address,
      variance!.address,
      scratch,
    );
    return [y!.info, mean!.info, variance!.info];
  },
);

/** `BatchNormTrainingGrad` of the fused kernels' contract. */
export const batchNormTrainingGrad: KernelConfig = runtimeKernel<'dy' | 'x' | 'gamma' | 'mean' | 'variance'>(
  'BatchNormTrainingGrad',
  ({ inputs: { dy, x, gamma, mean, variance }, attrs, runtime }) => {
    const { epsilon, inputGradient } = attrs as unknown as FusedKernels['BatchNormTrainingGrad']['attrs'];
    const [size, channels, scratch] = sizes(runtime, x);
    const dx = inputGradient ? runtime.output(x.shape) : undefined;
    const [dGamma, dBeta] = [runtime.output([channels]), runtime.output([channels])];
    runtime.exports['batch_norm_training_grad']!(
      runtime.pool,
      size,
      channels,
      ...[dy, x, gamma, mean, variance].map((input) => runtime.addressOf(input)),
      epsilon,
      dx?.address ?? 0,
      dGamma.address,
      dBeta.address,
      scratch,
    );
    return [...(dx ? [dx.info] : []), dGamma.info, dBeta.info];
  },
);

/** `FusedBatchNorm` in place of tfjs's own: statistics of one value a channel. */
export const fusedBatchNorm = (stock: KernelConfig): KernelConfig =>
  runtimeKernel<'x' | 'mean' | 'variance' | 'offset' | 'scale'>(
    'FusedBatchNorm',
    ({ inputs, attrs, runtime }) => {
      const { x, mean, variance } = inputs;
      // tfjs's typing leaves out that these two may be missing.
      const { scale, offset } = inputs as { scale?: TensorInfo | null; offset?: TensorInfo | null };
      const given = [mean, variance, scale ?? undefined, offset ?? undefined];
      const channels = x.shape[x.shape.length - 1];
      const isPerChannel = (info?: TensorInfo) =>
        !info || (info.shape.length === 1 && info.shape[0] === channels);
      if (!areFloats(x, ...given) || !given.every(isPerChannel)) return undefined;
      const epsilon = (attrs['varianceEpsilon'] as number | null | undefined) ?? 0.001;
      const y = runtime.output(x.shape);
      const convolution = runtime.deferred.waitingFor(x);
      if (convolution && !convolution.scaleAndShift) {
        const scaleAndShift = fold(runtime, { mean, variance, scale, offset }, epsilon);
        runtime.deferred.defer({ ...convolution, scaleAndShift }, y.info);
        runtime.backend.disposeData(scaleAndShift.dataId); // the convolution holds it
        return y.info;
      }
      runtime.deferred.settle(x);
      const scratch = sizes(runtime, x)[2];
      runtime.exports['batch_norm']!(
        runtime.pool,
        util.sizeFromShape(x.shape),
        channels!,
        runtime.addressOf(x),
        ...given.map((info) => (info ? runtime.addressOf(info) : 0)),
        epsilon,
        y.address,
        scratch,
      );
      return y.info;
    },
    stock,
    { takesDeferred: true },
  );

interface Statistics {
  mean: TensorInfo;
  variance: TensorInfo;
  scale?: TensorInfo | null | undefined;
  offset?: TensorInfo | null | undefined;
}

/** Normalization as [2, channels]: what to multiply with, then what to add. */
function fold(
  runtime: WasmRuntime,
  { mean, variance, scale, offset }: Statistics,
  epsilon: number,
): TensorInfo {
  const channels = mean.shape[0]!;
  const { info } = runtime.output([2, channels]);
  const folded = runtime.floats(info);
  const [means, variances] = [runtime.floats(mean), runtime.floats(variance)];
  const [gammas, betas] = [scale && runtime.floats(scale), offset && runtime.floats(offset)];
  for (let i = 0; i < channels; i++) {
    const factor = (gammas?.[i] ?? 1) / Math.sqrt(variances[i]! + epsilon);
    folded[i] = factor;
    folded[channels + i] = (betas?.[i] ?? 0) - means[i]! * factor;
  }
  return info;
}

/** The number of values, that of channels, and scratch space for both. */
function sizes(
  runtime: WasmRuntime,
  { shape }: TensorInfo,
): [size: number, channels: number, scratch: number] {
  const [size, channels] = [util.sizeFromShape(shape), shape[shape.length - 1]!];
  return [size, channels, runtime.scratch(runtime.exports['batch_norm_scratch_bytes']!(size, channels))];
}
