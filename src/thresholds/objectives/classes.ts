/** Thresholds of an objective in which each class is by itself: exact, in one walk over each column. */
import { clamp, highestCut, thresholdOfCut } from '../cuts';
import type { SortedColumns } from '../sorted-columns';
import type { ClassObjective, TuneSettings } from './objective';

/** A class without a positive has nothing to tune, and gets the fallback. */
export function tuneClasses(
  { columns }: SortedColumns,
  { classValue }: ClassObjective,
  { limits, fallback }: TuneSettings,
): Float64Array {
  return Float64Array.from(columns, (column) => {
    const { support } = column;
    if (support === 0) return clamp(fallback, limits);
    const count = highestCut(column, limits, fallback, (tp, predicted) => classValue(tp, predicted, support));
    return thresholdOfCut(column, count, limits);
  });
}
