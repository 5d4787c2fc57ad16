/**
 * How methods other than the plain optimum choose: they move the number of samples that a class predicts, not the
 * threshold. So the answer stays the same when scores are changed by a rising function.
 */
import { Random } from '../../random';
import { countAtOrAbove } from '../cuts';
import { dealFolds } from '../folds';
import { commonThreshold } from '../objectives/common-threshold';
import type { Objective, TuneSettings } from '../objectives/objective';
import { tuneThresholds } from '../objectives/tune';
import { leaveFoldOut, type SortedColumns } from '../sorted-columns';

export interface FoldSettings {
  readonly folds: number;
  readonly repeats: number;
  readonly seed: number;
}

/** Counts are averaged by their logarithms, half a sample added so that 0 has one. */
const toLog = (count: number) => Math.log(count + 0.5);
const fromLog = (logarithm: number) => Math.exp(logarithm) - 0.5;

/**
 * How many samples each class predicts with the optimum of each training part, on (geometric) average. Training parts
 * without a positive of the class don't count; a class without any gives NaN.
 */
export function averageOverFolds(
  all: SortedColumns,
  objective: Objective,
  settings: TuneSettings,
  { folds, repeats, seed }: FoldSettings,
): number[] {
  const sums = all.columns.map(() => ({ logs: 0, parts: 0 }));
  const parts = Math.min(folds, all.samples);
  for (let repeat = 0; repeat < repeats; repeat++) {
    const foldOf = dealFolds(all, parts, new Random('thresholds', seed, repeat));
    for (let fold = 0; fold < parts; fold++) {
      const training = leaveFoldOut(all, foldOf, fold);
      if (training.samples === 0) continue;
      tuneThresholds(training, objective, settings).forEach((threshold, k) => {
        if (objective.kind === 'classes' && training.columns[k]!.support === 0) return;
        sums[k]!.logs += toLog(countAtOrAbove(all.columns[k]!, threshold));
        sums[k]!.parts++;
      });
    }
  }
  return sums.map(({ logs, parts: counted }) => (counted === 0 ? NaN : fromLog(logs / counted)));
}

/** How many samples each class predicts with the optimum. */
export function countAtOptimum(all: SortedColumns, objective: Objective, settings: TuneSettings): number[] {
  return Array.from(tuneThresholds(all, objective, settings), (threshold, k) =>
    countAtOrAbove(all.columns[k]!, threshold),
  );
}

/** How many samples each class predicts with the best common threshold. */
export function countAtCommon(all: SortedColumns, objective: Objective, settings: TuneSettings): number[] {
  const threshold = commonThreshold(all, objective, settings);
  return all.columns.map((column) => countAtOrAbove(column, threshold));
}

/** Draws counts to others: a class with as many positives as `strength` goes half of the way. */
export function shrink(
  all: SortedColumns,
  counts: readonly number[],
  towards: readonly number[],
  strength: number,
): number[] {
  return counts.map((count, k) => {
    const weight = all.columns[k]!.support / (all.columns[k]!.support + strength);
    return fromLog(weight * toLog(count) + (1 - weight) * toLog(towards[k]!));
  });
}
