/** How far probabilities lie from the labels, squared. */
import { checkScore } from '../../scores/check-score';
import { checkNumClasses, checkSamples, type Labels, type Scores } from '../../scores/checks';

/** Options of `brierScore`. */
export interface BrierScoreOptions {
  /** How many classes a row has. */
  numClasses: number;
}

/**
 * Squared errors of probabilities that grow batch by batch, for the Brier score.
 *
 * @throws RangeError unless `numClasses` is a positive integer.
 * @example
 * const errors = new SquaredErrors(2);
 * for (const { labels, probabilities } of batches) errors.add(labels, probabilities);
 * errors.brierScore;
 */
export class SquaredErrors {
  readonly #sums: Float64Array;
  #samples = 0;

  /** @param numClasses - classes a sample has a label and a score for */
  constructor(readonly numClasses: number) {
    checkNumClasses(numClasses);
    this.#sums = new Float64Array(numClasses);
  }

  /** Samples added so far. */
  get samples(): number {
    return this.#samples;
  }

  /** The Brier score of each class, `[numClasses]`. */
  get brierScorePerClass(): Float64Array {
    return this.#sums.map((sum) => sum / this.#samples);
  }

  /** The mean of the classes' Brier scores. */
  get brierScore(): number {
    return this.brierScorePerClass.reduce((sum, score) => sum + score, 0) / this.numClasses;
  }

  /**
   * Adds more samples.
   *
   * @param labels - 0 or 1, row-major `[samples, numClasses]`
   * @param probabilities - as many, in 0–1
   * @throws RangeError for a wrong number of labels or probabilities, HpaError `label-invalid` for a label other than 0
   * and 1, `score-invalid` for NaN or a probability outside 0–1. Nothing is added then.
   */
  add(labels: Labels, probabilities: Scores): this {
    const { numClasses } = this;
    const samples = checkSamples(labels, probabilities, numClasses);
    for (let index = 0; index < probabilities.length; index++) {
      checkScore(probabilities[index]!, index, numClasses, 'probabilities');
    }
    for (let index = 0, k = 0; index < labels.length; index++) {
      this.#sums[k]! += (probabilities[index]! - labels[index]!) ** 2;
      if (++k === numClasses) k = 0;
    }
    this.#samples += samples;
    return this;
  }
}

/**
 * Brier score of each class, the mean of (probability − label)², `[numClasses]`, in 0–1, lower being better. Without a
 * sample it is NaN. Of samples that come in batches, use `SquaredErrors`, which says what is taken and thrown.
 *
 * @see `brier_score_loss` of scikit-learn, which gives the same for each column
 * @example
 * brierScorePerClass([1, 0, 1, 1], [0.8, 0.4, 0.6, 0.5], { numClasses: 2 }); // [0.1, 0.205]
 */
export function brierScorePerClass(
  labels: Labels,
  probabilities: Scores,
  { numClasses }: BrierScoreOptions,
): Float64Array {
  return new SquaredErrors(numClasses).add(labels, probabilities).brierScorePerClass;
}

/**
 * Brier score, averaged over classes: the mean of `brierScorePerClass`.
 *
 * @example
 * brierScore([1, 0, 1, 1], [0.8, 0.4, 0.6, 0.5], { numClasses: 2 }); // (0.1 + 0.205) / 2 = 0.1525
 */
export function brierScore(labels: Labels, probabilities: Scores, { numClasses }: BrierScoreOptions): number {
  return new SquaredErrors(numClasses).add(labels, probabilities).brierScore;
}
