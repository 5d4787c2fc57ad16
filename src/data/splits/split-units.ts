/** What a split may not divide, a sample or a group of samples, with the classes it holds. */
import type { Random } from '../../random';

/** Samples and their labels, as splits take them. */
export interface LabelledSamples {
  /** Number of samples. */
  size: number;
  /** Multi-hot labels `[size, numClasses]`, row-major; absent: the split is by size alone. */
  labels?: Uint8Array | undefined;
  /** Classes a sample has labels for; needed where there are labels. */
  numClasses?: number | undefined;
  /** The group of each sample; a group is never divided. @default every sample a group of its own */
  groups?: readonly (string | number)[] | undefined;
}

/** Units in the order in which a split takes them: large ones first, equal ones shuffled. */
export interface SplitUnits {
  /** Classes a unit has counts for. */
  numClasses: number;
  /** The unit of each sample. */
  unitOf: Uint32Array;
  /** Samples of each unit. */
  sizes: Uint32Array;
  /** Where the entries of unit `u` begin in `classes` and `counts`, and, at `u + 1`, end. */
  starts: Uint32Array;
  /** The classes that a unit holds, one entry each. */
  classes: Uint32Array;
  /** How many of the unit's samples have that class. */
  counts: Uint32Array;
}

/** @throws RangeError for labels or groups of the wrong length */
export function makeUnits(samples: LabelledSamples, random: Random): SplitUnits {
  const { size, labels, groups } = samples;
  const numClasses = labels ? (samples.numClasses ?? 0) : 0;
  if (labels && labels.length !== size * numClasses)
    throw new RangeError(
      `labels must have size × numClasses = ${size * numClasses} values. Received ${labels.length}.`,
    );
  if (groups && groups.length !== size)
    throw new RangeError(`groups must have ${size} values, one a sample. Received ${groups.length}.`);

  const firstSeen = numberGroups(size, groups);
  const unsortedSizes = new Uint32Array(firstSeen.count);
  for (const unit of firstSeen.unitOf) unsortedSizes[unit]!++;
  const order = random.shuffle(Uint32Array.from(unsortedSizes.keys()));
  // Large groups first: late ones could no longer be balanced. The sort is stable, so ties stay shuffled.
  if (groups) order.sort((a, b) => unsortedSizes[b]! - unsortedSizes[a]!);
  const rank = new Uint32Array(order.length);
  order.forEach((unit, place) => (rank[unit] = place));
  const unitOf = firstSeen.unitOf.map((unit) => rank[unit]!);
  const sizes = order.map((unit) => unsortedSizes[unit]!);
  return { numClasses, unitOf, sizes, ...countClasses(unitOf, sizes, labels, numClasses) };
}

/** Samples of each class. */
export function classTotals({ numClasses, classes, counts }: SplitUnits): Float64Array {
  const totals = new Float64Array(numClasses);
  classes.forEach((k, entry) => (totals[k]! += counts[entry]!));
  return totals;
}

/** Numbers the groups in the order in which they first occur. */
function numberGroups(
  size: number,
  groups: LabelledSamples['groups'],
): { unitOf: Uint32Array; count: number } {
  const unitOf = Uint32Array.from({ length: size }, (_, i) => i);
  if (!groups) return { unitOf, count: size };
  const numbers = new Map<string | number, number>();
  groups.forEach((group, i) => {
    let number = numbers.get(group);
    if (number === undefined) numbers.set(group, (number = numbers.size));
    unitOf[i] = number;
  });
  return { unitOf, count: numbers.size };
}

function countClasses(
  unitOf: Uint32Array,
  sizes: Uint32Array,
  labels: Uint8Array | undefined,
  numClasses: number,
): Pick<SplitUnits, 'starts' | 'classes' | 'counts'> {
  const starts = new Uint32Array(sizes.length + 1);
  const classes: number[] = [];
  const counts: number[] = [];
  const held = new Uint32Array(numClasses);
  const samples = samplesByUnit(unitOf, sizes);
  let next = 0;
  sizes.forEach((size, unit) => {
    held.fill(0);
    for (const end = next + size; next < end; next++) {
      const row = samples[next]! * numClasses;
      for (let k = 0; k < numClasses; k++) held[k]! += labels![row + k]!;
    }
    for (let k = 0; k < numClasses; k++) {
      if (held[k] === 0) continue;
      classes.push(k);
      counts.push(held[k]!);
    }
    starts[unit + 1] = classes.length;
  });
  return { starts, classes: Uint32Array.from(classes), counts: Uint32Array.from(counts) };
}

/** The samples of unit 0, then those of unit 1, and so on. */
function samplesByUnit(unitOf: Uint32Array, sizes: Uint32Array): Uint32Array {
  const next = new Uint32Array(sizes.length);
  for (let unit = 1; unit < sizes.length; unit++) next[unit] = next[unit - 1]! + sizes[unit - 1]!;
  const samples = new Uint32Array(unitOf.length);
  unitOf.forEach((unit, sample) => (samples[next[unit]!++] = sample));
  return samples;
}
