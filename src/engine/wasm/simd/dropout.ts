/** Dropout in C: kernels/engine/dropout.c. */
import { util, type KernelConfig } from '@tensorflow/tfjs-core';
import type { FusedKernels } from '../../fused/kernels';
import { runtimeKernel } from '../runtime';

/** `Dropout` of the fused kernels' contract. */
export const dropout: KernelConfig = runtimeKernel<'x'>('Dropout', ({ inputs: { x }, attrs, runtime }) => {
  const { rate, seed } = attrs as unknown as FusedKernels['Dropout']['attrs'];
  const y = runtime.output(x.shape);
  runtime.exports['dropout']!(
    runtime.pool,
    util.sizeFromShape(x.shape),
    runtime.addressOf(x),
    y.address,
    seed,
    Math.floor(rate * 2 ** 32),
    1 / (1 - rate),
  );
  return y.info;
});
