/** The universal API: runs in Node, browsers and workers; imports neither `node:` nor the DOM. */
export { HpaError, isHpaError, type HpaErrorCode, type HpaErrorContext } from './errors';
export { Random, type RandomKey } from './random';
export { versions, type Versions } from './versions';
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
export { compositeRgb, type ChannelRanges, type CompositeRgbOptions } from './image/composite-rgb';

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
  resizeModel,
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

export { trainModel, type TrainResult } from './training/train-model';
export type { TrainOptions } from './training/options';
export type { StepLog, TrainCallback, TrainingRun } from './training/callbacks/callback';
export { adamW, type AdamW, type AdamWOptions } from './training/optimizers/adam-w';
export {
  findLearningRate,
  type FindLearningRateOptions,
  type RangeTest,
} from './training/find-learning-rate';
export { constant } from './training/schedules/constant';
export {
  cosine,
  cosineRestarts,
  type CosineOptions,
  type CosineRestartsOptions,
} from './training/schedules/cosine';
export { oneCycle, type OneCycleOptions } from './training/schedules/one-cycle';
export { reduceOnPlateau, type ReduceOnPlateauOptions } from './training/schedules/reduce-on-plateau';
export type { Schedule, ScheduleMoment } from './training/schedules/schedule';
export { scheduleFactors } from './training/schedules/schedule-factors';
export { stepDecay, type StepDecayOptions } from './training/schedules/step-decay';
export { warmUp, type WarmUpOptions } from './training/schedules/warm-up';
export { SteppedOptimizer, type SteppedOptions } from './training/optimizers/stepped-optimizer';
export { LearningRateControl } from './training/optimizers/learning-rate-control';
export { AveragedWeights } from './training/averaging/averaged-weights';
export { ema, type EmaOptions } from './training/averaging/ema';
export { swa, type SwaOptions } from './training/averaging/swa';
export type { WeightAveraging } from './training/averaging/weight-averaging';
export { renewBatchNorm, type RenewBatchNormOptions } from './training/averaging/renew-batch-norm';
export { trainPhases, type TrainPhase, type TrainPhasesResult } from './training/train-phases';
export { trainFolds, type FoldsResult, type TrainFoldsOptions } from './training/train-folds';
export type { CheckpointOptions, CheckpointStore } from './training/checkpoint/checkpoint-store';
export type { TrainingWeights } from './training/train-step';
export type { EpochLog, MonitoredMetric } from './training/history';
export {
  learningRateGroups,
  type DecayingLearningRate,
  type LayerLearningRate,
  type LearningRates,
} from './training/optimizers/learning-rate-groups';
export type { GroupedOptimizer, LearningRateGroup } from './training/optimizers/grouped-optimizer';

export {
  weightHistograms,
  type WeightHistogram,
  type WeightHistogramOptions,
} from './training/weight-histograms';

export {
  asha,
  choice,
  integer,
  logInteger,
  logUniform,
  randomSearch,
  searchCoordinates,
  searchHyperparameters,
  searchToCsv,
  uniform,
  type Asha,
  type AshaOptions,
  type AxisScale,
  type ChoiceDimension,
  type Dimension,
  type JournalEntry,
  type Objective,
  type Params,
  type ParamsOf,
  type ParamValue,
  type RandomSearch,
  type RandomSearchOptions,
  type RangeDimension,
  type Scheduler,
  type SearchCoordinates,
  type SearchDirection,
  type SearchJournal,
  type SearchOptions,
  type SearchResult,
  type SearchSettings,
  type SearchSpace,
  type Trial,
  type TrialContext,
  type TrialRecord,
  type TrialScore,
  type TrialState,
} from './search';

export { predictDataset, type PredictOptions, type Predictions } from './inference/predict';
export { predictEnsemble, type PredictEnsembleOptions } from './inference/predict-ensemble';
export {
  blendScores,
  fitEnsembleWeights,
  type BlendScoresOptions,
  type EnsembleWeights,
  type FitEnsembleWeightsOptions,
} from './inference/blend-scores';
export {
  combineViews,
  type CombineScores,
  type CropPlaces,
  type TestTimeOptions,
} from './inference/test-time';
export { createPredictor, type PredictorParts } from './inference/predictor/create-predictor';
export {
  Predictor,
  type PredictManyOptions,
  type PredictOneOptions,
  type PredictorOptions,
} from './inference/predictor/predictor';
export { PredictionStream, type PredictionStreamOptions } from './inference/predictor/prediction-stream';
export { batchQueue, type BatchQueue, type BatchQueueOptions } from './inference/batch-queue';
export { submissionParts, type Prediction } from './inference/predictor/prediction';
export type { Preprocessing, PreprocessingOptions } from './inference/predictor/preprocessing';
export type { FileInput, ReadSampleOptions, SampleInput } from './inference/predictor/sample-input';
export { packPredictor, type PackPredictorOptions } from './inference/predictor/pack-predictor';
export {
  loadPredictor,
  type LoadPredictorOptions,
  type PredictorFiles,
} from './inference/predictor/load-predictor';
export type { SavedModelFormat } from './inference/predictor/manifest';
export { layersModelScorer } from './inference/layers-model-scorer';
export type { LayersModelScorer, Scorer } from './inference/scorer';
export {
  predictWindows,
  windowMap,
  type PredictWindowsOptions,
  type WindowPredictions,
} from './inference/sliding-window';
export { formatSubmission, type SubmissionParts } from './inference/submission';

export { exportOnnx, type ExportOnnxOptions } from './onnx/export-onnx';
export { onnxScorer, type OnnxRuntime, type OnnxScorerOptions } from './inference/onnx-scorer';

export type { ColorMapName } from './explain/color-maps';
export { drawHeatMap, type DrawHeatMapOptions } from './explain/draw-heat-map';
export {
  embedDataset,
  type DatasetEmbeddings,
  type EmbedDatasetOptions,
  type Embeddings,
} from './explain/embed-dataset';
export { embeddingMap, type EmbeddingMapOptions } from './explain/embedding-map';
export { gradCam, type GradCamMap, type GradCamOptions } from './explain/grad-cam';
export type { ClassHeatMap, HeatMap } from './explain/heat-map';
export {
  nearestSamples,
  type EmbeddingMetric,
  type NearestSamples,
  type NearestSamplesOptions,
} from './explain/nearest-samples';
export { occlusionMap, type OcclusionOptions, type ScoreImages } from './explain/occlusion';

export {
  bestAndWorst,
  type BestAndWorstOptions,
  type RankedSample,
} from './metrics/probabilities/best-and-worst';
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
  thresholdCurves,
  type ThresholdCurve,
  type ThresholdCurvesOptions,
  type ThresholdPoint,
} from './thresholds/threshold-curves';
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
