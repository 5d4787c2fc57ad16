/** Metrics of multi-label predictions. */
export type { Labels, Scores, Thresholds } from '../scores/checks';

// From counts.
export type { Average, AverageOptions, ClassSelection, ZeroDivisionOptions } from './averages';
export { classReport, type ClassReportOptions, type ClassReportRow } from './class-report';
export {
  ConfusionCounts,
  countConfusion,
  type Confusion,
  type CountConfusionOptions,
  type SampleOutcome,
} from './confusion';
export { constantBaselineF1, type ConstantBaselineOptions } from './constant-baseline';
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
} from './f1';
export { hammingLoss } from './hamming-loss';
export { multilabelConfusion, type ClassConfusion } from './multilabel-confusion';
export { precisionPerClass, precisionScore, recallPerClass, recallScore } from './precision-recall';
export { subsetAccuracy } from './subset-accuracy';

// From ranked scores.
export { averagePrecisionPerClass, averagePrecisionScore } from './average-precision';
export { precisionRecallCurve, type PrecisionRecallCurve } from './precision-recall-curve';
export type { RankedAverageOptions } from './ranked-averages';
export { rankScores, type RankedScores, type RankScoresOptions } from './ranked-scores';
export { rocAucPerClass, rocAucScore } from './roc-auc';
export { rocCurve, type RocCurve } from './roc-curve';
export type { ScoreGroups } from './score-groups';
export { ScoreHistogram, type ScoreHistogramOptions } from './score-histogram';

// From each sample.
export { coverageError, type RankingOptions } from './coverage-error';
export { labelRankingAveragePrecision } from './label-ranking-average-precision';
export { rankingLoss } from './ranking-loss';
export { RankingMetrics } from './ranking-metrics';

// Of probabilities.
export { brierScore, brierScorePerClass, SquaredErrors, type BrierScoreOptions } from './brier-score';
export {
  expectedCalibrationError,
  expectedCalibrationErrorPerClass,
  reliabilityCurve,
  type BinStrategy,
  type CalibrationErrorOptions,
  type ReliabilityBin,
  type ReliabilityOptions,
} from './reliability';

// Of errors, and of metrics.
export { bootstrapInterval, type BootstrapIntervalOptions } from './bootstrap-interval';
export type { BootstrapInterval, BootstrapMethod, ResampleOptions } from './bootstrap-rows';
export { errorCooccurrence, ErrorCooccurrence } from './error-cooccurrence';
export type { WatchOptions } from './in-turns';
export type { Metric } from './metric-rows';
export { pairedTest, type PairedTest, type PairedTestOptions } from './paired-test';
