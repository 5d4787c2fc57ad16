/** Scores in the order of their height: the state from which threshold-free metrics are computed. */
import { checkClassIndex, checkSamples, copyScores, type Labels, type Scores } from '../../scores/checks';
import { splitByLabel } from '../../scores/split-by-label';
import { RankingMetrics } from './ranking-metrics';
import { groupScores, type ScoreGroups } from './score-groups';

/** What is known of ranked scores: exactly by `rankScores`, in bins by `ScoreHistogram`. */
export interface RankedScores {
  /** Classes a sample has a label and a score for. */
  readonly numClasses: number;
  /** How many samples were ranked. */
  readonly samples: number;
  /** The scores of class `k`; a RangeError where there is no such class. */
  groups(k: number): ScoreGroups;
  /** The scores of all classes, as those of one class. */
  pooledGroups(): ScoreGroups;
  /** How the classes rank within each sample. */
  withinSamples(): RankingMetrics;
}

/** Options of `rankScores`. */
export interface RankScoresOptions {
  /** How many classes a row has. */
  numClasses: number;
}

/**
 * Ranks scores exactly, ties included. It keeps a copy of the scores and sorts a class when first asked for it. Where
 * scores come in batches or don't fit into memory, use `ScoreHistogram`.
 *
 * @param labels - 0 or 1, row-major `[samples, numClasses]`
 * @param scores - as many, probabilities or logits; float32 are sorted several times faster than doubles
 * @throws RangeError for a wrong number of labels or scores, HpaError `label-invalid` for a label other than 0 and 1,
 * `score-invalid` for NaN.
 * @example
 * const ranked = rankScores([1, 0, 1, 0], [0.9, 0.2, 0.4, 0.2], { numClasses: 1 });
 * ranked.groups(0); // { scores: [0.9, 0.4, 0.2], positives: [1, 1, 0], negatives: [0, 0, 2] }
 * averagePrecisionScore(ranked); // 1
 */
export function rankScores(labels: Labels, scores: Scores, { numClasses }: RankScoresOptions): RankedScores {
  const samples = checkSamples(labels, scores, numClasses);
  const ownLabels = Uint8Array.from(labels);
  const ownScores = copyScores(scores);
  const split = (shared: boolean) => splitByLabel(ownLabels, ownScores, numClasses, shared, acceptScore);
  let columns: ReturnType<typeof split> | undefined;
  let pooled: ScoreGroups | undefined;
  let ranking: RankingMetrics | undefined;
  const grouped: ScoreGroups[] = [];
  return {
    numClasses,
    samples,
    groups(k) {
      checkClassIndex(k, numClasses);
      columns ??= split(false);
      return (grouped[k] ??= groupScores(columns[k]!));
    },
    pooledGroups: () => (pooled ??= groupScores(split(true)[0]!)),
    withinSamples: () => (ranking ??= new RankingMetrics(numClasses).add(ownLabels, ownScores)),
  };
}

/** They were looked at when copied. */
function acceptScore(): void {
  return;
}
