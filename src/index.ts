/** The universal API: runs in Node, browsers and workers; imports neither `node:` nor the DOM. */
export { HpaError, isHpaError, type HpaErrorCode, type HpaErrorContext } from './errors';
export { Random, type RandomKey } from './random';
export type { DownloadProgress, Progress, OnProgress } from './progress';
export { HPA_CLASSES, parseTarget, formatTarget, namesToMultiHot, multiHotToNames } from './labels';

export type { CellImage, Samples } from './image/cell-image';
export { decodeImage, type DecodedFile, type DecodeImageOptions } from './image/decode-image';
export { decodeJpeg, type DecodeJpegOptions } from './image/decode-jpeg';
export { decodePng, type DecodePngOptions, type DecodedImage } from './image/decode-png';
export {
  decodeTiff,
  readTiffInfo,
  type DecodedTiff,
  type DecodeTiffOptions,
  type TiffInfo,
} from './image/decode-tiff';
export type { ImageLimits } from './image/limits';
export { PLANE_RULES, resolvePlane, type PlaneRule } from './image/planes';
export type { TiffPageInfo } from './image/tiff/page';
export type { TiffPages } from './image/tiff/stack';
export { encodePng, type EncodePngOptions } from './image/encode-png';
export { stackChannels, type StackChannelsOptions } from './image/stack-channels';
export { resize, type ResizeOptions } from './image/resize';
export { normalize, normalizeInto, type Normalization } from './image/normalize';
export { mixChannels, type ChannelMixture } from './image/mix-channels';
export { compositeRgb, type CompositeRgbOptions } from './image/composite-rgb';

export type { ImageSource } from './data/source';
export { HPA_CHANNELS, type FileSource, type FileSourceOptions } from './data/sources/file-source';
export type { FileTemplate } from './data/sources/file-template';
export { mixedSource, type MixedSourceOptions } from './data/sources/mixed-source';
export { openUrls, type OpenUrlsOptions, type UrlSample } from './data/sources/open-urls';
export {
  parseLabelTable,
  parseColumnById,
  type LabelFormat,
  type LabelTable,
  type LabelTableOptions,
} from './data/sources/label-table';
export { syntheticCells, type SyntheticCellsOptions } from './data/synthetic/index';
export { HpaDataset, type HpaDatasetOptions } from './data/dataset';
export type { DatasetKFoldOptions, DatasetSplitOptions } from './data/splits/dataset-split';
export type { CacheStats, ImageLoaderOptions } from './data/image-loader';
export { LruImageCache, type ImageCache } from './data/image-cache';
export type { DiskCache, DiskCacheKey } from './data/disk-cache';
export type { Batch } from './data/batch';
export type { BatchOptions, BatchStream } from './data/batches';
export type { BatchPosition } from './data/sampling/batch-position';
export type { ClassBalancedOrder, SampleOrder, WeightedOrder } from './data/sampling/sampler';
export { repeatFactors, type RepeatFactorOptions } from './data/sampling/repeat-factor';
export { stratifiedSplit, type StratifiedSplitOptions } from './data/splits/split';
export { kFold, type KFoldOptions } from './data/splits/k-fold';
export { labelStatistics, type LabelStatistics } from './data/statistics/label-statistics';
export type { DatasetStatistics, StatisticsOptions } from './data/statistics/statistics';
export type { LabelledSamples } from './data/splits/split-units';

export {
  buildModel,
  fetchWeights,
  freezeBackbone,
  listModels,
  loadWeights,
  multiplyAdds,
  readTfjsWeights,
  readWeights,
  setDropoutStep,
  smallCnnPresets,
  tfjsShardPaths,
  unfreezeBackbone,
  type BackboneName,
  type BackboneOptions,
  type Convention,
  type ExpectedInput,
  type FileLayer,
  type FetchWeightsOptions,
  type FreezeOptions,
  type HaltufBaselineOptions,
  type Head,
  type InputChannels,
  type InputShape,
  type LoadReport,
  type LoadWeightsOptions,
  type ModelInfo,
  type ModelName,
  type ModelOptions,
  type ModelOptionsByName,
  type Pooling,
  type ReadTfjsWeightsOptions,
  type ReadWeightsOptions,
  type SmallCnnOptions,
  type TfjsShards,
  type WeightCache,
  type WeightCounts,
  type WeightEntry,
  type WeightFile,
  type WeightFormat,
} from './models/index';

export {
  asymmetricLoss,
  binaryCrossEntropy,
  classWeights,
  focalLoss,
  hardExampleLogLoss,
  lovaszHingeLoss,
  lsepLoss,
  positiveWeights,
  softF1Loss,
  weightedSum,
  withSampleWeights,
  type AsymmetricLossOptions,
  type BinaryCrossEntropyOptions,
  type ClassCounts,
  type ClassWeightsOptions,
  type FocalLossOptions,
  type HardExampleLogLossOptions,
  type LossFn,
  type LovaszHingeLossOptions,
  type LsepLossOptions,
  type PositiveWeightsOptions,
  type PredictionKind,
  type SampleWeightedLoss,
  type SampleWeights,
  type SoftF1LossOptions,
  type WeightedLoss,
} from './losses/index';

export { trainModel, type TrainOptions, type TrainResult } from './training/train-model';
export type { TrainingWeights } from './training/train-step';
export type { EpochLog, MonitoredMetric } from './training/history';
export {
  learningRateGroups,
  type DecayingLearningRate,
  type LayerLearningRate,
  type LearningRates,
} from './training/learning-rate-groups';
export type { GroupedOptimizer, LearningRateGroup } from './training/grouped-optimizer';

export { predictDataset, type PredictOptions, type Predictions } from './inference/predict';
export { formatSubmission, type SubmissionParts } from './inference/submission';

export {
  averagePrecisionPerClass,
  averagePrecisionScore,
  bootstrapInterval,
  brierScore,
  brierScorePerClass,
  classReport,
  ConfusionCounts,
  constantBaselineF1,
  countConfusion,
  coverageError,
  ErrorCooccurrence,
  errorCooccurrence,
  expectedCalibrationError,
  expectedCalibrationErrorPerClass,
  f1PerClass,
  f1Score,
  fBetaPerClass,
  fBetaScore,
  hammingLoss,
  labelRankingAveragePrecision,
  macroF1,
  microF1,
  multilabelConfusion,
  pairedTest,
  precisionPerClass,
  precisionRecallCurve,
  precisionScore,
  rankingLoss,
  RankingMetrics,
  rankScores,
  recallPerClass,
  recallScore,
  reliabilityCurve,
  rocAucPerClass,
  rocAucScore,
  rocCurve,
  ScoreHistogram,
  SquaredErrors,
  subsetAccuracy,
  type Average,
  type AverageOptions,
  type BetaOptions,
  type BinStrategy,
  type BootstrapInterval,
  type BootstrapIntervalOptions,
  type BootstrapMethod,
  type BrierScoreOptions,
  type CalibrationErrorOptions,
  type ClassConfusion,
  type ClassReportOptions,
  type ClassReportRow,
  type ClassSelection,
  type Confusion,
  type ConstantBaselineOptions,
  type CountConfusionOptions,
  type FBetaOptions,
  type FBetaPerClassOptions,
  type Labels,
  type MacroF1Options,
  type Metric,
  type PairedTest,
  type PairedTestOptions,
  type PrecisionRecallCurve,
  type RankedAverageOptions,
  type RankedScores,
  type RankingOptions,
  type RankScoresOptions,
  type ReliabilityBin,
  type ReliabilityOptions,
  type ResampleOptions,
  type RocCurve,
  type SampleOutcome,
  type ScoreGroups,
  type ScoreHistogramOptions,
  type Scores,
  type Thresholds,
  type WatchOptions,
  type ZeroDivisionOptions,
} from './metrics/index';

export {
  applyThresholds,
  findThresholds,
  matchPriors,
  thresholdsFromJson,
  thresholdsToJson,
  type ApplyThresholdsOptions,
  type DecisionRule,
  type FindThresholdsOptions,
  type FoundThresholds,
  type MatchPriorsOptions,
  type ThresholdMethod,
  type ThresholdObjective,
  type ThresholdShrinkage,
  type ThresholdsFile,
} from './thresholds/index';

export {
  applyCalibration,
  calibrationFromJson,
  calibrationToJson,
  fitCalibration,
  type Calibration,
  type CalibrationJsonOptions,
  type CalibrationMethod,
  type ClassCalibration,
  type FitCalibrationOptions,
  type IdentityCalibration,
  type IsotonicCalibration,
  type PlattCalibration,
  type TemperatureCalibration,
} from './calibration/index';
