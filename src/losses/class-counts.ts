/** What is shared by weights that are made of how often each class occurs. */

/** Numbers of samples that have each class, such as `dataset.statistics()` counts. */
export type ClassCounts = ArrayLike<number>;

/**
 * The counts as an array, with numbers below 1 raised to 1, so that what is divided by them is finite; a RangeError for
 * none at all, or one that is negative or not finite.
 */
export function countsOfAtLeastOne(counts: ClassCounts): number[] {
  const list = Array.from(counts);
  if (list.length === 0) throw new RangeError('counts must have one number for each class. Received none');
  list.forEach((count, k) => {
    if (!(count >= 0 && count < Infinity)) {
      throw new RangeError(
        `counts must be finite numbers of at least 0. Received ${String(count)} for class ${k} (counted from 0)`,
      );
    }
  });
  return list.map((count) => Math.max(count, 1));
}
