/** Equal scores and how they are labelled: what a ranking consists of. */
import { sortScores } from '../../scores/sort-scores';
import type { LabelledScores } from '../../scores/split-by-label';

/** Groups of equal scores, the highest first; no group is empty. */
export interface ScoreGroups {
  /** The score of each group. */
  readonly scores: Float64Array;
  /** How many in the group are labelled 1. */
  readonly positives: Float64Array;
  /** How many in the group are labelled 0. */
  readonly negatives: Float64Array;
}

/** Groups equal scores. Sorts what it is given in place. */
export function groupScores({ positives, negatives }: LabelledScores): ScoreGroups {
  sortScores(positives);
  sortScores(negatives);
  const most = positives.length + negatives.length;
  const [scores, ones, zeros] = [new Float64Array(most), new Float64Array(most), new Float64Array(most)];
  let groups = 0;
  for (let i = positives.length - 1, j = negatives.length - 1; i >= 0 || j >= 0; groups++) {
    // A comparison with a missing score is false.
    const score = i < 0 || negatives[j]! > positives[i]! ? negatives[j]! : positives[i]!;
    const [lastPositive, lastNegative] = [i, j];
    while (i >= 0 && positives[i] === score) i--;
    while (j >= 0 && negatives[j] === score) j--;
    scores[groups] = score;
    ones[groups] = lastPositive - i;
    zeros[groups] = lastNegative - j;
  }
  const [kept, keptOnes, keptZeros] = [scores, ones, zeros].map((values) => values.slice(0, groups));
  return { scores: kept!, positives: keptOnes!, negatives: keptZeros! };
}

/** How many of the groups' scores are labelled 1, and how many 0. */
export function countGroups({ positives, negatives }: ScoreGroups): { positives: number; negatives: number } {
  const sum = (values: Float64Array) => values.reduce((total, value) => total + value, 0);
  return { positives: sum(positives), negatives: sum(negatives) };
}
