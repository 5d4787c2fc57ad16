/** Splits that keep each class's share in every part, and groups of related samples on one side. */
import { Random } from '../../random';
import { stratifyUnits } from './iterative-stratification';
import { refineParts } from './refine-parts';
import { makeUnits, type LabelledSamples } from './split-units';

export interface StratifiedSplitOptions extends LabelledSamples {
  /** Share of each part; they must sum to 1. A part whose share is 0 is empty, any other is not. */
  fractions: readonly number[];
  /** @default 0 */
  seed?: number | undefined;
}

/**
 * Assigns each sample to one of the parts: iterative stratification (Sechidis, Tsoumakas and Vlahavas 2011),
 * applied to whole groups, and then moves of single samples or groups that bring classes and sizes closer
 * to their shares.
 *
 * The rarest class still unassigned goes first: each of its units goes to the part that lacks most of
 * that class, on a tie to the part that lacks most samples.
 *
 * @returns for each fraction the indices of its samples, ascending
 * @throws RangeError for fractions that are negative or don't sum to 1, lists of wrong length, and fewer
 *   samples, or groups, than parts
 * @example
 * stratifiedSplit({ size: 10, labels, numClasses: 2, fractions: [0.8, 0.2], seed: 7 })
 */
export function stratifiedSplit(options: StratifiedSplitOptions): number[][] {
  const { fractions, seed = 0 } = options;
  const sum = fractions.reduce((a, b) => a + b, 0);
  if (!fractions.every((fraction) => fraction >= 0) || Math.abs(sum - 1) > 1e-9)
    throw new RangeError(`fractions must be 0 or more and sum to 1. Received [${fractions.join(', ')}].`);
  const random = new Random(seed, 'split');
  const units = makeUnits(options, random);
  const parts = fractions.filter((fraction) => fraction > 0).length;
  if (units.sizes.length < parts)
    throw new RangeError(
      `${parts} parts need at least ${parts} ${options.groups ? 'groups' : 'samples'}. Received ${units.sizes.length}.`,
    );

  const partOf = stratifyUnits(units, fractions, random);
  refineParts(units, fractions, partOf);
  const samples = fractions.map((): number[] => []);
  units.unitOf.forEach((unit, sample) => samples[partOf[unit]!]!.push(sample));
  return samples;
}
