/** Counts of right and wrong predictions for each class: the state from which every metric is computed. */
import {
  checkNumClasses,
  countSamples,
  labelError,
  scoreError,
  thresholdPerClass,
  type Labels,
  type Scores,
  type Thresholds,
} from '../../scores/checks';

/** How many samples have the same numbers of right and wrong classes. */
export interface SampleOutcome {
  /** Classes labelled and predicted. */
  truePositives: number;
  /** Classes predicted, not labelled. */
  falsePositives: number;
  /** Classes labelled, not predicted. */
  falseNegatives: number;
  /** How many samples came out so. */
  samples: number;
}

/** Counts for each class; each array is `[numClasses]`. */
export interface Confusion {
  /** Classes a sample has a label and a score for. */
  readonly numClasses: number;
  /** How many samples were counted. */
  readonly samples: number;
  /** Labelled and predicted. */
  readonly truePositives: Float64Array;
  /** Predicted, not labelled. */
  readonly falsePositives: Float64Array;
  /** Labelled, not predicted. */
  readonly falseNegatives: Float64Array;
  /** Neither labelled nor predicted. */
  readonly trueNegatives: Float64Array;
  /**
   * How each sample came out: every different outcome once. At most (n + 1)(n + 2)(n + 3) / 6 for n classes, however
   * many samples there are.
   */
  readonly outcomes: readonly SampleOutcome[];
}

/**
 * Counts that grow batch by batch. The result is that of one go over all samples, so a metric of it is exact,
 * never an average over batches.
 *
 * @throws RangeError unless `numClasses` is a positive integer.
 * @example
 * const counts = new ConfusionCounts(28);
 * for (const { labels, scores } of batches) counts.add(labels, scores, thresholds);
 * macroF1(counts);
 */
export class ConfusionCounts implements Confusion {
  readonly truePositives: Float64Array;
  readonly falsePositives: Float64Array;
  readonly falseNegatives: Float64Array;
  readonly trueNegatives: Float64Array;
  /** Samples by outcome, the three counts as the digits of one number. */
  readonly #outcomes = new Map<number, number>();
  #samples = 0;

  /** @param numClasses - classes a sample has a label and a score for */
  constructor(readonly numClasses: number) {
    checkNumClasses(numClasses);
    this.truePositives = new Float64Array(numClasses);
    this.falsePositives = new Float64Array(numClasses);
    this.falseNegatives = new Float64Array(numClasses);
    this.trueNegatives = new Float64Array(numClasses);
  }

  get samples(): number {
    return this.#samples;
  }

  /** In the order of their counts, so that sums over them do not depend on the order of the samples. */
  get outcomes(): SampleOutcome[] {
    const base = this.numClasses + 1;
    return [...this.#outcomes]
      .sort(([a], [b]) => a - b)
      .map(([outcome, samples]) => ({
        truePositives: Math.floor(outcome / base ** 2),
        falsePositives: Math.floor(outcome / base) % base,
        falseNegatives: outcome % base,
        samples,
      }));
  }

  /**
   * Counts more samples.
   *
   * @param labels - 0 or 1, row-major `[samples, numClasses]`
   * @param scores - as many; a score is a positive prediction when it is >= its threshold
   * @param thresholds - one for all classes or one for each, by default 0.5
   * @throws RangeError for a wrong number of labels, scores or thresholds, HpaError `label-invalid` for a label
   * other than 0 and 1, `score-invalid` for NaN. Nothing is counted then.
   */
  add(labels: Labels, scores: Scores, thresholds: Thresholds = 0.5): this {
    const { numClasses } = this;
    const samples = countSamples(labels, scores, numClasses);
    const cuts = thresholdPerClass(thresholds, numClasses);
    // Cells of 2 · label + predicted, so that a bad value in the middle leaves the counts as they were.
    const cells = new Float64Array(4 * numClasses);
    const found = new Map<number, number>();
    const base = numClasses + 1;
    // What each kind of cell adds to a sample's outcome: the digits are true positives, false positives and misses.
    const digits = new Float64Array([0, base, 1, base ** 2]);
    for (let row = 0, index = 0; row < samples; row++) {
      let outcome = 0;
      for (let k = 0; k < numClasses; k++, index++) {
        const label = labels[index]!;
        const score = scores[index]!;
        if (label !== 0 && label !== 1) throw labelError(label, index, numClasses);
        if (Number.isNaN(score)) throw scoreError(index, numClasses);
        const kind = 2 * label + (score >= cuts[k]! ? 1 : 0);
        cells[4 * k + kind]!++;
        outcome += digits[kind]!;
      }
      found.set(outcome, (found.get(outcome) ?? 0) + 1);
    }
    [this.trueNegatives, this.falsePositives, this.falseNegatives, this.truePositives].forEach(
      (counts, cell) => {
        for (let k = 0; k < numClasses; k++) counts[k] = counts[k]! + cells[4 * k + cell]!;
      },
    );
    for (const [outcome, count] of found) {
      this.#outcomes.set(outcome, (this.#outcomes.get(outcome) ?? 0) + count);
    }
    this.#samples += samples;
    return this;
  }
}

/** Options of `countConfusion`. */
export interface CountConfusionOptions {
  /** How many classes a row has. */
  numClasses: number;
  /**
   * From which score on a class is predicted: one for all classes, or one for each.
   * @default 0.5
   */
  thresholds?: Thresholds;
}

/**
 * Counts true and false positives and negatives of each class. A score is a positive prediction when it is
 * >= its threshold.
 *
 * @param labels - 0 or 1, row-major `[samples, numClasses]`
 * @param scores - as many
 * @throws RangeError for a wrong number of labels, scores or thresholds, HpaError `label-invalid` for a label
 * other than 0 and 1, `score-invalid` for NaN.
 * @example
 * const counts = countConfusion([1, 0, 1, 1], [0.9, 0.2, 0.4, 0.6], { numClasses: 2 });
 * counts.truePositives; // [1, 1]
 * counts.falseNegatives; // [1, 0]
 */
export function countConfusion(
  labels: Labels,
  scores: Scores,
  options: CountConfusionOptions,
): ConfusionCounts {
  return new ConfusionCounts(options.numClasses).add(labels, scores, options.thresholds);
}
