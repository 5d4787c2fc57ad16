/** What a method's thresholds are worth on samples that it has not seen, by (nested) cross-validation. */
import { ConfusionCounts } from '../metrics/counts/confusion';
import { Random } from '../random';
import { applyThresholds } from './apply-thresholds';
import { dealFolds } from './folds';
import { chooseThresholds } from './methods/choose-thresholds';
import type { Settings } from './options';
import type { ScoredSamples } from './predicted';
import { leaveFoldOut, type SortedColumns } from './sorted-columns';

/**
 * Each fold is predicted with thresholds chosen on the other folds, by the whole method: where that deals folds of its
 * own, it deals them within. The predictions of all folds are counted together, as F1 of a rare class in a single fold
 * means little. Undefined for fewer than two samples.
 */
export function expectedScore(
  { labels, scores, numClasses }: ScoredSamples,
  columns: SortedColumns,
  settings: Settings,
  { folds, repeats }: { folds: number; repeats: number },
): number | undefined {
  const parts = Math.min(folds, columns.samples);
  if (parts < 2) return undefined;
  let sum = 0;
  for (let repeat = 0; repeat < repeats; repeat++) {
    const foldOf = dealFolds(columns, parts, new Random('unseen', settings.seed, repeat));
    const counts = new ConfusionCounts(numClasses);
    for (let fold = 0; fold < parts; fold++) {
      const thresholds = chooseThresholds(leaveFoldOut(columns, foldOf, fold), settings);
      const rows = Array.from(foldOf.keys()).filter((row) => foldOf[row] === fold);
      const held = {
        labels: new Uint8Array(rows.length * numClasses),
        scores: scores.slice(0, rows.length * numClasses),
      };
      rows.forEach((row, i) => {
        const [start, end] = [row * numClasses, (row + 1) * numClasses];
        held.labels.set(labels.subarray(start, end), i * numClasses);
        held.scores.set(scores.subarray(start, end), i * numClasses);
      });
      const predicted = applyThresholds(held.scores, thresholds, { numClasses, ...settings.rule });
      counts.add(held.labels, Float32Array.from(predicted));
    }
    sum += settings.objective.score(counts);
  }
  return sum / repeats;
}
