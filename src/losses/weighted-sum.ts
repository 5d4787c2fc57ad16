/** Several losses as one. */
import * as tf from '@tensorflow/tfjs-core';
import { makeLoss } from './loss';
import type { LossFn } from './loss-fn';
import { checkTakesWeights } from './sample-weights';

/** A loss and what it weighs. */
export type WeightedLoss = readonly [weight: number, loss: LossFn] | { loss: LossFn; weight: number };

/**
 * The weighted sum of several losses, Σ weight · mean(loss). All get the same predictions, so all must expect
 * the same kind of them, probabilities or logits. All get `sampleWeights` too.
 *
 * @throws RangeError for an empty list or a weight that is negative or not finite; TypeError for a loss that is
 * no function. The loss throws a TypeError for `sampleWeights` where one of the losses has no parameter for them.
 * @example
 * const loss = weightedSum([[1, focalLoss({ gamma: 2 })], [0.5, softF1Loss()]]);
 * loss.name; // 'weightedSum(1 × focalLoss(gamma=2), 0.5 × softF1Loss)'
 * @example
 * // The loss of the winner of the Human Protein Atlas competition of 2018 (bestfitting), for 28 classes. Its focal loss
 * // is summed over classes where `focalLoss` takes the mean.
 * const winners = weightedSum([
 *   [0.5 * 28, focalLoss({ gamma: 2, from: 'logits' })],
 *   [0.5, lovaszHingeLoss({ from: 'logits' })],
 *   [0.5, hardExampleLogLoss({ from: 'logits' })],
 * ]);
 */
export function weightedSum(losses: readonly WeightedLoss[]): LossFn {
  const terms = losses.map((item) =>
    'loss' in item ? { weight: item.weight, loss: item.loss } : { weight: item[0], loss: item[1] },
  );
  if (terms.length === 0) throw new RangeError('weightedSum needs at least one loss. Received an empty list');
  terms.forEach(({ weight, loss }, index) => {
    if (!(weight >= 0 && weight < Infinity)) {
      throw new RangeError(
        `the weight of loss ${index} must be a finite number of at least 0. Received ${String(weight)}`,
      );
    }
    if (typeof loss !== 'function') {
      throw new TypeError(
        `loss ${index} must be a function (yTrue, yPred) => tensor. Received ${typeof loss}`,
      );
    }
  });
  const name = terms.map(({ weight, loss }) => `${weight} × ${loss.name || 'loss'}`).join(', ');
  return makeLoss(`weightedSum(${name})`, (yTrue, yPred, sampleWeights) =>
    tf.addN(
      terms.map(({ weight, loss }) => {
        if (sampleWeights) checkTakesWeights(loss);
        return tf.mul(weight, tf.mean(loss(yTrue, yPred, sampleWeights)));
      }),
    ),
  );
}
