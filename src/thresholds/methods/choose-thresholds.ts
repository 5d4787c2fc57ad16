/** Thresholds by the method asked for. */
import { clamp, nearestCut, thresholdOfCut } from '../cuts';
import { commonThreshold } from '../objectives/common-threshold';
import { tuneThresholds } from '../objectives/tune';
import type { Settings } from '../options';
import type { SortedColumns } from '../sorted-columns';
import { averageOverFolds, countAtCommon, countAtOptimum, shrink } from './predicted-counts';

export function chooseThresholds(all: SortedColumns, settings: Settings): Float64Array {
  const { method, objective, shrinkage } = settings;
  const numClasses = all.columns.length;
  if (all.samples === 0) return new Float64Array(numClasses).fill(clamp(settings.fallback, settings.limits));
  if (method === 'common')
    return new Float64Array(numClasses).fill(commonThreshold(all, objective, settings));
  if (method === 'priors') return thresholdsOfCounts(all, countAtPriors(all, settings), settings);
  if (method === 'exact' && !shrinkage) return tuneThresholds(all, objective, settings);
  let counts =
    method === 'folds'
      ? averageOverFolds(all, objective, settings, settings)
      : countAtOptimum(all, objective, settings);
  if (shrinkage) {
    const towards =
      shrinkage.towards === 'priors' ? countAtPriors(all, settings) : countAtCommon(all, objective, settings);
    counts = shrink(all, counts, towards, shrinkage.strength);
  }
  // Without a positive there was nothing to tune.
  if (objective.kind === 'classes')
    counts = counts.map((count, k) => (all.columns[k]!.support === 0 ? NaN : count));
  return thresholdsOfCounts(all, counts, settings);
}

/** How many samples each class has by the priors. */
function countAtPriors(all: SortedColumns, { priors }: Pick<Settings, 'priors'>): number[] {
  return all.columns.map(({ support }, k) => (priors ? priors[k]! * all.samples : support));
}

/** The thresholds that predict the nearest numbers of samples; the fallback for NaN. */
export function thresholdsOfCounts(
  { columns }: SortedColumns,
  counts: readonly number[],
  { limits, fallback }: Pick<Settings, 'limits' | 'fallback'>,
): Float64Array {
  return Float64Array.from(columns, (column, k) =>
    Number.isNaN(counts[k])
      ? clamp(fallback, limits)
      : thresholdOfCut(column, nearestCut(column, limits, counts[k]!), limits),
  );
}
