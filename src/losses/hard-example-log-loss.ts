/** Cross-entropy of all positives and of the hardest negatives alone. */
import * as tf from '@tensorflow/tfjs-core';
import { checkFrom, type PredictionKind } from '../scores/prediction-kind';
import { descendingOrder } from './descending-order';
import { describe, makeLoss } from './loss';
import type { LossFn } from './loss-fn';
import { checkPerClass } from './per-class';
import { crossEntropyPerEntry, isPositive } from './predictions';
import { asColumn } from './sample-weights';
import { withoutGradient } from './without-gradient';

/** Options of `hardExampleLogLoss`. */
export interface HardExampleLogLossOptions {
  /**
   * Negatives of a class to keep at least, where it has as many.
   * @default 2
   */
  negativesAtLeast?: number;
  /**
   * Share of a class's negatives to keep, 0 to 1, on top of as many as it has positives.
   * @default 0.5
   */
  leastRatio?: number;
  /**
   * Share of a class's negatives, 0 to 1, beyond which only `negativesAtLeast` more are kept.
   * @default 0.7
   */
  mostRatio?: number;
  /**
   * What the predictions are.
   * @default 'probabilities'
   */
  from?: PredictionKind;
}

/**
 * Hard-example log loss: of each class the mean cross-entropy of all its positives in the batch and of its hardest
 * negatives, then the mean over classes. Of `neg` negatives beside `pos` positives are kept
 * min(neg, pos + max(least, ⌊leastRatio·neg⌋), ⌊mostRatio·neg⌋ + least), where `least` is `negativesAtLeast`: those with
 * the highest predictions, and of equal ones the first of the batch.
 *
 * Targets and predictions are `[batch, classes]`. A target of at least 0.5 counts as a positive, any other as a
 * negative; the cross-entropy itself takes shares as they are. The choice is made on the device and carries no gradient.
 * Finite, gradients too, for probabilities of exactly 0 and 1 (clipped to `[1e-7, 1 - 1e-7]`) and for any logit.
 *
 * `sampleWeights` count as multiplicities, in `neg`, in `pos` and in the mean: 2 is the same as the sample twice, 0 the
 * same as without it, and the negative at which the number is reached is kept in part. Where all are 0 the loss is 0.
 *
 * @throws TypeError where `from` is neither kind; RangeError for a `negativesAtLeast` that is no integer of at least 0,
 * or a ratio outside 0–1. The loss throws a RangeError where the shapes differ or there is not one of `sampleWeights` for
 * each sample.
 * @see The solution that won the Human Protein Atlas competition of 2018 (bestfitting): HardLogLoss and
 * get_hard_samples in github.com/CellProfiling/HPA-competition-solutions
 * @example
 * const loss = hardExampleLogLoss({ negativesAtLeast: 1, leastRatio: 0 });
 * // One positive and three negatives: 1 + 1 of these are kept, 0.8 and 0.5.
 * loss(tf.tensor2d([[1], [0], [0], [0]]), tf.tensor2d([[0.9], [0.1], [0.8], [0.5]])).dataSync()[0];
 * // (−log 0.9 − log 0.2 − log 0.5) / 3 = 0.8026
 */
export function hardExampleLogLoss(options: HardExampleLogLossOptions = {}): LossFn {
  const { negativesAtLeast = 2, leastRatio = 0.5, mostRatio = 0.7, from = 'probabilities' } = options;
  checkFrom(from);
  if (!(Number.isInteger(negativesAtLeast) && negativesAtLeast >= 0)) {
    throw new RangeError(
      `negativesAtLeast must be an integer of at least 0. Received ${String(negativesAtLeast)}`,
    );
  }
  checkPerClass('leastRatio', leastRatio, [0, 1]);
  checkPerClass('mostRatio', mostRatio, [0, 1]);

  const numberToKeep = (negatives: tf.Tensor, positives: tf.Tensor): tf.Tensor => {
    const share = (ratio: number) => floorOf(negatives, ratio);
    const wanted = tf.add(positives, tf.maximum(share(leastRatio), negativesAtLeast));
    return tf.minimum(negatives, tf.minimum(wanted, tf.add(share(mostRatio), negativesAtLeast)));
  };

  return makeLoss(describe('hardExampleLogLoss', { ...options }), (yTrue, yPred, sampleWeights) => {
    const targets = tf.transpose(isPositive(yTrue));
    let weights = tf.onesLike(targets);
    if (sampleWeights) weights = tf.mul(weights, tf.transpose(asColumn(sampleWeights)));
    const shares = withoutGradient(tf.transpose(yPred), (keys) => {
      const positives = tf.mul(weights, targets);
      const negatives = tf.mul<tf.Tensor2D>(weights, tf.sub(1, targets));
      const limit = numberToKeep(tf.sum(negatives, 1, true), tf.sum(positives, 1, true));
      const order = descendingOrder(keys as tf.Tensor2D);
      const sorted = order.sort(negatives);
      const left = tf.relu(tf.sub(limit, tf.cumsum(sorted, 1, true)));
      const kept = tf.add(order.unsort(tf.minimum<tf.Tensor2D>(sorted, left)), positives);
      return tf.divNoNan(kept, tf.sum(kept, 1, true));
    });
    const losses = tf.transpose(crossEntropyPerEntry(yTrue, yPred, from));
    return tf.mean(tf.sum(tf.mul(losses, shares), 1));
  });
}

/** ⌊ratio·values⌋. The ratio is raised by what float32 may round off, or 0.7 · 10 could fall below 7. */
function floorOf(values: tf.Tensor, ratio: number): tf.Tensor {
  return tf.floor(tf.mul(values, ratio * (1 + 3e-7)));
}
