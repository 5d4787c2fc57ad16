/**
 * Splits that keep each class's share in every part, and groups of related samples on one side:
 * iterative stratification (Sechidis, Tsoumakas and Vlahavas 2011), applied to whole groups.
 */
import { Random } from '../random';

export interface StratifiedSplitOptions {
  /** Multi-hot labels `[samples, numClasses]`, row-major; absent: the split is by size alone. */
  labels?: Uint8Array | undefined;
  numClasses?: number | undefined;
  /** Number of samples. */
  size: number;
  /** Share of each part; they must sum to 1. */
  fractions: readonly number[];
  /** The group of each sample; a group is never divided. @default every sample a group of its own */
  groups?: readonly (string | number)[] | undefined;
  /** @default 0 */
  seed?: number;
}

/** Samples that stay together. */
interface Unit {
  samples: number[];
  counts: Float64Array;
}

/**
 * Assigns each sample to one of the parts.
 *
 * The rarest class still unassigned goes first: each of its units goes to the part that lacks most of
 * that class, on a tie to the part that lacks most samples.
 *
 * @returns for each fraction the indices of its samples, ascending
 * @throws RangeError for fractions that are negative or don't sum to 1, or lists of wrong length
 * @example
 * stratifiedSplit({ size: 10, labels, numClasses: 2, fractions: [0.8, 0.2], seed: 7 })
 */
export function stratifiedSplit(options: StratifiedSplitOptions): number[][] {
  const { fractions, seed = 0 } = options;
  const units = makeUnits(options);
  const random = new Random(seed, 'split');
  random.shuffle(units);
  // Large groups first: late ones could no longer be balanced. The sort is stable, so ties stay shuffled.
  units.sort((a, b) => b.samples.length - a.samples.length);

  const numClasses = units[0]?.counts.length ?? 0;
  const total = new Float64Array(numClasses);
  for (const { counts } of units) for (let k = 0; k < numClasses; k++) total[k]! += counts[k]!;
  const wanted = fractions.map((fraction) => ({
    samples: fraction * options.size,
    perClass: total.map((count) => count * fraction),
    open: fraction > 0,
    taken: [] as number[],
  }));

  const place = (unit: Unit, need: (part: (typeof wanted)[number]) => number) => {
    let best: (typeof wanted)[number][] = [];
    let most: readonly [number, number] = [-Infinity, -Infinity];
    for (const part of wanted.filter(({ open }) => open)) {
      const lack = [need(part), part.samples] as const;
      const order = lack[0] - most[0] || lack[1] - most[1];
      if (order > 0) [best, most] = [[part], lack];
      else if (order === 0) best.push(part);
    }
    const part = best.length === 1 ? best[0]! : random.pick(best);
    part.taken.push(...unit.samples);
    part.samples -= unit.samples.length;
    for (let k = 0; k < numClasses; k++) part.perClass[k]! -= unit.counts[k]!;
  };

  let left = units;
  for (;;) {
    const rarest = rarestClass(left, numClasses);
    if (rarest < 0) break;
    const rest: Unit[] = [];
    for (const unit of left) {
      if (unit.counts[rarest]! > 0) place(unit, (part) => part.perClass[rarest]!);
      else rest.push(unit);
    }
    left = rest;
  }
  for (const unit of left) place(unit, (part) => part.samples);
  return wanted.map(({ taken }) => taken.sort((a, b) => a - b));
}

function makeUnits({ labels, numClasses = 0, size, fractions, groups }: StratifiedSplitOptions): Unit[] {
  const sum = fractions.reduce((a, b) => a + b, 0);
  if (!fractions.every((fraction) => fraction >= 0) || Math.abs(sum - 1) > 1e-9)
    throw new RangeError(`fractions must be 0 or more and sum to 1. Received [${fractions.join(', ')}].`);
  if (labels && labels.length !== size * numClasses)
    throw new RangeError(
      `labels must have size × numClasses = ${size * numClasses} values. Received ${labels.length}.`,
    );
  if (groups && groups.length !== size)
    throw new RangeError(`groups must have ${size} values, one a sample. Received ${groups.length}.`);

  const byGroup = new Map<string | number, Unit>();
  for (let i = 0; i < size; i++) {
    const group = groups ? groups[i]! : i;
    let unit = byGroup.get(group);
    if (!unit)
      byGroup.set(group, (unit = { samples: [], counts: new Float64Array(labels ? numClasses : 0) }));
    unit.samples.push(i);
    for (let k = 0; k < unit.counts.length; k++) unit.counts[k]! += labels![i * numClasses + k]!;
  }
  return [...byGroup.values()];
}

/** The class with the fewest positives left, or −1 when none has any. */
function rarestClass(units: readonly Unit[], numClasses: number): number {
  let [rarest, fewest] = [-1, Infinity];
  for (let k = 0; k < numClasses; k++) {
    let count = 0;
    for (const { counts } of units) count += counts[k]!;
    if (count > 0 && count < fewest) [rarest, fewest] = [k, count];
  }
  return rarest;
}
