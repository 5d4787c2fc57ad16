/** Computes a metric over some of the samples, without allocating for each choice of them. */
import { checkSamples, copyScores, type Labels, type Scores } from '../../scores/checks';

/**
 * A metric: labels of 0 and 1 and scores, both row-major `[samples, numClasses]`, to a number. It may change
 * the arrays, but not keep them: they are used again for the next call.
 */
export type Metric = (labels: Uint8Array, scores: Float32Array | Float64Array) => number;

/** The metric over the given rows, in their order; at most as many as there are samples. */
export type RowMetric = (rows: Int32Array) => number;

/** Copies labels and scores, and computes the metric over rows of them. Throws as `checkSamples`. */
export function metricOverRows(
  labels: Labels,
  scores: Scores,
  numClasses: number,
  metric: Metric,
): RowMetric {
  checkSamples(labels, scores, numClasses);
  const from = { labels: Uint8Array.from(labels), scores: copyScores(scores) };
  const to = { labels: new Uint8Array(labels.length), scores: from.scores.slice() };
  return (rows) => {
    gather(from.labels, to.labels, rows, numClasses);
    gather(from.scores, to.scores, rows, numClasses);
    const size = rows.length * numClasses;
    return computeMetric(metric, to.labels.subarray(0, size), to.scores.subarray(0, size));
  };
}

/** The metric's value. Throws a TypeError for one that is no number, and a RangeError for NaN. */
function computeMetric(metric: Metric, labels: Uint8Array, scores: Float32Array | Float64Array): number {
  const value: unknown = metric(labels, scores);
  if (typeof value !== 'number')
    throw new TypeError(`metric must return a number. Received ${String(value)}`);
  if (Number.isNaN(value)) {
    throw new RangeError(
      'metric must return a number. Received NaN: some classes may lack a positive among the samples drawn, so leave them out of averages',
    );
  }
  return value;
}

function gather<T extends Uint8Array | Float32Array | Float64Array>(
  from: T,
  to: T,
  rows: Int32Array,
  numClasses: number,
): void {
  for (let row = 0, index = 0; row < rows.length; row++) {
    const start = rows[row]! * numClasses;
    for (let k = 0; k < numClasses; k++) to[index++] = from[start + k]!;
  }
}
