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
} from './checks';

/** Counts for each class; each array is `[numClasses]`. */
export interface Confusion {
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
  #samples = 0;

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
    for (let index = 0, k = 0; index < labels.length; index++) {
      const label = labels[index]!;
      const score = scores[index]!;
      if (label !== 0 && label !== 1) throw labelError(label, index, numClasses);
      if (Number.isNaN(score)) throw scoreError(index, numClasses);
      const cell = 4 * k + 2 * label + (score >= cuts[k]! ? 1 : 0);
      cells[cell] = cells[cell]! + 1;
      if (++k === numClasses) k = 0;
    }
    [this.trueNegatives, this.falsePositives, this.falseNegatives, this.truePositives].forEach(
      (counts, cell) => {
        for (let k = 0; k < numClasses; k++) counts[k] = counts[k]! + cells[4 * k + cell]!;
      },
    );
    this.#samples += samples;
    return this;
  }
}

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
