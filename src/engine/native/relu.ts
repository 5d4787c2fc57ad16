/** Gradients of ReLU and of biases. */
import type { Tensor } from '@tensorflow/tfjs-core';
import { nativeKernel, type Operation } from './operations';

export const reluGrad = nativeKernel('ReluGrad', (operation, { inputs: { dy, y } }) =>
  maskedByOutput(operation, dy!, y!),
);

export const biasAddGrad = nativeKernel('BiasAddGrad', (operation, { inputs: { dy } }) =>
  sumPerChannel(operation, dy!),
);

export const reluBiasGrad = nativeKernel('ReluBiasGrad', (operation, { inputs: { dy, y } }) => {
  const dz = maskedByOutput(operation, dy!, y!);
  return [dz, sumPerChannel(operation, dz)];
});

function maskedByOutput(operation: Operation, dy: Tensor, y: Tensor): Tensor {
  return operation('ReluGrad', [dy, y])[0]!;
}

function sumPerChannel(operation: Operation, dy: Tensor): Tensor {
  return operation('BiasAddGrad', [dy], { data_format: 'NHWC' })[0]!;
}
