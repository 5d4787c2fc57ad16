/** Which weight of a file goes where in a model. */
import type { ModelWeight } from './model-layers';
import type { WeightEntry } from './weight-file';

export interface Pair {
  target: ModelWeight;
  entry: WeightEntry;
}

export interface Match {
  pairs: Pair[];
  /** Pairs whose shapes differ. */
  mismatched: Pair[];
  /** Biases that PyTorch's convolution has none of. */
  zeros: ModelWeight[];
  /** The head's weights that are not in the file. */
  fresh: ModelWeight[];
  /** Others that are not. */
  missing: ModelWeight[];
  /** The file's classifier and preprocessing. */
  skipped: WeightEntry[];
  /** Others that have no place. */
  unused: WeightEntry[];
}

/** Whether the values of the file's weight can be made to fit the model's. */
export type Fits = (target: ModelWeight, entry: WeightEntry) => boolean;

export function emptyMatch(): Match {
  return { pairs: [], mismatched: [], zeros: [], fresh: [], missing: [], skipped: [], unused: [] };
}

/** Whether everything that matters has found its place. */
export function isComplete({ mismatched, missing, unused }: Match): boolean {
  return mismatched.length + missing.length + unused.length === 0;
}

/** Adds the pair to those that fit, or to the others. */
export function addPair(match: Match, target: ModelWeight, entry: WeightEntry, fits: Fits): void {
  (fits(target, entry) ? match.pairs : match.mismatched).push({ target, entry });
}
