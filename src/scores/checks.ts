/** Labels, scores and thresholds as they come in, and the checks that metrics, thresholds and calibration share. */
import { HpaError } from '../errors';

/** Labels, 0 or 1, row-major `[samples, classes]`. */
export type Labels = Uint8Array | readonly number[];

/** Scores, row-major `[samples, classes]`: probabilities or logits, higher is more certain. */
export type Scores = Float32Array | Float64Array | readonly number[];

/** One threshold for all classes, or one for each. A score counts as positive when it is >= its threshold. */
export type Thresholds = number | Float32Array | Float64Array | readonly number[];

/** Throws a RangeError unless `numClasses` is a positive integer. */
export function checkNumClasses(numClasses: number): void {
  checkPositiveInteger('numClasses', numClasses);
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

/**
 * The number of samples, once every label and score was looked at. Throws as `countSamples`, HpaError `label-invalid`
 * for a label other than 0 and 1, `score-invalid` for NaN.
 */
export function checkSamples(labels: Labels, scores: Scores, numClasses: number): number {
  const samples = countSamples(labels, scores, numClasses);
  for (let index = 0; index < labels.length; index++) {
    const label = labels[index]!;
    if (label !== 0 && label !== 1) throw labelError(label, index, numClasses);
    if (Number.isNaN(scores[index]!)) throw scoreError(index, numClasses);
  }
  return samples;
}

/** A copy of the scores: float32 stay float32, all else becomes doubles. */
export function copyScores(scores: Scores): Float32Array | Float64Array {
  return scores instanceof Float32Array ? scores.slice() : Float64Array.from(scores);
}

/** Throws a RangeError unless `k` is the index of a class. */
export function checkClassIndex(k: number, numClasses: number): void {
  if (!(Number.isInteger(k) && k >= 0 && k < numClasses)) {
    throw new RangeError(`k must be a class index in 0 to ${numClasses - 1}. Received ${String(k)}`);
  }
}

/** Throws a TypeError unless an option is one of two or three words. */
export function checkOneOf(name: string, value: string, words: readonly string[]): void {
  if (words.includes(value)) return;
  const quoted = words.map((word) => `'${word}'`);
  const list = `${quoted.slice(0, -1).join(', ')} or ${quoted.at(-1)!}`;
  throw new TypeError(`${name} must be ${list}. Received ${value}`);
}

/** Throws a RangeError unless the value is a positive integer. */
export function checkPositiveInteger(name: string, value: number): void {
  if (!Number.isInteger(value) || value < 1) {
    throw new RangeError(`${name} must be a positive integer. Received ${String(value)}`);
  }
}

/** The error for a label that is neither 0 nor 1. */
export function labelError(value: number, index: number, numClasses: number): HpaError {
  return new HpaError(
    'label-invalid',
    `labels must be 0 or 1. Received ${value} at ${placeOf(index, numClasses)}`,
  );
}

/** The error for a score that is NaN. */
export function scoreError(index: number, numClasses: number): HpaError {
  return new HpaError(
    'score-invalid',
    `scores must be numbers. Received NaN at ${placeOf(index, numClasses)}: has the training diverged, or does the image hold NaN?`,
  );
}

/** The error for a score outside the range that it must lie in. */
export function scoreRangeError(
  score: number,
  index: number,
  numClasses: number,
  [lower, upper]: readonly [number, number],
): HpaError {
  return new HpaError(
    'score-invalid',
    `scores must lie in ${lower} to ${upper}. Received ${score} at ${placeOf(index, numClasses)}: are they logits?`,
  );
}

/** Names the sample and the class of a score. */
export function placeOf(index: number, numClasses: number): string {
  return `sample row ${Math.floor(index / numClasses)}, class ${index % numClasses} (both counted from 0)`;
}
