/** Losses for multi-label classification, for `model.compile` and on their own. */
export { asymmetricLoss, type AsymmetricLossOptions } from './asymmetric-loss';
export { binaryCrossEntropy, type BinaryCrossEntropyOptions } from './binary-cross-entropy';
export type { ClassCounts } from './class-counts';
export { classWeights, type ClassWeightsOptions } from './class-weights';
export { focalLoss, type FocalLossOptions } from './focal-loss';
export { hardExampleLogLoss, type HardExampleLogLossOptions } from './hard-example-log-loss';
export { lovaszHingeLoss, type LovaszHingeLossOptions } from './lovasz-hinge-loss';
export { lsepLoss, type LsepLossOptions } from './lsep-loss';
export { positiveWeights, type PositiveWeightsOptions } from './positive-weights';
export type { SampleWeights } from './loss-fn';
export { softF1Loss, type SoftF1LossOptions } from './soft-f1-loss';
export { weightedSum, type WeightedLoss } from './weighted-sum';
export { withSampleWeights, type SampleWeightedLoss } from './with-sample-weights';
export type { LossFn } from './loss-fn';
export type { PredictionKind } from '../scores/prediction-kind';
