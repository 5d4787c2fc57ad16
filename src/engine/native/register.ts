/** Gives tfjs-node's backend TensorFlow's own fused operations. */
import { findBackend, registerKernel, type KernelConfig } from '@tensorflow/tfjs-core';
import { findKernel, isOurs, replaceKernel } from '../replace-kernel';
import { adamUpdate } from './adam';
import { batchNormTraining, batchNormTrainingGrad } from './batch-norm';
import { deferredConvolutions, fusedBatchNorm, waitingConv2D } from './batch-norm-inference';
import { fusedConv2D } from './conv2d';
import { loadDropout } from './dropout';
import { FoldedFilters } from './folded-filters';
import { maxPool, maxPoolGrad } from './max-pool';
import { hasOneDnn } from './onednn';
import type { NativeBackend } from './operations';
import { biasAddGrad, reluBiasGrad, reluGrad } from './relu';

const FUSED = [batchNormTraining, batchNormTrainingGrad, reluGrad, biasAddGrad, reluBiasGrad, adamUpdate];

/**
 * Registers the fused training kernels for backend 'tensorflow' (see ../fused/kernels.ts), and replaces
 * FusedConv2D and, where TensorFlow has oneDNN, Conv2D, FusedBatchNorm, MaxPool and MaxPoolGrad. Not on a GPU,
 * where TensorFlow keeps other values between batch normalization and its gradient. A second call changes nothing.
 */
export async function registerNativeTrainingKernels(): Promise<void> {
  const backend = findBackend('tensorflow') as unknown as NativeBackend | null;
  if (!backend || backend.isUsingGpuDevice || isOurs(findKernel('tensorflow', 'FusedConv2D'))) return;
  const isMissing = (kernelName: string) => !findKernel('tensorflow', kernelName);
  for (const kernel of FUSED) if (isMissing(kernel.kernelName)) registerKernel(kernel);
  if (isMissing('Dropout')) registerKernel(await loadDropout());

  const replace = (kernelName: string, make: (stock: KernelConfig) => KernelConfig) =>
    replaceKernel('tensorflow', kernelName, make);
  const oneDnn = hasOneDnn(backend);
  if (!oneDnn) {
    replace('FusedConv2D', fusedConv2D(false));
    return;
  }
  const deferred = deferredConvolutions(backend);
  replace('FusedConv2D', (stock) => waitingConv2D('FusedConv2D', deferred)(fusedConv2D(true)(stock)));
  replace('Conv2D', waitingConv2D('Conv2D', deferred));
  replace('FusedBatchNorm', fusedBatchNorm(deferred, new FoldedFilters(backend)));
  replace('MaxPool', maxPool);
  replace('MaxPoolGrad', maxPoolGrad);
}
