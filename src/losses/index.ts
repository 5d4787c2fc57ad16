/** Losses for multi-label classification, for `model.compile` and on their own. */
export { binaryCrossEntropy, type BinaryCrossEntropyOptions } from './binary-cross-entropy';
export { focalLoss, type FocalLossOptions } from './focal-loss';
export { softF1Loss, type SoftF1LossOptions } from './soft-f1-loss';
export { weightedSum, type WeightedLoss } from './weighted-sum';
export type { LossFn, PredictionKind } from './loss';
