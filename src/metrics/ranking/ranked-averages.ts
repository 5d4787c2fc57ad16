/** Averages of threshold-free metrics. */
import { checkAverage, selectClasses, type Average, type ClassSelection } from '../counts/averages';
import type { RankedScores } from './ranked-scores';
import { countGroups, type ScoreGroups } from './score-groups';

/** Options of metrics of ranked scores that are averaged over classes. */
export interface RankedAverageOptions {
  /**
   * What to average over.
   * @default 'macro'
   */
  average?: Average;
  /**
   * Which classes to take, in macro and weighted averages; the other two are of all classes.
   * @default 'all'
   */
  classes?: ClassSelection;
}

/** The measure of each class, `[numClasses]`. */
export function measurePerClass(
  ranked: RankedScores,
  measure: (groups: ScoreGroups) => number,
): Float64Array {
  return Float64Array.from({ length: ranked.numClasses }, (_, k) => measure(ranked.groups(k)));
}

/**
 * One measure for all classes, as scikit-learn averages it: NaN where the measure of a class that counts is NaN, and 0
 * for a weighted average without a positive label. Without a class it is NaN.
 */
export function averageMeasure(
  ranked: RankedScores,
  measure: (groups: ScoreGroups) => number,
  ofSamples: () => number,
  options: RankedAverageOptions,
): number {
  const { average = 'macro', classes = 'all' } = options;
  checkAverage(average, classes, ['micro', 'samples']);
  if (average === 'micro') return measure(ranked.pooledGroups());
  if (average === 'samples') return ofSamples();
  const support = measurePerClass(ranked, (groups) => countGroups(groups).positives);
  const selected = selectClasses(classes, support);
  if (selected.length === 0) return NaN;
  const weights = selected.map((k) => (average === 'weighted' ? support[k]! : 1));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  if (total === 0) return 0;
  // What has no weight is left out, or its NaN would make the average NaN.
  return (
    selected.reduce(
      (sum, k, i) => sum + (weights[i] === 0 ? 0 : weights[i]! * measure(ranked.groups(k))),
      0,
    ) / total
  );
}
