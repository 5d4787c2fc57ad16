/** ReLU cut off at six as one operation, with a gradient from its output in three passes where tfjs takes a dozen. */
import * as tf from '@tensorflow/tfjs-core';
import { layers } from '@tensorflow/tfjs-layers';
import { hasFusedKernel } from './kernels';
import { savesInputOnly } from './relu';
import { isRecording, release, runFused } from './run';
import { wrapCall } from './wrap';

/** Wraps the call of the layer ReLU, which tfjs makes of two operations, where `maxValue` is six. */
export function fuseRelu6(): void {
  wrapCall(layers.reLU({ name: 'prototype' }), ({ maxValue }: { readonly maxValue?: number }, x) =>
    maxValue === 6 && x.dtype === 'float32' ? tf.relu6(x) : undefined,
  );
}

/** dy where 0 < y < 6, as in TensorFlow. Undefined where the stock gradient isn't tfjs 4's, of the input alone. */
export function relu6Gradient(stock: tf.GradConfig): tf.GradConfig | undefined {
  if (!savesInputOnly(stock)) return undefined;
  return {
    kernelName: 'Relu6',
    inputsToSave: [],
    outputsToSave: [true],
    gradFunc: (dy, saved) => {
      const [gradient, y] = [dy as tf.Tensor, saved[0]!];
      const isCovered = gradient.dtype === 'float32' && y.dtype === 'float32' && hasFusedKernel('ReluGrad');
      return {
        x: () => {
          const below = tf.sub(6, y);
          if (!isCovered || isRecording()) return tf.mul(gradient, tf.mul(tf.step(y), tf.step(below)));
          const positive = runFused('ReluGrad', { inputs: { dy: gradient, y }, attrs: {} });
          release(y);
          return runFused('ReluGrad', { inputs: { dy: positive, y: below }, attrs: {} });
        },
      };
    },
  };
}
