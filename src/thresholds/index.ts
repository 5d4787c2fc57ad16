/** Thresholds: tuned on validation scores, kept as JSON, applied to predictions. */
export { applyThresholds, type ApplyThresholdsOptions, type DecisionRule } from './apply-thresholds';
export { findThresholds, type FoundThresholds } from './find-thresholds';
export { matchPriors, type MatchPriorsOptions } from './match-priors';
export type { ThresholdObjective } from './objectives/objective';
export type { FindThresholdsOptions, ThresholdMethod, ThresholdShrinkage } from './options';
export { thresholdsFromJson, thresholdsToJson, type ThresholdsFile } from './thresholds-json';
