/** Ranked scores in bins: of bounded size, however many samples there are. */
import {
  checkClassIndex,
  checkNumClasses,
  checkPositiveInteger,
  checkSamples,
  scoreRangeError,
  type Labels,
  type Scores,
} from '../../scores/checks';
import type { RankedScores } from './ranked-scores';
import { RankingMetrics } from './ranking-metrics';
import type { ScoreGroups } from './score-groups';

/** Options of `ScoreHistogram`. */
export interface ScoreHistogramOptions {
  /**
   * How many bins of one width the range is cut into.
   * @default 1024
   */
  bins?: number;
  /**
   * The lowest and the highest score that may come.
   * @default [0, 1]
   */
  range?: readonly [lower: number, upper: number];
}

/**
 * Ranked scores that grow batch by batch, in 16 bytes for each class and bin. A bin holds what is at or above its lower
 * end and below the next one's, the last one also the upper end of the range; its scores count as equal.
 *
 * Curves are exact at the lower ends of bins. ROC AUC is off by at most half of the share of those pairs of a positive
 * and a negative that are in one bin. All is exact where every score is the lower end of a bin, and so are averages over
 * samples, whatever the scores.
 *
 * @throws RangeError unless `numClasses` and `bins` are positive integers and the range is of two finite numbers, the
 * lower one first.
 * @example
 * const histogram = new ScoreHistogram(28);
 * for (const { labels, scores } of batches) histogram.add(labels, scores);
 * averagePrecisionScore(histogram);
 */
export class ScoreHistogram implements RankedScores {
  /** Bins a class has. */
  readonly bins: number;
  /** Scores that the bins divide between them. */
  readonly range: readonly [lower: number, upper: number];
  /** Where bins begin, and at last where the range ends. */
  readonly #edges: Float64Array;
  /** `[numClasses, bins, label]` */
  readonly #counts: Float64Array;
  readonly #withinSamples: RankingMetrics;

  constructor(
    /** Classes a sample has a label and a score for. */
    readonly numClasses: number,
    options: ScoreHistogramOptions = {},
  ) {
    const { bins = 1024, range = [0, 1] } = options;
    checkNumClasses(numClasses);
    checkPositiveInteger('bins', bins);
    const [lower, upper] = range;
    if (!(Number.isFinite(upper - lower) && lower < upper)) {
      throw new RangeError(
        `range must be two finite numbers, the lower one first. Received ${lower}, ${upper}`,
      );
    }
    this.bins = bins;
    this.range = [lower, upper];
    this.#edges = Float64Array.from({ length: bins + 1 }, (_, bin) => lower + (bin * (upper - lower)) / bins);
    this.#counts = new Float64Array(numClasses * bins * 2);
    this.#withinSamples = new RankingMetrics(numClasses);
  }

  get samples(): number {
    return this.#withinSamples.samples;
  }

  /**
   * Counts more samples.
   *
   * @param labels - 0 or 1, row-major `[samples, numClasses]`
   * @param scores - as many, within the range
   * @throws RangeError for a wrong number of labels or scores, HpaError `label-invalid` for a label other than 0 and 1,
   * `score-invalid` for NaN or a score outside the range. Nothing is counted then.
   */
  add(labels: Labels, scores: Scores): this {
    const { numClasses, bins, range } = this;
    const [lower, upper] = range;
    checkSamples(labels, scores, numClasses);
    for (let index = 0; index < scores.length; index++) {
      const score = scores[index]!;
      if (score < lower || score > upper) throw scoreRangeError(score, index, numClasses, range);
    }
    for (let index = 0, k = 0; index < scores.length; index++) {
      this.#counts[2 * (k * bins + this.#findBin(scores[index]!)) + labels[index]!]!++;
      if (++k === numClasses) k = 0;
    }
    this.#withinSamples.add(labels, scores);
    return this;
  }

  groups(k: number): ScoreGroups {
    checkClassIndex(k, this.numClasses);
    return this.#groupBins([k]);
  }

  pooledGroups(): ScoreGroups {
    return this.#groupBins(Array.from({ length: this.numClasses }, (_, k) => k));
  }

  withinSamples(): RankingMetrics {
    return this.#withinSamples;
  }

  #findBin(score: number): number {
    const [lower, upper] = this.range;
    const last = this.bins - 1;
    let bin = Math.min(last, Math.floor(((score - lower) / (upper - lower)) * this.bins));
    // Rounding may lead to the neighbour; the bins' ends decide, as they are the thresholds of the curves.
    if (score < this.#edges[bin]!) bin--;
    else if (bin < last && score >= this.#edges[bin + 1]!) bin++;
    return bin;
  }

  #groupBins(classes: readonly number[]): ScoreGroups {
    const total = (bin: number, label: number) =>
      classes.reduce((sum, k) => sum + this.#counts[2 * (k * this.bins + bin) + label]!, 0);
    const groups = Array.from({ length: this.bins }, (_, bin) => ({
      score: this.#edges[bin]!,
      positives: total(bin, 1),
      negatives: total(bin, 0),
    }))
      .filter(({ positives, negatives }) => positives + negatives > 0)
      .reverse();
    return {
      scores: Float64Array.from(groups, ({ score }) => score),
      positives: Float64Array.from(groups, ({ positives }) => positives),
      negatives: Float64Array.from(groups, ({ negatives }) => negatives),
    };
  }
}
