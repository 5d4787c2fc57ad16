/** How sure a metric is, given how few samples it comes from. */
import { countSamples, type Labels, type Scores } from '../../scores/checks';
import {
  bootstrapRows,
  checkResampleOptions,
  type BootstrapInterval,
  type ResampleOptions,
} from './bootstrap-rows';
import { metricOverRows, type Metric } from './metric-rows';

/** Options of `bootstrapInterval`. */
export interface BootstrapIntervalOptions extends ResampleOptions {
  /** How many classes a row has. */
  numClasses: number;
}

/**
 * A confidence interval of any metric: what the metric is of as many samples, drawn with replacement from the given
 * ones, many times over. Samples are drawn as whole rows. Where several images are of one cell or patient, they aren't
 * independent and the interval is too narrow.
 *
 * The percentile interval lies between the quantiles of the resampled values. The BCa interval, the default, corrects
 * these for bias (such as that of macro F1, as resamples lack rare classes) and skew. It computes the metric also
 * without each sample; of more than 1,000 samples, without each of 250 groups of samples drawn at random, whose
 * statistics have the same skew but for chance. Where every resample is above the estimate, or every one below, there is
 * no BCa interval, and the result is the percentile interval and says so.
 *
 * @param labels - 0 or 1, row-major `[samples, numClasses]`, of at least one sample
 * @param scores - as many
 * @param metric - is given resampled labels and scores, in arrays that are used again for the next call. Compute in it
 * whatever depends on the samples; thresholds that were tuned on other samples stay fixed.
 * @throws RangeError for a wrong number of labels or scores, for options out of range, and where the metric is NaN,
 * TypeError for an unknown method or a metric that returns no number, HpaError `label-invalid` for a label other than 0
 * and 1, `score-invalid` for NaN, `aborted` once the signal is.
 * @see Efron and Tibshirani, An introduction to the bootstrap, 1993; `bootstrap` of SciPy
 * @example
 * const metric: Metric = (labels, scores) => macroF1(countConfusion(labels, scores, { numClasses: 28, thresholds }));
 * const { estimate, lower, upper } = await bootstrapInterval(labels, scores, metric, { numClasses: 28 });
 * @example
 * const accuracy: Metric = (labels, scores) => subsetAccuracy(countConfusion(labels, scores, { numClasses: 1 }));
 * const options = { numClasses: 1, resamples: 200, method: 'percentile' } as const;
 * await bootstrapInterval([1, 0, 1, 0], [0.9, 0.1, 0.8, 0.2], accuracy, options);
 * // { estimate: 1, lower: 1, upper: 1, standardError: 0, resamples: 200, method: 'percentile' }
 */
export async function bootstrapInterval(
  labels: Labels,
  scores: Scores,
  metric: Metric,
  options: BootstrapIntervalOptions,
): Promise<BootstrapInterval> {
  checkResampleOptions(options);
  const samples = countSamples(labels, scores, options.numClasses);
  if (samples === 0) throw new RangeError('labels and scores must hold at least one sample. Received none');
  return bootstrapRows(metricOverRows(labels, scores, options.numClasses, metric), samples, options);
}
