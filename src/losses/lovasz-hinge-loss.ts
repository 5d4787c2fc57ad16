/** Lovász hinge: the Jaccard loss of a set of positives, with a gradient. */
import * as tf from '@tensorflow/tfjs-core';
import { checkOneOf } from '../scores/checks';
import { checkFrom, type PredictionKind } from '../scores/prediction-kind';
import { descendingOrder } from './descending-order';
import { describe, makeLoss } from './loss';
import type { LossFn } from './loss-fn';
import { isPositive, toLogits } from './predictions';
import { asColumn, weightedMean } from './sample-weights';
import { withoutGradient } from './without-gradient';

/** Options of `lovaszHingeLoss`. */
export interface LovaszHingeLossOptions {
  /**
   * What one set is, before the mean: the samples of a class, the classes of a sample, or all entries of the batch.
   * @default 'class'
   */
  per?: 'class' | 'sample' | 'batch';
  /**
   * Whether the negatives are a set as well: the mean of loss(z, y) and loss(−z, 1 − y).
   * @default true
   */
  symmetric?: boolean;
  /**
   * What an error e = 1 − z·(2y − 1) is turned into: 'relu' max(e, 0) as in the paper, or 'elu' elu(e) + 1, which has a
   * gradient for entries that are right by more than the margin too.
   * @default 'relu'
   */
  hinge?: 'relu' | 'elu';
  /**
   * What the predictions are.
   * @default 'probabilities'
   */
  from?: PredictionKind;
}

/**
 * Lovász hinge loss: Σᵢ hinge(eᵢ)·(Jᵢ − Jᵢ₋₁) of a set, where the errors e = 1 − z·(2y − 1) of the logits z come in
 * descending order and Jᵢ is the Jaccard loss, 1 − intersection / union, of predicting the first i of them wrongly and
 * the rest rightly. The mean over classes by default, or over samples, or one set of all.
 *
 * Targets and predictions are `[batch, classes]`. A target of at least 0.5 is in the set of positives and any other is
 * not, shares of mixed samples too. Probabilities are turned into logits, clipped to `[1e-7, 1 - 1e-7]`. A set without
 * positives is its greatest hinge; with `symmetric`, one without negatives likewise. The loss is finite for any finite
 * logit. The order is taken on the device and carries no gradient; of equal errors the first comes first, which leaves
 * the value as it is and chooses one of the subgradients.
 *
 * For 'class' and 'batch', `sampleWeights` enter intersection and union: 2 is the same as the sample twice, and a common
 * factor changes nothing. For 'sample' they multiply a sample's loss: Σ wᵢ·lᵢ / batch.
 *
 * @throws TypeError where `from`, `per` or `hinge` is none of its words; the loss throws a RangeError where the shapes
 * differ or there is not one of `sampleWeights` for each sample.
 * @see Berman, Triki and Blaschko, The Lovász-Softmax loss, 2018, arXiv:1705.08790. Symmetric and for each class as
 * in the solution that won the Human Protein Atlas competition of 2018 (bestfitting).
 * @example
 * const loss = lovaszHingeLoss({ symmetric: false, from: 'logits' });
 * // Errors 1.5 (the negative) and 0 (the positive): J is 1 − 1/2 after the first.
 * loss(tf.tensor2d([[1], [0]]), tf.tensor2d([[1], [0.5]])).dataSync()[0]; // 1.5 · 0.5 = 0.75
 */
export function lovaszHingeLoss(options: LovaszHingeLossOptions = {}): LossFn {
  const { per = 'class', symmetric = true, hinge = 'relu', from = 'probabilities' } = options;
  checkFrom(from);
  checkOneOf('per', per, ['class', 'sample', 'batch']);
  checkOneOf('hinge', hinge, ['relu', 'elu']);
  const name = describe('lovaszHingeLoss', { per, symmetric, hinge: options.hinge, from: options.from });

  return makeLoss(name, (yTrue, yPred, sampleWeights) => {
    const asSets = (values: tf.Tensor2D): tf.Tensor2D => {
      if (per === 'sample') return values;
      return per === 'class' ? tf.transpose(values) : tf.reshape(values, [1, -1]);
    };
    const targets = isPositive(yTrue);
    const signs = tf.sub(tf.mul(2, targets), 1);
    const errors = asSets(tf.sub(1, tf.mul(toLogits(yPred, from), signs)));
    let counted = tf.onesLike(targets);
    if (sampleWeights && per !== 'sample') counted = tf.mul(counted, asColumn(sampleWeights));
    const steps = jaccardSteps(errors, asSets(targets), asSets(counted), symmetric);
    const hinged = hinge === 'relu' ? tf.relu(errors) : tf.add(tf.elu(errors), 1);
    const losses = tf.sum(tf.mul(hinged, steps), 1);
    return per === 'sample' ? weightedMean(losses, sampleWeights) : tf.mean(losses);
  });
}

/** Jᵢ − Jᵢ₋₁ at the place of each error, `[sets, n]`; with `symmetric` its mean with that of the negatives. */
function jaccardSteps(
  errors: tf.Tensor2D,
  targets: tf.Tensor2D,
  weights: tf.Tensor2D,
  symmetric: boolean,
): tf.Tensor2D {
  return withoutGradient(errors, (keys) => {
    const order = descendingOrder(keys as tf.Tensor2D);
    const [y, w] = [order.sort(targets), order.sort(weights)];
    const steps = sortedSteps(y, w);
    // (−z)·−(2y − 1) is z·(2y − 1): the negatives have the same errors in the same order.
    return order.unsort(symmetric ? tf.div(tf.add(steps, sortedSteps(tf.sub(1, y), w)), 2) : steps);
  });
}

/**
 * A positive that goes wrong leaves the union and takes its weight from the intersection, so J grows by w / union; a
 * negative is added to the union, so J grows by intersection · w / (union before · union after). Written like this
 * nothing is the difference of near numbers. Before anything is in the union, the index counts as 1.
 */
function sortedSteps(y: tf.Tensor2D, w: tf.Tensor2D): tf.Tensor2D {
  // What is left after each: a reversed sum would be one operation, but tfjs keeps the length of the first on WebGPU.
  const [rows, n] = y.shape;
  const gone = tf.cumsum(tf.mul<tf.Tensor2D>(w, y), 1);
  const intersection = tf.relu(tf.sub(tf.slice(gone, [0, n - 1], [rows, 1]), gone));
  const after = tf.add(intersection, tf.cumsum(w, 1));
  // Of negatives alone, the only ones that it is used for. `after` less the weight would be 0 beside a far smaller weight.
  const before = tf.add(intersection, tf.cumsum(w, 1, true));
  const isEmpty = tf.cast(tf.lessEqual(before, 0), 'float32');
  const index = tf.add(tf.divNoNan(intersection, before), isEmpty);
  return tf.divNoNan(tf.mul(w, tf.add(y, tf.mul(tf.sub(1, y), index))), after);
}
