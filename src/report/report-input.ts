/** What a report is made of. Every part but the title may be missing, and then its section is too. */
import type { CellImage } from '../image/cell-image';
import { checkImage } from '../image/check-image';

/** A label and its value; a number is shown in groups of three or with four significant digits. */
export type ReportFact = readonly [label: string, value: string | number];

/** One epoch of training, such as `trainModel` logs. `null`, NaN and infinities are gaps, so a history read back from JSON does. */
export interface ReportEpoch {
  /** A non-negative integer, larger than the one before. */
  epoch: number;
  loss: number | null;
  validLoss?: number | null | undefined;
  /** From 0 to 1. */
  validMacroF1?: number | null | undefined;
  /** From 0 to 1, with thresholds tuned on the validation part itself. */
  validMacroF1Tuned?: number | null | undefined;
  learningRate?: number | null | undefined;
  imagesPerSecond?: number | null | undefined;
  seconds?: number | null | undefined;
}

/** The scores of one class on the test part, such as a row of `classReport`. */
export interface ReportClass {
  name: string;
  /** From 0 to 1; `null` or NaN where it is not defined. */
  f1: number | null;
  /** From 0 to 1; `null` or NaN where it is not defined. */
  precision: number | null;
  /** From 0 to 1; `null` or NaN where it is not defined. */
  recall: number | null;
  /** How many samples have the class. Without any, its scores are shown as missing. */
  support: number;
  threshold?: number | null | undefined;
}

/** One image of the gallery. */
export interface ReportSample {
  id: string;
  /** 8-bit RGB, or red, green, blue and yellow, which are shown as a composite. Kept at its size. */
  image: CellImage;
  /** Leave out where unknown: predictions are then shown without judging them. */
  trueLabels?: readonly string[] | undefined;
  predictedLabels: readonly string[];
  /** Shown beside the labels; the highest of the others are listed below them. */
  scores?: readonly { label: string; score: number }[] | undefined;
}

export interface ReportInput {
  title: string;
  /** The few figures that matter, shown large. */
  highlights?: readonly ReportFact[] | undefined;
  /** All else about the run: model, weights, engine, sizes, version, times. */
  summary?: readonly ReportFact[] | undefined;
  history?: readonly ReportEpoch[] | undefined;
  /** In the order of the classes. */
  classes?: readonly ReportClass[] | undefined;
  samples?: readonly ReportSample[] | undefined;
  /** A paragraph each. */
  notes?: readonly string[] | undefined;
}

/** @throws TypeError or RangeError naming the field that is wrong. */
export function checkReportInput(input: ReportInput): void {
  if (typeof (input as ReportInput | undefined)?.title !== 'string')
    throw new TypeError(
      `title must be a string. Received ${String((input as ReportInput | undefined)?.title)}`,
    );
  input.history?.forEach(({ epoch, validMacroF1, validMacroF1Tuned }, index, history) => {
    checkCount(`history[${index}].epoch`, epoch);
    checkFraction(`history[${index}].validMacroF1`, validMacroF1);
    checkFraction(`history[${index}].validMacroF1Tuned`, validMacroF1Tuned);
    const before = history[index - 1]?.epoch ?? -1;
    if (epoch <= before)
      throw new RangeError(
        `history[${index}].epoch must be larger than the one before. Received ${epoch} after ${before}`,
      );
  });
  input.classes?.forEach(({ f1, precision, recall, support }, index) => {
    checkCount(`classes[${index}].support`, support);
    for (const [name, value] of Object.entries({ f1, precision, recall }))
      checkFraction(`classes[${index}].${name}`, value);
  });
  input.samples?.forEach(({ image }, index) => {
    if (image.channels !== 3 && image.channels !== 4)
      throw new RangeError(`samples[${index}].image must have 3 or 4 channels. Received ${image.channels}`);
    checkImage(image);
  });
}

function checkCount(name: string, value: number): void {
  if (!Number.isInteger(value) || value < 0)
    throw new RangeError(`${name} must be a non-negative integer. Received ${value}`);
}

function checkFraction(name: string, value: number | null | undefined): void {
  if (typeof value === 'number' && (value < 0 || value > 1))
    throw new RangeError(`${name} must be between 0 and 1. Received ${value}`);
}
