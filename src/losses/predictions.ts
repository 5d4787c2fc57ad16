/** Predictions of either kind as what a loss computes with. */
import * as tf from '@tensorflow/tfjs-core';
import { EPSILON, type PredictionKind } from '../scores/prediction-kind';

/** Probabilities of the positives, p, and of the negatives, 1 − p, neither of them a difference of near numbers. */
export function bothProbabilities(
  yPred: tf.Tensor2D,
  from: PredictionKind,
): [p: tf.Tensor2D, notP: tf.Tensor2D] {
  if (from === 'probabilities') return [yPred, tf.sub(1, yPred)];
  return [tf.sigmoid(yPred), tf.sigmoid(tf.neg(yPred))];
}

/** Logits; of probabilities log p − log(1 − p) with p clipped, so within ±16. */
export function toLogits(yPred: tf.Tensor2D, from: PredictionKind): tf.Tensor2D {
  if (from === 'logits') return yPred;
  const clipped = tf.clipByValue(yPred, EPSILON, 1 - EPSILON);
  return tf.sub(tf.log(clipped), tf.log(tf.sub(1, clipped)));
}

/** −log p and −log(1 − p) of each entry, `[batch, classes]`. */
export function logLosses(
  yPred: tf.Tensor2D,
  from: PredictionKind,
): { ofPositives: tf.Tensor; ofNegatives: tf.Tensor } {
  // No exponential of softplus overflows, and nothing is subtracted.
  if (from === 'logits') return { ofPositives: tf.softplus(tf.neg(yPred)), ofNegatives: tf.softplus(yPred) };
  const clipped = tf.clipByValue(yPred, EPSILON, 1 - EPSILON);
  return { ofPositives: tf.neg(tf.log(clipped)), ofNegatives: tf.neg(tf.log(tf.sub(1, clipped))) };
}

/** y·ofPositives + (1 − y)·ofNegatives. */
export function byTarget(yTrue: tf.Tensor, ofPositives: tf.Tensor, ofNegatives: tf.Tensor): tf.Tensor {
  return tf.add(tf.mul(yTrue, ofPositives), tf.mul(tf.sub(1, yTrue), ofNegatives));
}

/** Cross-entropy of each entry, `[batch, classes]`. */
export function crossEntropyPerEntry(yTrue: tf.Tensor, yPred: tf.Tensor2D, from: PredictionKind): tf.Tensor {
  const { ofPositives, ofNegatives } = logLosses(yPred, from);
  return byTarget(yTrue, ofPositives, ofNegatives);
}

/** base^gamma for a base in 0–1, which is kept off 0, where the gradient is infinite for a gamma below 1. */
export function powerOf(base: tf.Tensor, gamma: number): tf.Tensor {
  return tf.pow(tf.clipByValue(base, EPSILON, 1), gamma);
}

/** 1 where a target is at least 0.5, 0 elsewhere: for losses of sets, which an entry is in or not. */
export function isPositive(yTrue: tf.Tensor2D): tf.Tensor2D {
  return tf.cast(tf.greaterEqual<tf.Tensor2D>(yTrue, 0.5), 'float32');
}
