/** k-fold cross-validation: every sample is in the validation part once. */
import type { LabelledSamples } from './split-units';
import { stratifiedSplit } from './split';

export interface KFoldOptions extends LabelledSamples {
  /** Number of folds, at least 2. */
  k: number;
  /** @default 0 */
  seed?: number | undefined;
}

/**
 * Divides the samples into `k` folds of equal size and with equal shares of each class, as `stratifiedSplit`
 * does: fold `i` is validated on by the model that is trained on the others. No fold is empty; with groups of
 * very uneven size the folds can be uneven too, as a group is never divided.
 *
 * @returns for each fold the indices of its samples, ascending
 * @throws RangeError for `k` that is no integer of at least 2, or more than there are samples or groups
 * @example
 * const folds = kFold({ size: ids.length, labels, numClasses: 28, k: 5, seed: 7 });
 */
export function kFold({ k, ...samples }: KFoldOptions): number[][] {
  if (!Number.isInteger(k) || k < 2)
    throw new RangeError(`k must be an integer of at least 2. Received ${k}.`);
  const units = samples.groups ? new Set(samples.groups).size : samples.size;
  if (k > units)
    throw new RangeError(
      `k must be at most the number of ${samples.groups ? 'groups' : 'samples'}, ${units}. Received ${k}.`,
    );
  return stratifiedSplit({ ...samples, fractions: new Array<number>(k).fill(1 / k) });
}
