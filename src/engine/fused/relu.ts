/** ReLU's gradient in one pass, from its output: its input need not be kept. */
import type * as tf from '@tensorflow/tfjs-core';
import { hasFusedKernel } from './kernels';
import { isRecording, release, runFused } from './run';

/**
 * The stock gradient, or where the backend has it `ReluGrad`. Undefined where the stock one isn't tfjs 4's,
 * which reads ReLU's input: its output has the same signs.
 */
export function reluGradient(stock: tf.GradConfig): tf.GradConfig | undefined {
  if (!savesInputOnly(stock)) return undefined;
  return {
    kernelName: 'Relu',
    inputsToSave: [],
    outputsToSave: [true],
    gradFunc: (dy, saved, attrs) => {
      const [y] = saved as [tf.Tensor];
      const gradient = dy as tf.Tensor;
      const isCovered = gradient.dtype === 'float32' && y.dtype === 'float32' && hasFusedKernel('ReluGrad');
      // The gradient of the gradient, where one is being recorded, is the stock one's.
      if (!isCovered || isRecording()) return stock.gradFunc(dy, saved, attrs);
      return {
        x: () => {
          const dx = runFused('ReluGrad', { inputs: { dy: gradient, y }, attrs: {} });
          release(y);
          return dx;
        },
      };
    },
  };
}

/** Whether a gradient is tfjs 4's of ReLU and its like, which keeps the input and nothing else. */
export function savesInputOnly({ inputsToSave, outputsToSave, saveAllInputs }: tf.GradConfig): boolean {
  return inputsToSave?.join() === 'x' && !outputsToSave && !saveAllInputs;
}
