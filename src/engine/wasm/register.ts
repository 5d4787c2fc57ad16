/** Makes tfjs's WebAssembly backend able to train convolutional networks. */
import {
  getGradient,
  registerGradient,
  registerKernel,
  unregisterGradient,
  unregisterKernel,
  type GradConfig,
  type KernelConfig,
} from '@tensorflow/tfjs-core';
import { batchNormGradient } from './batch-norm-gradient';
import { wasmKernel } from './compose';
import { conv2DBackpropFilter } from './conv2d-filter-gradient';
import { conv2DBackpropInput } from './conv2d-input-gradient';
import {
  depthwiseConv2dNativeBackpropFilter,
  depthwiseConv2dNativeBackpropInput,
} from './depthwise-gradients';
import { maxPoolGrad } from './max-pool-gradient';
import { exactReduction } from './reductions';
import { withExplicitSamePadding } from './same-padding';
import { onePassSplit } from './split';
import { unsortedSegmentSum } from './unsorted-segment-sum';

const LACKING = [
  conv2DBackpropFilter,
  depthwiseConv2dNativeBackpropFilter,
  depthwiseConv2dNativeBackpropInput,
  unsortedSegmentSum,
];

// On the registered kernel itself, so that a second copy of the package sees it.
const OURS = Symbol.for('hpa-kit.kernel');

/**
 * Registers for backend 'wasm' the gradient kernels that `@tensorflow/tfjs-backend-wasm` 4.22 lacks
 * (`Conv2DBackpropFilter`, `DepthwiseConv2dNativeBackpropFilter`, `DepthwiseConv2dNativeBackpropInput`,
 * `UnsortedSegmentSum`); kernels that a later version has are left alone. Mends two that are there:
 * `MaxPoolGrad`, which drops the gradient of windows without a positive value, and convolutions with 'same'
 * padding and a stride larger than the filter. Replaces `Conv2DBackpropInput` for stride 1 by a form that
 * is 5 to 15 times faster, sums in double precision, and gives batch normalization a gradient that takes fewer
 * passes over memory. A second call registers nothing. `useEngine` calls it; call it yourself only
 * if you set the backend yourself.
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
  const register = (kernel: KernelConfig): void => {
    registerKernel(Object.assign(kernel, { [OURS]: true }));
    registered.push(kernel.kernelName);
  };
  for (const kernel of LACKING) if (!wasmKernel(kernel.kernelName)) register(kernel);

  const replace = (kernelName: string, make: (stock: KernelConfig) => KernelConfig): void => {
    const stock = wasmKernel(kernelName);
    if (!stock || OURS in stock) return;
    unregisterKernel(kernelName, 'wasm');
    register(make(stock));
  };
  replace('Conv2DBackpropInput', conv2DBackpropInput);
  replace('MaxPoolGrad', () => maxPoolGrad);
  for (const name of ['Conv2D', 'FusedConv2D']) replace(name, withExplicitSamePadding(false));
  for (const name of ['DepthwiseConv2dNative', 'FusedDepthwiseConv2D'])
    replace(name, withExplicitSamePadding(true));
  replace('SplitV', onePassSplit);
  for (const name of ['Sum', 'Mean'] as const) replace(name, exactReduction(name));

  // tfjs's typing leaves out that a gradient may be missing: only tfjs-layers registers them all.
  const stock = getGradient('FusedBatchNorm') as GradConfig | undefined;
  if (stock && !(OURS in stock)) {
    unregisterGradient('FusedBatchNorm');
    registerGradient(Object.assign(batchNormGradient(stock), { [OURS]: true }));
  }
  return registered;
}
