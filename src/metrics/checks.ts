/** Checks that metrics and thresholds share. */
import { HpaError } from '../errors';

/** Labels, 0 or 1, row-major `[samples, classes]`. */
export type Labels = Uint8Array | readonly number[];

/** Scores, row-major `[samples, classes]`: probabilities or logits, higher is more certain. */
export type Scores = Float32Array | Float64Array | readonly number[];

/** One threshold for all classes, or one for each. A score counts as positive when it is >= its threshold. */
export type Thresholds = number | Float32Array | Float64Array | readonly number[];

/** Throws a RangeError unless `numClasses` is a positive integer. */
export function checkNumClasses(numClasses: number): void {
  if (!Number.isInteger(numClasses) || numClasses < 1) {
    throw new RangeError(`numClasses must be a positive integer. Received ${String(numClasses)}`);
  }
}

/** The number of rows in `length` values; a RangeError unless they are whole rows. */
export function countRows(what: string, length: number, numClasses: number): number {
  if (length % numClasses !== 0) {
    throw new RangeError(
      `${what} must hold whole rows of ${numClasses} classes. Received ${length} values, ${length % numClasses} too many`,
    );
  }
  return length / numClasses;
}

/** The number of samples; a RangeError unless labels and scores are both whole rows and as many. */
export function countSamples(labels: Labels, scores: Scores, numClasses: number): number {
  checkNumClasses(numClasses);
  if (labels.length !== scores.length) {
    throw new RangeError(
      `labels and scores must have one length. Received ${labels.length} labels and ${scores.length} scores`,
    );
  }
  return countRows('labels and scores', labels.length, numClasses);
}

/** A threshold for each class; a RangeError where the number of them is wrong or one is NaN. */
export function thresholdPerClass(thresholds: Thresholds, numClasses: number): Float64Array {
  if (typeof thresholds !== 'number' && thresholds.length !== numClasses) {
    throw new RangeError(
      `thresholds must be a number or have one value for each of the ${numClasses} classes. Received ${thresholds.length} values`,
    );
  }
  const each =
    typeof thresholds === 'number'
      ? new Float64Array(numClasses).fill(thresholds)
      : Float64Array.from(thresholds);
  const wrong = each.findIndex(Number.isNaN);
  if (wrong !== -1) throw new RangeError(`thresholds must be numbers. Received NaN for class ${wrong}`);
  return each;
}

/** The error for a label that is neither 0 nor 1. */
export function labelError(value: number, index: number, numClasses: number): HpaError {
  return new HpaError(
    'label-invalid',
    `labels must be 0 or 1. Received ${value} at ${at(index, numClasses)}`,
  );
}

/** The error for a score that is NaN. */
export function scoreError(index: number, numClasses: number): HpaError {
  return new HpaError(
    'score-invalid',
    `scores must be numbers. Received NaN at ${at(index, numClasses)}: has the training diverged, or does the image hold NaN?`,
  );
}

function at(index: number, numClasses: number): string {
  return `sample row ${Math.floor(index / numClasses)}, class ${index % numClasses} (both counted from 0)`;
}
