/** Thresholds with the highest F1 of all classes' counts together: exact, by Dinkelbach's method for ratios. */
import { highestCut, thresholdOfCut } from '../cuts';
import type { SortedColumns } from '../sorted-columns';
import type { TuneSettings } from './objective';

/**
 * Micro F1 is 2·Σtp / (Σ predicted + Σ support). It exceeds λ exactly where Σ(2·tp − λ·predicted) exceeds λ·Σ support,
 * and that sum is highest where each class's term is. So λ is raised to the F1 of those cuts until it stays.
 *
 * @see Dinkelbach, On nonlinear fractional programming, Management Science 13, 1967
 */
export function tuneMicroF1({ columns }: SortedColumns, { limits, fallback }: TuneSettings): Float64Array {
  const support = columns.reduce((sum, column) => sum + column.support, 0);
  let best = { counts: columns.map(() => 0), ratio: -1 };
  for (let lambda = 0; ; lambda = best.ratio) {
    let [truePositives, predicted] = [0, 0];
    const counts = columns.map((column) => {
      const worth = (tp: number, count: number) => 2 * tp - lambda * count;
      const count = highestCut(column, limits, fallback, worth);
      for (let i = 0; i < count; i++) truePositives += column.labels[i]!;
      predicted += count;
      return count;
    });
    const ratio = predicted + support === 0 ? 0 : (2 * truePositives) / (predicted + support);
    if (ratio <= best.ratio) break;
    best = { counts, ratio };
  }
  return Float64Array.from(columns, (column, k) => thresholdOfCut(column, best.counts[k]!, limits));
}
