/** Splits of a dataset as positions in it: which labels and groups of its source they keep apart. */
import { pickRows } from '../../labels';
import { kFold } from './k-fold';
import type { ImageSource } from '../source';
import { stratifiedSplit } from './split';
import type { LabelledSamples } from './split-units';

/** Options of a dataset's `split`. */
export interface DatasetSplitOptions {
  /** Share of the validation part. @default 0 */
  valid?: number;
  /** Share of the test part. @default 0 */
  test?: number;
  /** @default 0 */
  seed?: number;
  /** Whether samples of one group of the source stay in one part. @default true */
  keepGroups?: boolean;
}

/** Options of a dataset's `kFold`. */
export interface DatasetKFoldOptions {
  /** Number of folds, at least 2. */
  k: number;
  /** @default 0 */
  seed?: number;
  /** Whether samples of one group of the source stay in one fold. @default true */
  keepGroups?: boolean;
}

/** What splits know of the samples at `indices` of a source. */
function labelled(
  { labels, groups, classes }: ImageSource,
  indices: readonly number[],
  keepGroups: boolean,
): LabelledSamples {
  return {
    size: indices.length,
    labels: labels && pickRows(labels, indices, classes.length),
    numClasses: classes.length,
    groups: keepGroups && groups ? indices.map((index) => groups[index]!) : undefined,
  };
}

/** @returns the positions of the training, the validation and the test part */
export function splitPositions(
  source: ImageSource,
  indices: readonly number[],
  { valid = 0, test = 0, seed = 0, keepGroups = true }: DatasetSplitOptions,
): number[][] {
  if (!(valid >= 0 && test >= 0 && valid + test < 1))
    throw new RangeError(
      `valid and test must be 0 or more and sum to less than 1. Received ${valid} and ${test}.`,
    );
  const fractions = [1 - valid - test, valid, test];
  return stratifiedSplit({ ...labelled(source, indices, keepGroups), fractions, seed });
}

/** @returns for each fold the positions outside it and those in it */
export function kFoldPositions(
  source: ImageSource,
  indices: readonly number[],
  { k, seed = 0, keepGroups = true }: DatasetKFoldOptions,
): { train: number[]; valid: number[] }[] {
  return kFold({ ...labelled(source, indices, keepGroups), k, seed }).map((valid) => {
    const held = new Set(valid);
    return { train: [...indices.keys()].filter((position) => !held.has(position)), valid };
  });
}
