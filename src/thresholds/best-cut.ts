/** The F1-optimal cut of one class, in one sweep over its sorted scores. */

/** Where to cut, and what stands at or above. */
export interface Cut {
  threshold: number;
  truePositives: number;
  falsePositives: number;
}

/**
 * Finds the cut with the highest F1 among all that tell the scores apart. Both arrays are sorted, ascending;
 * `positives` is not empty. Among equal cuts the one nearest to `preferred` is taken, then the highest.
 */
export function bestCut(positives: ArrayLike<number>, negatives: ArrayLike<number>, preferred: number): Cut {
  const support = positives.length;
  // How many scores of each are still below the cut.
  let positivesBelow = support;
  let negativesBelow = negatives.length;
  let best: Cut = { threshold: Infinity, truePositives: 0, falsePositives: 0 };
  // Only a cut right below a positive can be best: below a negative it loses to the one above.
  while (positivesBelow > 0) {
    const lowestPredicted = positives[positivesBelow - 1]!;
    while (positivesBelow > 0 && positives[positivesBelow - 1]! >= lowestPredicted) positivesBelow--;
    while (negativesBelow > 0 && negatives[negativesBelow - 1]! >= lowestPredicted) negativesBelow--;
    const truePositives = support - positivesBelow;
    const falsePositives = negatives.length - negativesBelow;
    // F1 = 2tp / (tp + fp + support), compared crosswise: whole numbers, so ties are exact.
    const gain =
      truePositives * (best.truePositives + best.falsePositives + support) -
      best.truePositives * (truePositives + falsePositives + support);
    if (gain < 0) continue;
    const threshold = between(positives[positivesBelow - 1], negatives[negativesBelow - 1], lowestPredicted);
    if (gain > 0 || Math.abs(threshold - preferred) < Math.abs(best.threshold - preferred)) {
      best = { threshold, truePositives, falsePositives };
    }
  }
  return best;
}

/** The middle between `upper` and the higher of the scores below it, or between 0 and `upper` without one. */
function between(positive: number | undefined, negative: number | undefined, upper: number): number {
  const lower = Math.max(positive ?? -Infinity, negative ?? -Infinity);
  const isLowest = positive === undefined && negative === undefined;
  const middle = isLowest ? upper / 2 : (lower + upper) / 2;
  // Of two neighbouring numbers the middle is one of them, and the lower one must stay below the cut.
  return middle > (isLowest ? 0 : lower) && middle <= upper ? middle : upper;
}
