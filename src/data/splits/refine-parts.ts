/**
 * What iterative stratification leaves to be mended: it looks at one class at a time, so that sizes, and with
 * groups also classes, end some way off. Single moves of units from part to part bring them closer.
 */
import { classTotals, type SplitUnits } from './split-units';

/** A gain smaller than this is no reason to move a unit. */
const LEAST_GAIN = 1e-6;
/** Two or three are enough on real labels. */
const MOST_PASSES = 50;

/**
 * Moves units, in their order, as long as that lowers the sum over parts and classes of
 * `excess² / (share · √total)`, where the samples are counted as one class more. The root stands between
 * misses that count alike in all classes and misses relative to the class. No part with a share is left
 * empty, so there must be at least as many units as such parts.
 *
 * @param partOf - the part of each unit; changed in place
 */
export function refineParts(units: SplitUnits, fractions: readonly number[], partOf: Uint32Array): void {
  const { sizes, starts, classes, counts, numClasses } = units;
  const totals = Float64Array.of(...classTotals(units), units.unitOf.length);
  const weights = totals.map((total) => 1 / Math.sqrt(Math.max(total, 1)));
  const open = fractions.flatMap((fraction, part) => (fraction > 0 ? [part] : []));
  const excess = fractions.map((fraction) => totals.map((total) => -fraction * total));
  const unitsIn = new Uint32Array(fractions.length);

  const add = (unit: number, part: number, sign: 1 | -1) => {
    unitsIn[part]! += sign;
    excess[part]![numClasses]! += sign * sizes[unit]!;
    for (let entry = starts[unit]!; entry < starts[unit + 1]!; entry++)
      excess[part]![classes[entry]!]! += sign * counts[entry]!;
  };
  const move = (unit: number, part: number) => {
    add(unit, partOf[unit]!, -1);
    add(unit, part, 1);
    partOf[unit] = part;
  };
  /** By how much moving the unit there changes the sum. */
  const change = (unit: number, to: number): number => {
    const from = partOf[unit]!;
    const term = (k: number, count: number) =>
      weights[k]! *
      count *
      ((2 * excess[to]![k]! + count) / fractions[to]! - (2 * excess[from]![k]! - count) / fractions[from]!);
    let sum = term(numClasses, sizes[unit]!);
    for (let entry = starts[unit]!; entry < starts[unit + 1]!; entry++)
      sum += term(classes[entry]!, counts[entry]!);
    return sum;
  };

  partOf.forEach((part, unit) => {
    add(unit, part, 1);
  });
  for (const part of open) {
    if (unitsIn[part]! > 0) continue;
    const movable = [...sizes.keys()].filter((unit) => unitsIn[partOf[unit]!]! > 1);
    move(lowest(movable, (unit) => change(unit, part)).item, part);
  }
  for (let pass = 0, moved = true; moved && pass < MOST_PASSES; pass++) {
    moved = false;
    for (let unit = 0; unit < sizes.length; unit++) {
      const from = partOf[unit]!;
      if (unitsIn[from] === 1) continue;
      const { item: to, value } = lowest(open, (part) => (part === from ? 0 : change(unit, part)));
      if (value > -LEAST_GAIN) continue;
      move(unit, to);
      moved = true;
    }
  }
}

function lowest(
  items: readonly number[],
  valueOf: (item: number) => number,
): { item: number; value: number } {
  let [item, value] = [items[0]!, Infinity];
  for (const candidate of items) {
    const own = valueOf(candidate);
    if (own < value) [item, value] = [candidate, own];
  }
  return { item, value };
}
