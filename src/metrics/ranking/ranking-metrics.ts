/** How the classes rank within each sample: metrics that need neither a threshold nor other samples. */
import { checkNumClasses, checkSamples, type Labels, type Scores } from '../../scores/checks';

/**
 * Sums that grow batch by batch, of what each sample's ranking is worth. Every metric is the mean over samples, and NaN
 * without one.
 *
 * @throws RangeError unless `numClasses` is a positive integer.
 * @example
 * const ranking = new RankingMetrics(3).add([1, 0, 0, 0, 0, 1], [0.75, 0.5, 1, 1, 0.2, 0.1]);
 * ranking.coverageError; // (2 + 3) / 2 = 2.5
 * ranking.rankingLoss; // (1/2 + 2/2) / 2 = 0.75
 * ranking.labelRankingAveragePrecision; // (1/2 + 1/3) / 2 = 0.4167
 */
export class RankingMetrics {
  #samples = 0;
  #coverage = 0;
  #rankingLoss = 0;
  #labelRanking = 0;
  #averagePrecision = 0;
  #rocAuc = 0;

  /** @param numClasses - classes a sample has a label and a score for */
  constructor(readonly numClasses: number) {
    checkNumClasses(numClasses);
  }

  /** Samples added so far. */
  get samples(): number {
    return this.#samples;
  }

  /** How many classes must be taken from the top to have all that are labelled; 0 for a sample without a label. */
  get coverageError(): number {
    return this.#coverage / this.#samples;
  }

  /**
   * The share of a sample's pairs of a labelled and another class in which the other one scores as high or higher. A
   * sample without such a pair counts as 0.
   */
  get rankingLoss(): number {
    return this.#rankingLoss / this.#samples;
  }

  /**
   * The share of labelled classes among those that score as high or higher than a labelled one, averaged over a
   * sample's labelled ones. A sample without a label counts as 1.
   */
  get labelRankingAveragePrecision(): number {
    return this.#labelRanking / this.#samples;
  }

  /** Average precision of each sample's classes. As the last one, but a sample without a label counts as 0. */
  get averagePrecision(): number {
    return this.#averagePrecision / this.#samples;
  }

  /** ROC AUC of each sample's classes. NaN once a sample has no class labelled, or all. */
  get rocAuc(): number {
    return this.#rocAuc / this.#samples;
  }

  /**
   * Adds more samples.
   *
   * @param labels - 0 or 1, row-major `[samples, numClasses]`
   * @param scores - as many, probabilities or logits
   * @throws RangeError for a wrong number of labels or scores, HpaError `label-invalid` for a label other than 0 and 1,
   * `score-invalid` for NaN. Nothing is added then.
   */
  add(labels: Labels, scores: Scores): this {
    const samples = checkSamples(labels, scores, this.numClasses);
    for (let row = 0; row < samples; row++) this.#addSample(labels, scores, row * this.numClasses);
    this.#samples += samples;
    return this;
  }

  #addSample(labels: Labels, scores: Scores, start: number): void {
    const end = start + this.numClasses;
    let [labelled, coverage, misordered, tied, precisions] = [0, 0, 0, 0, 0];
    for (let i = start; i < end; i++) {
      if (labels[i] !== 1) continue;
      const score = scores[i]!;
      // How many classes score as high or higher, how many of these are labelled, and how many others just as high.
      let [rank, right, equal] = [0, 0, 0];
      for (let j = start; j < end; j++) {
        if (scores[j]! < score) continue;
        rank++;
        if (labels[j] === 1) right++;
        else if (scores[j] === score) equal++;
      }
      labelled++;
      coverage = Math.max(coverage, rank);
      misordered += rank - right;
      tied += equal;
      precisions += right / rank;
    }
    const pairs = labelled * (this.numClasses - labelled);
    this.#coverage += coverage;
    this.#rankingLoss += pairs === 0 ? 0 : misordered / pairs;
    this.#labelRanking += labelled === 0 ? 1 : precisions / labelled;
    this.#averagePrecision += labelled === 0 ? 0 : precisions / labelled;
    this.#rocAuc += 1 - (misordered - tied / 2) / pairs;
  }
}
