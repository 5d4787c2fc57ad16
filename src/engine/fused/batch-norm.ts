/** Batch normalization in training as one kernel forward and one backward. */
import * as tf from '@tensorflow/tfjs-core';
import { hasFusedKernel } from './kernels';
import { isHigherOrder, release, runFusedList, shared } from './run';

/** What tfjs-layers' BatchNormalization holds. */
export interface BatchNormalization {
  readonly trainable: boolean;
  readonly axis: number;
  readonly momentum: number;
  readonly epsilon: number;
  readonly gamma?: LayerVariable | null;
  readonly beta?: LayerVariable | null;
  readonly movingMean: LayerVariable;
  readonly movingVariance: LayerVariable;
}

interface LayerVariable {
  readonly trainable: boolean;
  read(): tf.Tensor;
  write(value: tf.Tensor): void;
}

/** Whether the kernels can train the layer: over the last axis of float32, ranks 2 to 5. */
export function isFusible({ axis }: BatchNormalization, x: tf.Tensor): boolean {
  return (
    x.dtype === 'float32' &&
    x.rank >= 2 &&
    x.rank <= 5 &&
    x.size > 0 &&
    !isHigherOrder() &&
    (axis === -1 || axis === x.rank - 1) &&
    hasFusedKernel('BatchNormTraining') &&
    hasFusedKernel('BatchNormTrainingGrad')
  );
}

/** The layer's output in training; moves its moving averages. */
export function trainFused(layer: BatchNormalization, x: tf.Tensor): tf.Tensor {
  return tf.tidy(() => {
    const channels = [x.shape[x.rank - 1]!];
    const gamma = layer.gamma?.read() ?? tf.ones(channels);
    const beta = layer.beta?.read() ?? tf.zeros(channels);
    const [y, mean, variance] = runFusedList('BatchNormTraining', {
      inputs: { x, gamma, beta },
      attrs: { epsilon: layer.epsilon },
    }) as [tf.Tensor, tf.Tensor, tf.Tensor];
    move(layer.movingMean, mean, layer.momentum);
    move(layer.movingVariance, variance, layer.momentum);
    return y;
  });
}

/** The moving average, by the same operations as in tfjs-layers. */
function move(variable: LayerVariable, value: tf.Tensor, momentum: number): void {
  const current = variable.read();
  variable.write(tf.sub(current, tf.mul(tf.sub(current, value), 1 - momentum)));
}

/** Of y only: mean and variance go nowhere but into the moving averages. */
export const batchNormTrainingGradient: tf.GradConfig = {
  kernelName: 'BatchNormTraining',
  inputsToSave: ['x', 'gamma'],
  outputsToSave: [false, true, true],
  gradFunc: (dys, saved, attrs) => {
    const [dy] = dys as tf.Tensor[];
    const [x, gamma, mean, variance] = saved as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
    const run = (inputGradient: boolean): tf.Tensor[] =>
      runFusedList('BatchNormTrainingGrad', {
        inputs: { dy: dy!, x, gamma, mean, variance },
        attrs: { epsilon: attrs['epsilon'] as number, inputGradient },
      });
    const all = shared(() => run(true));
    const ofChannels = shared(() => run(false).slice(-2));
    // tfjs asks for x first, unless its gradient isn't needed: then only the channels' are computed.
    let channels = ofChannels;
    return {
      x: () => {
        const [dx, ...others] = all();
        channels = () => others;
        release(x);
        return dx!;
      },
      gamma: () => channels()[0]!,
      beta: () => channels()[1]!,
    };
  },
};
