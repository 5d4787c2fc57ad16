/** Soft F1: the competition's metric with counts that have a gradient. */
import * as tf from '@tensorflow/tfjs-core';
import { checkOneOf } from '../scores/checks';
import { checkFrom, EPSILON, type PredictionKind } from '../scores/prediction-kind';
import { describe, makeLoss } from './loss';
import type { LossFn } from './loss-fn';
import { bothProbabilities } from './predictions';
import { asColumn, weightedMean } from './sample-weights';

/** Options of `softF1Loss`. */
export interface SoftF1LossOptions {
  /**
   * What an F1 is of, before the mean: 'macro' takes one of each class, 'samples' one of each sample.
   * @default 'macro'
   */
  average?: 'macro' | 'samples';
  /**
   * Whether the negatives have an F1 too, which is averaged with that of the positives: 1 − ½·(F1₊ + F1₋).
   * @default false
   */
  doubleSided?: boolean;
  /**
   * What the predictions are.
   * @default 'probabilities'
   */
  from?: PredictionKind;
}

/**
 * Soft F1 loss: the mean over classes of 1 − 2tp / (2tp + fp + fn), where a class's counts are sums over
 * the batch of probabilities: tp = Σ y·p, fp = Σ (1 − y)·p, fn = Σ y·(1 − p). With `average: 'samples'` the sums are
 * over the classes of a sample, and the mean is over samples.
 *
 * Targets and predictions are `[batch, classes]`. The denominator gets 1e-7, so that everything is
 * finite. A class (or sample) without a positive in the batch has no F1 to improve: it contributes a constant 1 and a
 * gradient of exactly 0, whatever is predicted for it. In small batches that is most rare classes, so join
 * this loss to a cross-entropy with `weightedSum`, which does learn from negatives, or set `doubleSided`: such a class
 * then learns from the F1 of its negatives, with y and p replaced by 1 − y and 1 − p.
 *
 * For 'macro', `sampleWeights` enter the counts, tp = Σ w·y·p and so on: 2 is the same as the sample twice, and a
 * common factor changes nothing. For 'samples' they multiply a sample's loss: Σ wᵢ·lᵢ / batch.
 *
 * @throws TypeError where `from` or `average` is none of its words; the loss throws a RangeError where the shapes differ
 * or there is not one of `sampleWeights` for each sample.
 * @example
 * const loss = softF1Loss()(tf.tensor2d([[1], [0]]), tf.tensor2d([[0.8], [0.4]]));
 * loss.dataSync()[0]; // 1 − 1.6 / (1.6 + 0.4 + 0.2) = 0.2727
 * @example
 * const loss = softF1Loss({ doubleSided: true })(tf.tensor2d([[1], [0]]), tf.tensor2d([[0.8], [0.4]]));
 * loss.dataSync()[0]; // 1 − (1.6 / 2.2 + 1.2 / 1.8) / 2 = 0.3030
 */
export function softF1Loss(options: SoftF1LossOptions = {}): LossFn {
  const { average = 'macro', doubleSided = false, from = 'probabilities' } = options;
  checkFrom(from);
  checkOneOf('average', average, ['macro', 'samples']);
  const name = describe('softF1Loss', {
    average: options.average,
    doubleSided: options.doubleSided,
    from: options.from,
  });
  return makeLoss(name, (yTrue, yPred, weights) => {
    const [p, notP] = bothProbabilities(yPred, from);
    const isMacro = average === 'macro';
    const counted = isMacro && weights ? asColumn(weights) : undefined;
    const lossOf = (targets: tf.Tensor, predicted: tf.Tensor) =>
      oneMinusF1(targets, predicted, isMacro ? 0 : 1, counted);
    let losses = lossOf(yTrue, p);
    if (doubleSided) losses = tf.div(tf.add(losses, lossOf(tf.sub(1, yTrue), notP)), 2);
    return isMacro ? tf.mean(losses) : weightedMean(losses, weights);
  });
}

function oneMinusF1(
  targets: tf.Tensor,
  predicted: tf.Tensor,
  axis: number,
  weights: tf.Tensor | undefined,
): tf.Tensor {
  const total = (values: tf.Tensor) => tf.sum(weights ? tf.mul(values, weights) : values, axis);
  const twiceTruePositives = tf.mul(2, total(tf.mul(targets, predicted)));
  // 2tp + fp + fn = Σ y + Σ p
  const both = tf.add(tf.add(total(targets), total(predicted)), EPSILON);
  return tf.sub(1, tf.div(twiceTruePositives, both));
}
