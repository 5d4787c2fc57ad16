/** How often labels occur, alone and together. */

/** Plain data: JSON keeps it. */
export interface LabelStatistics {
  /** Number of samples counted. */
  samples: number;
  /** Samples of each class. */
  counts: number[];
  /** Mean number of labels a sample; 0 without samples. */
  cardinality: number;
  /** How many samples have 0, 1, 2, … labels, up to the most that one has. */
  samplesByLabelCount: number[];
  /** `coOccurrence[a][b]`: samples that have both classes; on the diagonal the counts. */
  coOccurrence: number[][];
}

/**
 * Counts labels and pairs of labels.
 *
 * @param labels - multi-hot `[samples, numClasses]`, row-major
 * @throws RangeError for `numClasses` that is no positive integer, and labels that are not whole rows
 * @example
 * labelStatistics(Uint8Array.of(1, 1, 0, 1), 2);
 * // { samples: 2, counts: [1, 2], cardinality: 1.5, samplesByLabelCount: [0, 1, 1], coOccurrence: [[1, 1], [1, 2]] }
 */
export function labelStatistics(labels: ArrayLike<number>, numClasses: number): LabelStatistics {
  if (!Number.isInteger(numClasses) || numClasses < 1)
    throw new RangeError(`numClasses must be a positive integer. Received ${numClasses}.`);
  const samples = labels.length / numClasses;
  if (!Number.isInteger(samples))
    throw new RangeError(`labels must have rows of ${numClasses} classes. Received ${labels.length} values.`);

  const coOccurrence = Array.from({ length: numClasses }, () => new Array<number>(numClasses).fill(0));
  const samplesByLabelCount: number[] = [];
  for (let row = 0; row < labels.length; row += numClasses) {
    const held: number[] = [];
    for (let k = 0; k < numClasses; k++) if (labels[row + k]) held.push(k);
    for (const a of held) for (const b of held) coOccurrence[a]![b]!++;
    while (samplesByLabelCount.length <= held.length) samplesByLabelCount.push(0);
    samplesByLabelCount[held.length]!++;
  }
  const counts = coOccurrence.map((together, k) => together[k]!);
  const total = counts.reduce((a, b) => a + b, 0);
  const cardinality = samples === 0 ? 0 : total / samples;
  return { samples, counts, cardinality, samplesByLabelCount, coOccurrence };
}
