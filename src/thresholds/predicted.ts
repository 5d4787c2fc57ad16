/** What thresholds predict, counted against the labels. */
import { countConfusion, type Confusion } from '../metrics/counts/confusion';
import type { Thresholds } from '../scores/checks';
import { applyThresholds, type DecisionRule } from './apply-thresholds';

/** Labels and scores that were checked, row-major `[samples, numClasses]`. */
export interface ScoredSamples {
  readonly labels: Uint8Array;
  readonly scores: Float32Array | Float64Array;
  readonly numClasses: number;
}

export function countPredicted(
  { labels, scores, numClasses }: ScoredSamples,
  thresholds: Thresholds,
  rule: DecisionRule,
): Confusion {
  if (!rule.atLeastOne && rule.atMost === undefined)
    return countConfusion(labels, scores, { numClasses, thresholds });
  const predicted = applyThresholds(scores, thresholds, { numClasses, ...rule });
  return countConfusion(labels, Float32Array.from(predicted), { numClasses });
}
