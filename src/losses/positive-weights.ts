/** Weights for positives of how rare they are among a class's samples. */
import { countsOfAtLeastOne, type ClassCounts } from './class-counts';

/** Options of `positiveWeights`. */
export interface PositiveWeightsOptions {
  /**
   * The largest weight; larger ones become it.
   * @default Infinity
   */
  max?: number;
}

/**
 * What a positive of each class weighs for positives and negatives to weigh the same together: negatives / positives,
 * at most `max`. For `binaryCrossEntropy({ positiveWeights })`.
 *
 * A count below 1, such as that of a class without a sample, is taken for 1 in the divisor, which is finite. A class
 * that all samples have gets 0: it has no negatives for the positives to be set against.
 *
 * @throws RangeError for no counts, one that is negative, not finite or larger than `samples`, a number of samples that is
 * no positive integer, or a `max` that is not positive
 * @see `torch.nn.BCEWithLogitsLoss`, pos_weight
 * @example
 * positiveWeights([25, 1, 0], 100, { max: 50 }); // [75 / 25, 99 / 1, 100 / 1] capped = [3, 50, 50]
 */
export function positiveWeights(
  counts: ClassCounts,
  samples: number,
  { max = Infinity }: PositiveWeightsOptions = {},
): number[] {
  if (!(Number.isInteger(samples) && samples >= 1)) {
    throw new RangeError(`samples must be a positive integer. Received ${String(samples)}`);
  }
  if (!(max > 0)) throw new RangeError(`max must be a positive number. Received ${String(max)}`);
  return countsOfAtLeastOne(counts).map((divisor, k) => {
    const count = counts[k]!;
    if (count > samples) {
      throw new RangeError(
        `counts must be at most samples, ${samples}. Received ${count} for class ${k} (counted from 0)`,
      );
    }
    return Math.min((samples - count) / divisor, max);
  });
}
