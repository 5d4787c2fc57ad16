/** Cuts of a sorted column: how many scores are predicted, and the threshold that predicts just those. */
import { aboveAll, belowAll, between } from './best-cut';
import type { SortedColumn } from './sorted-columns';

/** The lowest and the highest threshold that may be chosen. */
export interface ThresholdLimits {
  readonly floor: number;
  readonly ceiling: number;
}

/** Whether a threshold within the limits predicts exactly the first `count` scores. Equal scores are not parted. */
export function isCut({ scores }: SortedColumn, count: number, { floor, ceiling }: ThresholdLimits): boolean {
  const upper = count > 0 ? scores[count - 1]! : Infinity;
  // Any threshold below the lowest score predicts all, -Infinity too.
  if (count === scores.length) return upper >= floor;
  const lower = scores[count]!;
  return lower < upper && upper >= floor && lower < ceiling;
}

/** The threshold that predicts the first `count` scores: in the middle between two scores, moved into the limits. */
export function thresholdOfCut(column: SortedColumn, count: number, limits: ThresholdLimits): number {
  const { scores } = column;
  const upper = scores[count - 1];
  const lower = scores[count];
  let threshold: number;
  if (upper === undefined) threshold = aboveAll(scores[0]!);
  else if (lower === undefined) threshold = belowAll(upper);
  else threshold = between(lower, upper);
  return clamp(threshold, limits);
}

export function clamp(threshold: number, { floor, ceiling }: ThresholdLimits): number {
  return Math.min(Math.max(threshold, floor), ceiling);
}

/**
 * The cut with the highest value, as the number of scores predicted. Of equal ones the cut is taken whose threshold is
 * nearest to `preferred`, then the higher threshold.
 *
 * @param value - of a cut that predicts `count` scores, `truePositives` of them right
 */
export function highestCut(
  column: SortedColumn,
  limits: ThresholdLimits,
  preferred: number,
  value: (truePositives: number, count: number) => number,
): number {
  const { scores, labels } = column;
  let best = -1;
  let bestValue = -Infinity;
  // Of the best cut's threshold; only equals need it.
  let bestDistance = NaN;
  let truePositives = 0;
  for (let count = 0; count <= scores.length; count++) {
    if (count > 0) {
      truePositives += labels[count - 1]!;
      if (count < scores.length && scores[count] === scores[count - 1]) continue;
    }
    const valueHere = value(truePositives, count);
    if (valueHere < bestValue || !isCut(column, count, limits)) continue;
    if (best === -1 || valueHere > bestValue) {
      best = count;
      bestValue = valueHere;
      bestDistance = NaN;
      continue;
    }
    if (Number.isNaN(bestDistance)) bestDistance = Math.abs(thresholdOfCut(column, best, limits) - preferred);
    const distance = Math.abs(thresholdOfCut(column, count, limits) - preferred);
    if (distance < bestDistance) {
      best = count;
      bestDistance = distance;
    }
  }
  return best;
}

/** The cut that predicts the number nearest to `wanted`, of two the one that predicts fewer. */
export function nearestCut(column: SortedColumn, limits: ThresholdLimits, wanted: number): number {
  return highestCut(column, limits, Infinity, (_, count) => -Math.abs(count - wanted));
}

/** How many scores are predicted by a threshold. */
export function countAtOrAbove({ scores }: SortedColumn, threshold: number): number {
  let [low, high] = [0, scores.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (scores[middle]! >= threshold) low = middle + 1;
    else high = middle;
  }
  return low;
}
