/** Which errors come together: what is predicted where a class is missed. */
import {
  checkNumClasses,
  checkSamples,
  thresholdPerClass,
  type Labels,
  type Scores,
  type Thresholds,
} from '../../scores/checks';
import type { CountConfusionOptions } from './confusion';

/**
 * Counts of errors that come together, growing batch by batch. Each matrix is `[numClasses, numClasses]`, row-major:
 * that of classes i and j is at `i * numClasses + j`.
 *
 * @throws RangeError unless `numClasses` is a positive integer.
 * @example
 * const errors = new ErrorCooccurrence(28);
 * for (const { labels, scores } of batches) errors.add(labels, scores, thresholds);
 * errors.mistaken[4 * 28 + 7]; // in how many samples class 4 was missed and class 7 wrongly predicted
 */
export class ErrorCooccurrence {
  /**
   * In how many samples class i was missed and class j wrongly predicted. The diagonal is 0: of one class and sample only
   * one can be.
   */
  readonly mistaken: Float64Array;
  /** In how many samples classes i and j were both missed. Symmetric; the diagonal is how often class i was missed. */
  readonly missedTogether: Float64Array;
  /**
   * In how many samples classes i and j were both wrongly predicted. Symmetric; the diagonal is how often class i was
   * wrongly predicted.
   */
  readonly wronglyPredictedTogether: Float64Array;
  #samples = 0;

  /** @param numClasses - classes a sample has a label and a score for */
  constructor(readonly numClasses: number) {
    checkNumClasses(numClasses);
    this.mistaken = new Float64Array(numClasses ** 2);
    this.missedTogether = new Float64Array(numClasses ** 2);
    this.wronglyPredictedTogether = new Float64Array(numClasses ** 2);
  }

  /** Samples added so far. */
  get samples(): number {
    return this.#samples;
  }

  /**
   * Counts more samples.
   *
   * @param labels - 0 or 1, row-major `[samples, numClasses]`
   * @param scores - as many, or predictions of 0 and 1; a score is a positive prediction when it is >= its threshold
   * @param thresholds - one for all classes or one for each, by default 0.5
   * @throws RangeError for a wrong number of labels, scores or thresholds, HpaError `label-invalid` for a label other than
   * 0 and 1, `score-invalid` for NaN. Nothing is counted then.
   */
  add(labels: Labels, scores: Scores, thresholds: Thresholds = 0.5): this {
    const { numClasses } = this;
    const samples = checkSamples(labels, scores, numClasses);
    const cuts = thresholdPerClass(thresholds, numClasses);
    for (let row = 0, index = 0; row < samples; row++) {
      const missed: number[] = [];
      const wrong: number[] = [];
      for (let k = 0; k < numClasses; k++, index++) {
        const isPredicted = scores[index]! >= cuts[k]!;
        if (labels[index] === 1 && !isPredicted) missed.push(k);
        else if (labels[index] === 0 && isPredicted) wrong.push(k);
      }
      this.#countPairs(this.mistaken, missed, wrong);
      this.#countPairs(this.missedTogether, missed, missed);
      this.#countPairs(this.wronglyPredictedTogether, wrong, wrong);
    }
    this.#samples += samples;
    return this;
  }

  #countPairs(matrix: Float64Array, rows: readonly number[], columns: readonly number[]): void {
    for (const i of rows) for (const j of columns) matrix[i * this.numClasses + j]!++;
  }
}

/**
 * Counts which errors come together: classes missed while others are wrongly predicted, missed together, and wrongly
 * predicted together. High counts beside the diagonal show which classes a model mistakes for which.
 *
 * @param labels - 0 or 1, row-major `[samples, numClasses]`
 * @param scores - as many, or predictions of 0 and 1; a score is a positive prediction when it is >= its threshold
 * @throws RangeError for a wrong number of labels, scores or thresholds, HpaError `label-invalid` for a label other than
 * 0 and 1, `score-invalid` for NaN.
 * @example
 * const errors = errorCooccurrence([1, 0, 1, 0], [0.2, 0.9, 0.8, 0.7], { numClasses: 2 });
 * errors.mistaken; // [0, 1, 0, 0]: where class 0 was missed, class 1 was predicted, once
 * errors.missedTogether; // [1, 0, 0, 0]
 * errors.wronglyPredictedTogether; // [0, 0, 0, 2]
 */
export function errorCooccurrence(
  labels: Labels,
  scores: Scores,
  options: CountConfusionOptions,
): ErrorCooccurrence {
  return new ErrorCooccurrence(options.numClasses).add(labels, scores, options.thresholds);
}
