/** Sample weights in training: tfjs hands none to a loss, so the loss holds those of the batch under way. */
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { LossFn } from './loss-fn';
import type { SampleWeights } from './loss-fn';
import { checkTakesWeights, sampleWeightTensor } from './sample-weights';

/** A loss to compile a model with, and a step of training by it in which each sample has its weight. */
export type SampleWeightedLoss = LossFn & {
  /**
   * `model.trainOnBatch(xs, ys)` with weights for its samples; resolves to what that does. `xs`, `ys` and a tensor of
   * weights stay the caller's.
   *
   * @throws TypeError for a model that is not compiled with this loss, or a call before the last one was awaited;
   * RangeError unless there is one weight, a finite number of at least 0, for each sample
   */
  trainOnBatch(
    model: LayersModel,
    xs: tf.Tensor,
    ys: tf.Tensor,
    sampleWeights: SampleWeights,
  ): Promise<number | number[]>;
};

/**
 * A loss that can train with a weight for each sample, which tfjs refuses. Outside of its `trainOnBatch` it is the loss
 * without weights, in `model.evaluate` too.
 *
 * @throws TypeError for a loss without a third parameter, (yTrue, yPred, sampleWeights). All losses here have one.
 * @example
 * const weighted = withSampleWeights(focalLoss());
 * model.compile({ loss: weighted, optimizer: 'adam' });
 * await weighted.trainOnBatch(model, xs, ys, [1, 0.5, 2]); // xs of three samples
 */
export function withSampleWeights(loss: LossFn): SampleWeightedLoss {
  checkTakesWeights(loss);
  let underWay: tf.Tensor | undefined;
  const weighted: LossFn = (yTrue, yPred, sampleWeights) => loss(yTrue, yPred, sampleWeights ?? underWay);
  Object.defineProperty(weighted, 'name', { value: loss.name });

  return Object.assign(weighted, {
    async trainOnBatch(model: LayersModel, xs: tf.Tensor, ys: tf.Tensor, sampleWeights: SampleWeights) {
      if (underWay) throw new TypeError('trainOnBatch must be awaited before the next call');
      // A sequential model has no `lossFunctions`.
      const compiled = [model.loss].flat() as unknown[];
      if (!compiled.includes(weighted)) {
        throw new TypeError('model must be compiled with the loss whose trainOnBatch is called');
      }
      const weights = tf.tidy(() => sampleWeightTensor(sampleWeights, ys.shape[0]));
      underWay = weights;
      try {
        return await model.trainOnBatch(xs, ys);
      } finally {
        underWay = undefined;
        weights.dispose();
      }
    },
  });
}
