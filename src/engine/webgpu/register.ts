/** Mends what tfjs's WebGPU backend computes wrongly, and speeds up what it computes slowly. */
import type { KernelConfig } from '@tensorflow/tfjs-core';
import { replaceKernel } from '../replace-kernel';
import { slicedFilterGradient } from './conv2d-filter-gradient';
import { integerReduction, integerTranspose, REDUCTIONS } from './integer-axes';
import { transposedMatMul } from './matmul';
import { firstMaximumGradient } from './max-pool-gradient';
import { keepsNaN, NAN_KEEPING } from './not-a-number';

/**
 * Replaces kernels of `@tensorflow/tfjs-backend-webgpu` 4.22: matrix products with `transposeB` and an inner size of
 * 2000 or more, `Transpose` and reductions of int32 and bool, and `MaxPoolGrad` where maxima are equal, all of
 * which give wrong values; functions that lose NaN on some adapters; and `Conv2DBackpropFilter`, which keeps
 * only as many threads busy as the filter has weights. A second call changes nothing. `useEngine` calls it.
 *
 * @returns the names of the kernels registered by this call.
 */
export function registerWebgpuKernels(): string[] {
  const registered: string[] = [];
  const replace = (name: string, make: (stock: KernelConfig) => KernelConfig): void => {
    if (replaceKernel('webgpu', name, make)) registered.push(name);
  };
  for (const name of ['BatchMatMul', '_FusedMatMul']) replace(name, transposedMatMul);
  replace('Transpose', integerTranspose);
  for (const name of REDUCTIONS) replace(name, integerReduction);
  for (const name of NAN_KEEPING) replace(name, keepsNaN);
  replace('MaxPoolGrad', firstMaximumGradient);
  replace('Conv2DBackpropFilter', slicedFilterGradient);
  return registered;
}
