/** The F-beta-optimal cut of one class, in one sweep over its sorted scores. */

/** What is predicted. */
export interface PredictedCounts {
  truePositives: number;
  falsePositives: number;
}

/** Where to cut, and what stands at or above. */
export interface Cut extends PredictedCounts {
  threshold: number;
}

/** Some scores of a class, or all of them: both arrays sorted, ascending. */
export interface SplitScores {
  positives: ArrayLike<number>;
  negatives: ArrayLike<number>;
}

/** A part of the sweep: it begins with so many scores below the cut, and so many above that are left out. */
export interface SweepPart {
  positivesBelow: number;
  negativesBelow: number;
  truePositives: number;
  falsePositives: number;
  /** The sweep goes on while more positives than this are below. */
  untilPositives: number;
}

/** What the sweep looks for. */
export interface FBetaTarget {
  betaSquared: number;
  /** Positives of the class. */
  support: number;
  /** Equal cuts are drawn to it. */
  preferred: number;
}

/** Above every score. Any cut that predicts a positive is better. */
export const NO_CUT: Cut = { threshold: Infinity, truePositives: 0, falsePositives: 0 };

/** F-beta of `predicted` samples, without its constant factor 1 + β². */
export function fBetaRatio(
  truePositives: number,
  predicted: number,
  support: number,
  betaSquared: number,
): number {
  return truePositives / (predicted + betaSquared * support);
}

/**
 * The better of `best` and the best cut of a part of the sweep. Among equal cuts the one nearest to `preferred` is
 * taken, then the highest.
 */
export function bestCut(scores: SplitScores, part: SweepPart, target: FBetaTarget, best: Cut): Cut {
  const { positives, negatives } = scores;
  let { positivesBelow, negativesBelow, truePositives, falsePositives } = part;
  const { support, betaSquared } = target;
  const ratioOf = (hits: number, misses: number) => fBetaRatio(hits, hits + misses, support, betaSquared);
  let bestRatio = ratioOf(best.truePositives, best.falsePositives);
  // Only a cut right below a positive can be best: below a negative it loses to the one above.
  while (positivesBelow > part.untilPositives) {
    const lowestPredicted = positives[positivesBelow - 1]!;
    while (positivesBelow > 0 && positives[positivesBelow - 1]! >= lowestPredicted) {
      positivesBelow--;
      truePositives++;
    }
    while (negativesBelow > 0 && negatives[negativesBelow - 1]! >= lowestPredicted) {
      negativesBelow--;
      falsePositives++;
    }
    // Correctly rounded quotients of whole numbers below 2^26 are equal only where the fractions are.
    const ratio = ratioOf(truePositives, falsePositives);
    if (ratio < bestRatio) continue;
    const lower = Math.max(
      positives[positivesBelow - 1] ?? -Infinity,
      negatives[negativesBelow - 1] ?? -Infinity,
    );
    const isLowest = positivesBelow + negativesBelow === 0;
    const threshold = isLowest ? belowAll(lowestPredicted) : between(lower, lowestPredicted);
    if (
      ratio > bestRatio ||
      Math.abs(threshold - target.preferred) < Math.abs(best.threshold - target.preferred)
    ) {
      best = { threshold, truePositives, falsePositives };
      bestRatio = ratio;
    }
  }
  return best;
}

/** The middle of a score that is not predicted and the next higher one, which is. */
export function between(lower: number, upper: number): number {
  const middle = (lower + upper) / 2;
  // Of two neighbouring numbers the middle is one of them, and the lower one must stay below the cut.
  return middle > lower && middle <= upper ? middle : upper;
}

/** A cut that predicts all: the middle of 0 and the lowest score, or that score where it is not positive. */
export function belowAll(lowest: number): number {
  const middle = lowest / 2;
  return middle > 0 ? middle : lowest;
}

/** A cut that predicts nothing: the middle of the highest score and 1, or right above it where it is 1 or more. */
export function aboveAll(highest: number): number {
  const middle = (highest + 1) / 2;
  if (middle > highest && middle < Infinity) return middle;
  const step = Math.max(Math.abs(highest) * Number.EPSILON, Number.MIN_VALUE);
  return Number.isFinite(highest + step) ? highest + step : Infinity;
}
