/** Makes tfjs's WebAssembly backend able to train convolutional networks. */
import {
  getGradient,
  registerGradient,
  registerKernel,
  unregisterGradient,
  type GradConfig,
  type KernelConfig,
} from '@tensorflow/tfjs-core';
import { isOurs, markOurs, replaceKernel } from '../replace-kernel';
import { sharingCast, sharingIdentity, sharingSlice } from './aliases';
import { batchNormGradient } from './composed/batch-norm-gradient';
import { wasmKernel } from './composed/compose';
import { adamUpdate } from './simd/adam';
import { batchNormTraining, batchNormTrainingGrad, fusedBatchNorm } from './simd/batch-norm';
import { concat, splitV } from './simd/concat';
import * as simd from './simd/conv2d';
import * as depthwise from './simd/depthwise';
import { dropout } from './simd/dropout';
import { batchMatMul, fusedMatMul } from './simd/matmul';
import { multiply } from './simd/multiply';
import * as pooling from './simd/pool';
import { reduction } from './simd/reductions';
import { biasAddGrad, relu, reluBiasGrad, reluGrad } from './simd/relu';
import { conv2DBackpropFilter } from './composed/conv2d-filter-gradient';
import { conv2DBackpropInput } from './composed/conv2d-input-gradient';
import {
  depthwiseConv2dNativeBackpropFilter,
  depthwiseConv2dNativeBackpropInput,
} from './composed/depthwise-gradients';
import { maxPoolGrad } from './composed/max-pool-gradient';
import { exactReduction } from './composed/reductions';
import { withExplicitSamePadding } from './composed/same-padding';
import { onePassSplit } from './composed/split';
import { unsortedSegmentSum } from './composed/unsorted-segment-sum';

const LACKING = [
  simd.conv2DBackpropFilter(conv2DBackpropFilter),
  depthwise.depthwiseConv2DBackpropFilter(depthwiseConv2dNativeBackpropFilter),
  depthwise.depthwiseConv2DBackpropInput(depthwiseConv2dNativeBackpropInput),
  unsortedSegmentSum,
];

// Of the contract in ../fused/kernels.ts. They are nothing without the C kernels.
const FUSED = [
  batchNormTraining,
  batchNormTrainingGrad,
  reluGrad,
  reluBiasGrad,
  biasAddGrad,
  adamUpdate,
  dropout,
];

/** Registers the fused training kernels for backend 'wasm'. */
export function registerWasmFusedKernels(): void {
  for (const kernel of FUSED) if (!wasmKernel(kernel.kernelName)) registerKernel(kernel);
}

/**
 * Registers for backend 'wasm' the gradient kernels that `@tensorflow/tfjs-backend-wasm` 4.22 lacks
 * (`Conv2DBackpropFilter`, `DepthwiseConv2dNativeBackpropFilter`, `DepthwiseConv2dNativeBackpropInput`,
 * `UnsortedSegmentSum`); kernels that a later version has are left alone. Replaces those that are slow
 * (convolutions, matrix products, pooling, batch normalization, sums, ReLU, Concat and SplitV, and Identity, Cast and
 * Slice where a copy is not needed) or wrong (`MaxPoolGrad`, which drops the gradient of windows without a
 * positive value, and convolutions with 'same' padding and a stride larger than the filter). They run in C
 * where the backend has the runtime (./runtime.ts), else as compositions of tfjs's own kernels (./composed).
 * A second call registers nothing.
 *
 * Values agree with the plain JavaScript backend to 1e-5 of the largest magnitude. Data format is NHWC.
 *
 * @returns the names of the kernels registered by this call.
 * @example
 * import '@tensorflow/tfjs-backend-wasm';
 * await tf.setBackend('wasm');
 * registerWasmTrainingKernels(); // ['Conv2DBackpropFilter', …]
 * registerWasmTrainingKernels(); // []
 */
export function registerWasmTrainingKernels(): string[] {
  const registered: string[] = [];
  for (const kernel of LACKING)
    if (!wasmKernel(kernel.kernelName)) {
      registerKernel(markOurs(kernel));
      registered.push(kernel.kernelName);
    }
  const replace = (kernelName: string, make: (stock: KernelConfig) => KernelConfig): void => {
    if (replaceKernel('wasm', kernelName, make)) registered.push(kernelName);
  };
  replace('Conv2DBackpropInput', (stock) => simd.conv2DBackpropInput(conv2DBackpropInput(stock)));
  replace('MaxPoolGrad', () => pooling.maxPoolGrad(maxPoolGrad));
  replace('AvgPoolGrad', pooling.avgPoolGrad);
  for (const name of ['MaxPool', 'AvgPool'] as const) replace(name, pooling.pool(name));
  replace('FusedBatchNorm', fusedBatchNorm);
  replace('Relu', relu);
  replace('Multiply', multiply);
  replace('Conv2D', (stock) => simd.conv2D(withExplicitSamePadding(false)(stock)));
  replace('FusedConv2D', (stock) => simd.fusedConv2D(withExplicitSamePadding(false)(stock)));
  replace('DepthwiseConv2dNative', (stock) =>
    depthwise.depthwiseConv2D(withExplicitSamePadding(true)(stock)),
  );
  replace('FusedDepthwiseConv2D', (stock) =>
    depthwise.fusedDepthwiseConv2D(withExplicitSamePadding(true)(stock)),
  );
  replace('BatchMatMul', batchMatMul);
  replace('_FusedMatMul', fusedMatMul);
  replace('Identity', sharingIdentity);
  replace('Cast', sharingCast);
  replace('Slice', sharingSlice);
  replace('Concat', concat);
  replace('SplitV', (stock) => splitV(onePassSplit(stock)));
  for (const name of ['Sum', 'Mean'] as const)
    replace(name, (stock) => reduction(name)(exactReduction(name)(stock)));

  // tfjs's typing leaves out that a gradient may be missing: only tfjs-layers registers them all.
  const stock = getGradient('FusedBatchNorm') as GradConfig | undefined;
  if (stock && !isOurs(stock)) {
    unregisterGradient('FusedBatchNorm');
    registerGradient(markOurs(batchNormGradient(stock)));
  }
  return registered;
}
