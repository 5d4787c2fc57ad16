/** Value and gradient of every loss as cases to compare engines by. */
import * as tf from '@tensorflow/tfjs-core';
import type { LossFn } from 'hpa-kit';
import type { Case } from '../engine/webgpu-compare';
import golden from '../golden/numpy_losses.json';
import { ALL_LOSSES } from './losses-at-hand';

function valueAndGradient(
  loss: LossFn,
  yTrue: tf.Tensor,
  yPred: tf.Tensor,
  weights?: readonly number[],
): tf.Tensor[] {
  const { value, grad } = tf.valueAndGrad((x) => tf.reshape(loss(yTrue, x, weights), []))(yPred);
  return [value, grad];
}

/** Each has another number of samples: an engine may have kept something of the one before. */
export const LOSS_CASES: Case[] = ALL_LOSSES.flatMap(([name, make]): Case[] => [
  [
    `${name} of logits, weighted`,
    () =>
      valueAndGradient(
        make('logits'),
        tf.tensor2d(golden.labels),
        tf.tensor2d(golden.logits),
        golden.weights,
      ),
  ],
  [
    `${name} of probabilities`,
    () => {
      const [labels, probabilities] = [golden.labels, golden.probabilities].map((rows) => rows.slice(0, 7));
      return valueAndGradient(make('probabilities'), tf.tensor2d(labels!), tf.tensor2d(probabilities!));
    },
  ],
  [
    `${name} of many samples`,
    () => {
      const targets = tf.less(tf.randomUniform([300, 28], 0, 1, 'float32', 1), 0.05);
      return valueAndGradient(make('logits'), targets, tf.randomNormal([300, 28], 0, 2, 'float32', 2));
    },
  ],
]);
