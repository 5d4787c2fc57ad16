/** What a report is made of. Every part but the title may be missing, and then its section is too. */
import type { CellImage } from '../image/cell-image';
import type { ErrorCooccurrence } from '../metrics/counts/error-cooccurrence';
import type { ReliabilityBin } from '../metrics/probabilities/reliability';
import type { ThresholdCurve } from '../thresholds/threshold-curves';
import type { WeightHistogram } from '../training/weight-histograms';
import type { Versions } from '../versions';
import type { RangeTestChartOptions } from './range-test-chart';
import type { SearchResults } from './search-results';

/** A label and its value; a number is shown in groups of three or with four significant digits. */
export type ReportFact = readonly [label: string, value: string | number];

/** One epoch of training, such as `trainModel` logs. `null`, NaN and infinities are gaps, so a history read back from JSON does. */
export interface ReportEpoch {
  /** A non-negative integer, larger than the one before. */
  epoch: number;
  /** Mean training loss. */
  loss: number | null;
  /** Validation loss. */
  validLoss?: number | null | undefined;
  /** From 0 to 1. */
  validMacroF1?: number | null | undefined;
  /** From 0 to 1, with thresholds tuned on the validation part itself. */
  validMacroF1Tuned?: number | null | undefined;
  /** Learning rate at its end. */
  learningRate?: number | null | undefined;
  /** Images trained on a second. */
  imagesPerSecond?: number | null | undefined;
  /** How long it took. */
  seconds?: number | null | undefined;
}

/** One step of training. `null`, NaN and infinities are gaps. */
export interface ReportStep {
  /** A non-negative integer, larger than the one before. */
  step: number;
  /** Learning rate of the step. */
  learningRate?: number | null | undefined;
  /** Loss of its batch. */
  loss?: number | null | undefined;
}

/** How far the probabilities of one class, or of all together, can be trusted. */
export interface ReportCalibration {
  /** What was calibrated, and how. */
  name: string;
  /** Of the model's own probabilities: a class's part of `reliabilityCurve`. */
  before: readonly ReliabilityBin[];
  /** Of the same samples' calibrated probabilities. */
  after?: readonly ReliabilityBin[] | undefined;
  /** The expected calibration error of the model's own probabilities, from 0 to 1. */
  errorBefore: number;
  /** That of the calibrated ones. */
  errorAfter?: number | undefined;
}

/** Which class is predicted where another is missed. */
export interface ReportConfusions {
  /** What `errorCooccurrence` gives. */
  errors: Pick<ErrorCooccurrence, 'numClasses' | 'mistaken' | 'missedTogether'>;
  /** The classes' names, in their order. */
  classes: readonly string[];
}

/** How the model's weights are distributed, and how they were before training. */
export interface ReportWeights {
  /** When it was done. */
  after: readonly WeightHistogram[];
  /** Matched by name. */
  before?: readonly WeightHistogram[] | undefined;
}

/** The scores of one class on the test part, such as a row of `classReport`. */
export interface ReportClass {
  /** The class's name. */
  name: string;
  /** From 0 to 1; `null` or NaN where it is not defined. */
  f1: number | null;
  /** From 0 to 1; `null` or NaN where it is not defined. */
  precision: number | null;
  /** From 0 to 1; `null` or NaN where it is not defined. */
  recall: number | null;
  /** How many samples have the class. Without any, its scores are shown as missing. */
  support: number;
  /** From this score on the class is predicted. */
  threshold?: number | null | undefined;
}

/** One image of the gallery. */
export interface ReportSample {
  /** Names the sample. */
  id: string;
  /** 8-bit RGB, or red, green, blue and yellow, which are shown as a composite. Kept at its size. */
  image: CellImage;
  /** Leave out where unknown: predictions are then shown without judging them. */
  trueLabels?: readonly string[] | undefined;
  /** Names of the classes predicted. */
  predictedLabels: readonly string[];
  /** Shown beside the labels; the highest of the others are listed below them. */
  scores?: readonly { label: string; score: number }[] | undefined;
  /** How wrong the prediction is, such as `bestAndWorst` says. */
  loss?: number | undefined;
}

/** What a report shows; what is left out, it leaves out. */
export interface ReportInput {
  /** Heads the report. */
  title: string;
  /** The few figures that matter, shown large. */
  highlights?: readonly ReportFact[] | undefined;
  /** All else about the run: model, weights, engine, sizes, version, times. */
  summary?: readonly ReportFact[] | undefined;
  /** One entry an epoch. */
  history?: readonly ReportEpoch[] | undefined;
  /** Learning rate and loss, step by step; of many, stretches are averaged. */
  steps?: readonly ReportStep[] | undefined;
  /** What `findLearningRate` gave. */
  rangeTest?: Pick<RangeTestChartOptions, 'rates' | 'losses' | 'smoothed' | 'suggested'> | undefined;
  /** Points of a search and their scores. */
  search?: SearchResults | undefined;
  /** In the order of the classes. */
  classes?: readonly ReportClass[] | undefined;
  /** What `thresholdCurves` gives. */
  thresholdCurves?: readonly ThresholdCurve[] | undefined;
  /** How far probabilities mean what they say. */
  calibration?: readonly ReportCalibration[] | undefined;
  /** Which errors come together. */
  confusions?: ReportConfusions | undefined;
  /** Images with their labels and predictions. */
  samples?: readonly ReportSample[] | undefined;
  /** The samples that were predicted best, the best first. */
  best?: readonly ReportSample[] | undefined;
  /** The samples that were predicted worst, the worst first. */
  worst?: readonly ReportSample[] | undefined;
  /** Weights before training and after it. */
  weights?: ReportWeights | undefined;
  /** A paragraph each. */
  notes?: readonly string[] | undefined;
  /** All that it takes to make the run again, as a plain object; shown as JSON. */
  configuration?: object | undefined;
  /** What `versions` gives, or names and versions of your own. */
  versions?: Versions | Readonly<Record<string, string>> | undefined;
}
