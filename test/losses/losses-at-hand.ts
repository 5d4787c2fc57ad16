/** Every loss, and ways to ask for its value and gradient. */
import * as tf from '@tensorflow/tfjs-core';
import {
  asymmetricLoss,
  binaryCrossEntropy,
  focalLoss,
  hardExampleLogLoss,
  lovaszHingeLoss,
  lsepLoss,
  softF1Loss,
  weightedSum,
  type LossFn,
  type PredictionKind,
  type SampleWeights,
} from 'hpa-kit';

type Make = (from: PredictionKind) => LossFn;

/** Sums over samples: a weight multiplies the sample's loss. */
export const SAMPLE_LOSSES: [name: string, make: Make][] = [
  ['binaryCrossEntropy', (from) => binaryCrossEntropy({ from })],
  [
    'binaryCrossEntropy with positiveWeights and labelSmoothing',
    (from) => binaryCrossEntropy({ from, positiveWeights: 3, labelSmoothing: 0.1 }),
  ],
  ['focalLoss', (from) => focalLoss({ from })],
  ['focalLoss, gamma 0.5, alpha', (from) => focalLoss({ from, gamma: 0.5, alpha: 0.3 })],
  ['asymmetricLoss', (from) => asymmetricLoss({ from })],
  [
    'asymmetricLoss, exponents below 1',
    (from) => asymmetricLoss({ from, gammaPositive: 0.5, gammaNegative: 0.5, clip: 0 }),
  ],
  ['softF1Loss of samples', (from) => softF1Loss({ from, average: 'samples' })],
  [
    'softF1Loss of samples, double-sided',
    (from) => softF1Loss({ from, average: 'samples', doubleSided: true }),
  ],
  ['lovaszHingeLoss per sample', (from) => lovaszHingeLoss({ from, per: 'sample' })],
  ['lsepLoss', (from) => lsepLoss({ from })],
];

/** Losses of sets of samples: a weight is how often the sample counts. */
export const SET_LOSSES: [name: string, make: Make][] = [
  ['softF1Loss', (from) => softF1Loss({ from })],
  ['softF1Loss, double-sided', (from) => softF1Loss({ from, doubleSided: true })],
  ['lovaszHingeLoss', (from) => lovaszHingeLoss({ from })],
  ['lovaszHingeLoss, one-sided', (from) => lovaszHingeLoss({ from, symmetric: false })],
  ['lovaszHingeLoss per batch, elu', (from) => lovaszHingeLoss({ from, per: 'batch', hinge: 'elu' })],
  ['hardExampleLogLoss', (from) => hardExampleLogLoss({ from })],
];

export const ALL_LOSSES: [name: string, make: Make][] = [
  ...SAMPLE_LOSSES,
  ...SET_LOSSES,
  [
    'weightedSum',
    (from) => weightedSum([[1, binaryCrossEntropy({ from })], { loss: softF1Loss({ from }), weight: 0.5 }]),
  ],
];

export function value(
  loss: LossFn,
  labels: number[][],
  predictions: number[][],
  weights?: SampleWeights,
): number {
  return tf.tidy(() => loss(tf.tensor2d(labels), tf.tensor2d(predictions), weights).dataSync()[0]!);
}

export function gradient(
  loss: LossFn,
  labels: number[][],
  predictions: number[][],
  weights?: SampleWeights,
): number[] {
  return tf.tidy(() => {
    const yTrue = tf.tensor2d(labels);
    const derive = tf.grad((yPred) => tf.reshape(loss(yTrue, yPred, weights), []));
    return Array.from(derive(tf.tensor2d(predictions)).dataSync());
  });
}
