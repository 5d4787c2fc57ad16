/** How much of what ranks above a labelled class is labelled too. */
import type { Labels, Scores } from '../../scores/checks';
import type { RankingOptions } from './coverage-error';
import { RankingMetrics } from './ranking-metrics';

/**
 * Label ranking average precision: the share of labelled classes among those that score as high or higher than a
 * labelled one, averaged over a sample's labelled classes and then over samples, in 0–1. A sample without a label, or
 * with all, counts as 1. Takes and throws what `coverageError` does.
 *
 * @see `label_ranking_average_precision_score` of scikit-learn, which gives the same
 * @example
 * labelRankingAveragePrecision([1, 0, 0, 0, 0, 1], [0.75, 0.5, 1, 1, 0.2, 0.1], { numClasses: 3 });
 * // (1/2 + 1/3) / 2 = 0.4167
 */
export function labelRankingAveragePrecision(
  labels: Labels,
  scores: Scores,
  { numClasses }: RankingOptions,
): number {
  return new RankingMetrics(numClasses).add(labels, scores).labelRankingAveragePrecision;
}
