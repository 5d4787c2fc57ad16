/** Metrics of multi-label predictions. */
export type { Labels, Scores, Thresholds } from '../scores/checks';

// From counts.
export type { Average, AverageOptions, ClassSelection, ZeroDivisionOptions } from './counts/averages';
export { classReport, type ClassReportOptions, type ClassReportRow } from './counts/class-report';
export {
  ConfusionCounts,
  countConfusion,
  type Confusion,
  type CountConfusionOptions,
  type SampleOutcome,
} from './counts/confusion';
export { constantBaselineF1, type ConstantBaselineOptions } from './counts/constant-baseline';
export {
  f1PerClass,
  f1Score,
  fBetaPerClass,
  fBetaScore,
  macroF1,
  microF1,
  type BetaOptions,
  type FBetaOptions,
  type FBetaPerClassOptions,
  type MacroF1Options,
} from './counts/f1';
export { hammingLoss } from './counts/hamming-loss';
export { multilabelConfusion, type ClassConfusion } from './counts/multilabel-confusion';
export { precisionPerClass, precisionScore, recallPerClass, recallScore } from './counts/precision-recall';
export { subsetAccuracy } from './counts/subset-accuracy';

// From ranked scores.
export { averagePrecisionPerClass, averagePrecisionScore } from './ranking/average-precision';
export { precisionRecallCurve, type PrecisionRecallCurve } from './ranking/precision-recall-curve';
export type { RankedAverageOptions } from './ranking/ranked-averages';
export { rankScores, type RankedScores, type RankScoresOptions } from './ranking/ranked-scores';
export { rocAucPerClass, rocAucScore } from './ranking/roc-auc';
export { rocCurve, type RocCurve } from './ranking/roc-curve';
export type { ScoreGroups } from './ranking/score-groups';
export { ScoreHistogram, type ScoreHistogramOptions } from './ranking/score-histogram';

// From each sample.
export { coverageError, type RankingOptions } from './ranking/coverage-error';
export { labelRankingAveragePrecision } from './ranking/label-ranking-average-precision';
export { rankingLoss } from './ranking/ranking-loss';
export { RankingMetrics } from './ranking/ranking-metrics';

// Of probabilities.
export {
  brierScore,
  brierScorePerClass,
  SquaredErrors,
  type BrierScoreOptions,
} from './probabilities/brier-score';
export {
  expectedCalibrationError,
  expectedCalibrationErrorPerClass,
  reliabilityCurve,
  type BinStrategy,
  type CalibrationErrorOptions,
  type ReliabilityBin,
  type ReliabilityOptions,
} from './probabilities/reliability';

// Of errors, and of metrics.
export { bootstrapInterval, type BootstrapIntervalOptions } from './resampling/bootstrap-interval';
export type { BootstrapInterval, BootstrapMethod, ResampleOptions } from './resampling/bootstrap-rows';
export { errorCooccurrence, ErrorCooccurrence } from './counts/error-cooccurrence';
export type { WatchOptions } from './resampling/in-turns';
export type { Metric } from './resampling/metric-rows';
export { pairedTest, type PairedTest, type PairedTestOptions } from './resampling/paired-test';
