/** Adam's step in C: kernels/engine/adam.c. */
import { util, type KernelConfig } from '@tensorflow/tfjs-core';
import type { FusedKernels } from '../../fused/kernels';
import { runtimeKernel } from '../runtime';

/** `AdamUpdate` of the fused kernels' contract. */
export const adamUpdate: KernelConfig = runtimeKernel<'value' | 'gradient' | 'firstMoment' | 'secondMoment'>(
  'AdamUpdate',
  ({ inputs: { value, gradient, firstMoment, secondMoment }, attrs, runtime }) => {
    const { learningRate, epsilon, beta1, beta2, accBeta1, accBeta2 } =
      attrs as unknown as FusedKernels['AdamUpdate']['attrs'];
    const outputs = [value, firstMoment, secondMoment].map(({ shape }) => runtime.output(shape));
    runtime.exports['adam_update']!(
      runtime.pool,
      util.sizeFromShape(value.shape),
      ...[value, gradient, firstMoment, secondMoment].map((input) => runtime.addressOf(input)),
      ...outputs.map(({ address }) => address),
      learningRate,
      epsilon,
      beta1,
      1 - beta1,
      beta2,
      1 - beta2,
      1 - accBeta1,
      1 - accBeta2,
    );
    return outputs.map(({ info }) => info);
  },
);
