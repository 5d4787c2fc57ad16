/** The share of pairs of classes in the wrong order. */
import type { Labels, Scores } from '../../scores/checks';
import type { RankingOptions } from './coverage-error';
import { RankingMetrics } from './ranking-metrics';

/**
 * Ranking loss: the share of a sample's pairs of a labelled and another class in which the other one scores as high or
 * higher, averaged over samples, in 0–1. A sample without such a pair counts as 0. Takes and throws what
 * `coverageError` does.
 *
 * @see `label_ranking_loss` of scikit-learn, which gives the same
 * @example
 * rankingLoss([1, 0, 0, 0, 0, 1], [0.75, 0.5, 1, 1, 0.2, 0.1], { numClasses: 3 }); // (1/2 + 2/2) / 2 = 0.75
 */
export function rankingLoss(labels: Labels, scores: Scores, { numClasses }: RankingOptions): number {
  return new RankingMetrics(numClasses).add(labels, scores).rankingLoss;
}
