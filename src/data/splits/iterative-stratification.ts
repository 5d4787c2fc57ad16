/** Iterative stratification (Sechidis, Tsoumakas and Vlahavas 2011) of samples or whole groups. */
import type { Random } from '../../random';
import { classTotals, type SplitUnits } from './split-units';

/**
 * Puts each unit into one of the parts. The class with the fewest samples left goes first: each of its units
 * goes to the part that lacks most of that class, on a tie to the one that lacks most samples, then at random.
 * Units without a class come last, each to the part that lacks most samples.
 *
 * @returns the part of each unit
 */
export function stratifyUnits(units: SplitUnits, fractions: readonly number[], random: Random): Uint32Array {
  const { sizes, starts, classes, counts } = units;
  const partOf = new Uint32Array(sizes.length);
  const placed = new Uint8Array(sizes.length);
  const left = classTotals(units);
  const unitsOfClass = listUnits(units);
  const open = fractions.flatMap((fraction, part) => (fraction > 0 ? [part] : []));
  const lackOfSamples = fractions.map((fraction) => fraction * units.unitOf.length);
  const lackOfClass = fractions.map((fraction) => Float64Array.from(left, (total) => total * fraction));

  const place = (unit: number, lackOf: (part: number) => number) => {
    let best: number[] = [];
    for (const part of open) {
      const order =
        best.length === 0
          ? 1
          : lackOf(part) - lackOf(best[0]!) || lackOfSamples[part]! - lackOfSamples[best[0]!]!;
      if (order > 0) best = [part];
      else if (order === 0) best.push(part);
    }
    const part = best.length === 1 ? best[0]! : random.pick(best);
    partOf[unit] = part;
    placed[unit] = 1;
    lackOfSamples[part]! -= sizes[unit]!;
    for (let entry = starts[unit]!; entry < starts[unit + 1]!; entry++) {
      lackOfClass[part]![classes[entry]!]! -= counts[entry]!;
      left[classes[entry]!]! -= counts[entry]!;
    }
  };

  for (let rarest = rarestClass(left); rarest >= 0; rarest = rarestClass(left)) {
    for (const unit of unitsOfClass[rarest]!)
      if (!placed[unit]) place(unit, (part) => lackOfClass[part]![rarest]!);
  }
  for (let unit = 0; unit < sizes.length; unit++)
    if (!placed[unit]) place(unit, (part) => lackOfSamples[part]!);
  return partOf;
}

/** Of each class the units that hold it, in their order. */
function listUnits({ numClasses, sizes, starts, classes }: SplitUnits): number[][] {
  const lists = Array.from({ length: numClasses }, (): number[] => []);
  for (let unit = 0; unit < sizes.length; unit++)
    for (let entry = starts[unit]!; entry < starts[unit + 1]!; entry++) lists[classes[entry]!]!.push(unit);
  return lists;
}

/** The class with the fewest samples left, or −1 when none has any. */
function rarestClass(left: Float64Array): number {
  let rarest = -1;
  left.forEach((count, k) => {
    if (count > 0 && !(count >= left[rarest]!)) rarest = k;
  });
  return rarest;
}
