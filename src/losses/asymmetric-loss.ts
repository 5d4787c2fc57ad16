/** Asymmetric loss: focal loss with an exponent each for positives and negatives, and easy negatives left out. */
import * as tf from '@tensorflow/tfjs-core';
import { checkFrom, type PredictionKind } from '../scores/prediction-kind';
import { checkGamma, describe, makeLoss } from './loss';
import type { LossFn } from './loss-fn';
import { bothProbabilities, byTarget, logLosses, powerOf } from './predictions';
import { weightedMean } from './sample-weights';

/** Options of `asymmetricLoss`. */
export interface AsymmetricLossOptions {
  /**
   * How strongly positives that are already right are played down.
   * @default 0
   */
  gammaPositive?: number;
  /**
   * How strongly negatives that are already right are played down.
   * @default 4
   */
  gammaNegative?: number;
  /**
   * The margin m, 0 to below 1: a negative with a probability below it contributes nothing.
   * @default 0.05
   */
  clip?: number;
  /**
   * What the predictions are.
   * @default 'probabilities'
   */
  from?: PredictionKind;
}

/**
 * Asymmetric loss, the mean over batch and classes of −(1 − p)^γ₊·log p for positives and of
 * −pₘ^γ₋·log(1 − pₘ) for negatives, with pₘ = max(p − m, 0). γ₊ = γ₋ without a margin is `focalLoss`.
 *
 * Targets and predictions are `[batch, classes]`; a target between 0 and 1 takes that share of both terms. Finite,
 * gradients too, for probabilities of exactly 0 and 1 and for any logit. A negative below the margin has a gradient of
 * 0. `sampleWeights` multiply a sample's loss: Σ wᵢ·lᵢ / batch.
 *
 * The defaults are those that the paper and its training script use, γ₊ = 0, γ₋ = 4, m = 0.05: a rare positive is never
 * played down. (The constructor in the authors' code defaults to γ₊ = 1.) Their code sums over the entries where here
 * is the mean, so learning rates do not carry over, and it can let the gradient pass by the focusing factor
 * (`disable_torch_grad_focal_loss`), which here has its gradient, as in the formula.
 *
 * @throws RangeError for a negative gamma or a clip outside 0 to below 1; TypeError where `from` is neither kind. The
 * loss throws a RangeError where the shapes differ, or there is not one of `sampleWeights` for each sample.
 * @see Ridnik et al., Asymmetric Loss For Multi-Label Classification, 2021, arXiv:2009.14119
 * @example
 * const loss = asymmetricLoss()(tf.tensor2d([[0, 1]]), tf.tensor2d([[0.5, 0.9]]));
 * loss.dataSync()[0]; // (−0.45⁴ · log 0.55 − log 0.9) / 2 = 0.06494
 */
export function asymmetricLoss(options: AsymmetricLossOptions = {}): LossFn {
  const { gammaPositive = 0, gammaNegative = 4, clip = 0.05, from = 'probabilities' } = options;
  checkFrom(from);
  checkGamma('gammaPositive', gammaPositive);
  checkGamma('gammaNegative', gammaNegative);
  if (!(clip >= 0 && clip < 1))
    throw new RangeError(`clip must lie in 0 to below 1. Received ${String(clip)}`);

  const name = describe('asymmetricLoss', { gammaPositive, gammaNegative, clip, from: options.from });
  return makeLoss(name, (yTrue, yPred, weights) => {
    const [p, notP] = bothProbabilities(yPred, from);
    let { ofPositives, ofNegatives } = logLosses(yPred, from);
    // 1 − pₘ is at least the margin, so that its logarithm needs no clip.
    if (clip > 0) ofNegatives = tf.neg(tf.log(tf.minimum(tf.add(notP, clip), 1)));
    if (gammaPositive > 0) ofPositives = tf.mul(ofPositives, powerOf(notP, gammaPositive));
    if (gammaNegative > 0) {
      const shifted = clip > 0 ? tf.relu(tf.sub(p, clip)) : p;
      ofNegatives = tf.mul(ofNegatives, powerOf(shifted, gammaNegative));
    }
    return weightedMean(byTarget(yTrue, ofPositives, ofNegatives), weights);
  });
}
