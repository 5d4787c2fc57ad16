/** The isotonic regression of one class, by pooling adjacent violators. */
import { sortScores } from '../scores/sort-scores';
import type { LabelledScores } from '../scores/split-by-label';
import type { IsotonicCalibration } from './calibration';

/** Neighbouring scores that share a probability. */
interface Block {
  lowest: number;
  highest: number;
  positives: number;
  count: number;
}

/**
 * The never falling function of the score with the least squared error to the labels. Equal scores count as one with
 * their share of positives. Of scores in a row with one probability only the first and the last become knots.
 *
 * Sorts `scores` in place.
 *
 * @see Zadrozny and Elkan, Transforming classifier scores into accurate multiclass probability estimates, 2002
 */
export function fitIsotonic(scores: LabelledScores): IsotonicCalibration {
  const blocks = poolViolators(sortScores(scores.positives), sortScores(scores.negatives));
  const knots = blocks.flatMap(({ lowest, highest, positives, count }) => {
    const probability = positives / count;
    return lowest === highest
      ? [[lowest, probability]]
      : [
          [lowest, probability],
          [highest, probability],
        ];
  });
  return {
    method: 'isotonic',
    scores: knots.map(([score]) => score!),
    probabilities: knots.map(([, probability]) => probability!),
  };
}

function poolViolators(positives: ArrayLike<number>, negatives: ArrayLike<number>): Block[] {
  const blocks: Block[] = [];
  let [p, n] = [0, 0];
  while (p < positives.length || n < negatives.length) {
    const score = Math.min(positives[p] ?? Infinity, negatives[n] ?? Infinity);
    const [firstPositive, firstNegative] = [p, n];
    while (positives[p] === score) p++;
    while (negatives[n] === score) n++;
    // + 0 turns −0 into 0, which JSON would do too.
    const block: Block = {
      lowest: score + 0,
      highest: score + 0,
      positives: p - firstPositive,
      count: p - firstPositive + n - firstNegative,
    };
    for (let last = blocks.at(-1); last && !isBelow(last, block); last = blocks.at(-1)) {
      blocks.pop();
      block.lowest = last.lowest;
      block.positives += last.positives;
      block.count += last.count;
    }
    blocks.push(block);
  }
  return blocks;
}

/** Whether the share of positives rises from one block to the next; in whole numbers, so that equals are equal. */
function isBelow(lower: Block, upper: Block): boolean {
  return lower.positives * upper.count < upper.positives * lower.count;
}
