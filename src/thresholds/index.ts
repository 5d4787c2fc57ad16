/** Thresholds: found on validation scores, kept as JSON, applied to predictions. */
export { applyThresholds, type ApplyThresholdsOptions } from './apply-thresholds';
export { findThresholds, type FindThresholdsOptions, type FoundThresholds } from './find-thresholds';
export { thresholdsFromJson, thresholdsToJson, type ThresholdsFile } from './thresholds-json';
