/** Metrics of multi-label predictions, from counts. */
export type { Labels, Scores, Thresholds } from './checks';
export { classReport, type ClassReportOptions, type ClassReportRow } from './class-report';
export { ConfusionCounts, countConfusion, type Confusion, type CountConfusionOptions } from './confusion';
export {
  constantBaselineF1,
  f1PerClass,
  macroF1,
  microF1,
  precisionPerClass,
  recallPerClass,
  type ClassSelection,
  type ConstantBaselineOptions,
  type MacroF1Options,
  type ZeroDivisionOptions,
} from './f1';
