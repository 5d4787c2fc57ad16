/** Metrics of each sample's ranking, in one go. */
import type { Labels, Scores } from '../../scores/checks';
import { RankingMetrics } from './ranking-metrics';

/** Options of the metrics that rank the classes of a sample. */
export interface RankingOptions {
  /** How many classes a row has. */
  numClasses: number;
}

/**
 * Coverage error: how many of a sample's classes must be taken, from the highest score down, to have all that are
 * labelled, averaged over samples. At best it is the mean number of labels; a sample without a label counts as 0.
 *
 * Takes labels, 0 or 1, and scores, row-major `[samples, numClasses]`. Of samples that come in batches, use
 * `RankingMetrics`. Without a sample it is NaN.
 *
 * @throws RangeError for a wrong number of labels or scores, HpaError `label-invalid` for a label other than 0 and 1,
 * `score-invalid` for NaN.
 * @see `coverage_error` of scikit-learn, which gives the same
 * @example
 * coverageError([1, 0, 0, 0, 0, 1], [0.75, 0.5, 1, 1, 0.2, 0.1], { numClasses: 3 }); // (2 + 3) / 2 = 2.5
 */
export function coverageError(labels: Labels, scores: Scores, { numClasses }: RankingOptions): number {
  return new RankingMetrics(numClasses).add(labels, scores).coverageError;
}
