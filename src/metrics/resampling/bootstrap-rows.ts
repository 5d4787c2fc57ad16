/** Bootstrap intervals of a statistic of rows. */
import { Random } from '../../random';
import { checkPositiveInteger } from '../../scores/checks';
import { quantile } from '../../scores/quantile';
import { bcaShares } from './bca';
import { inTurns, type WatchOptions } from './in-turns';
import type { RowMetric } from './metric-rows';

/** How an interval comes from the resampled values: plainly between their quantiles, or corrected for bias and skew. */
export type BootstrapMethod = 'percentile' | 'bca';

/** Options of what draws samples anew. */
export interface ResampleOptions extends WatchOptions {
  /**
   * How often the samples are drawn anew.
   * @default 1000
   */
  resamples?: number;
  /**
   * How sure the interval shall be, above 0 and below 1.
   * @default 0.95
   */
  confidence?: number;
  /**
   * How the interval comes from the resampled values.
   * @default 'bca'
   */
  method?: BootstrapMethod;
  /**
   * Seeds the draws.
   * @default 0
   */
  seed?: number;
}

/** A metric with its confidence interval. */
export interface BootstrapInterval {
  /** The metric of the samples as they are. */
  estimate: number;
  /** Lower end of the interval. */
  lower: number;
  /** Upper end of the interval. */
  upper: number;
  /** The standard deviation of the resampled values. */
  standardError: number;
  /** How often the samples were drawn anew. */
  resamples: number;
  /** How the interval was made: `'percentile'` also where there is no BCa interval. */
  method: BootstrapMethod;
}

/** Above, samples leave the jackknife in groups: one by one would take longer than the resamples. */
const MOST_SINGLES = 1000;
const GROUPS = 250;

/** Throws for options that are out of range, before anything is computed. */
export function checkResampleOptions({
  resamples = 1000,
  confidence = 0.95,
  method = 'bca',
}: ResampleOptions): void {
  checkPositiveInteger('resamples', resamples);
  if (!(confidence > 0 && confidence < 1)) {
    throw new RangeError(`confidence must be above 0 and below 1. Received ${String(confidence)}`);
  }
  const name: string = method;
  if (name !== 'percentile' && name !== 'bca') {
    throw new TypeError(`method must be 'percentile' or 'bca'. Received ${name}`);
  }
}

/** The interval of a statistic over rows 0 to samples − 1. The options have been checked. */
export async function bootstrapRows(
  statistic: RowMetric,
  samples: number,
  options: ResampleOptions,
): Promise<BootstrapInterval> {
  const { resamples = 1000, confidence = 0.95, method = 'bca', seed = 0 } = options;
  const all = Int32Array.from({ length: samples }, (_, row) => row);
  const estimate = statistic(all);
  const distribution = new Float64Array(resamples);
  const groups = method === 'bca' && samples > 1 ? groupRows(all, seed) : [];
  const jackknife = new Float64Array(groups.length);
  const drawn = new Int32Array(samples);
  await inTurns(
    'bootstrap',
    resamples + groups.length,
    (step) => {
      if (step >= resamples) {
        const left = step - resamples;
        jackknife[left] = statistic(leaveOut(groups, left));
        return;
      }
      const random = new Random(seed, 'bootstrap', step);
      for (let i = 0; i < samples; i++) drawn[i] = random.int(samples);
      distribution[step] = statistic(drawn);
    },
    options,
  );
  distribution.sort();
  const tail = (1 - confidence) / 2;
  const shares = method === 'bca' ? bcaShares(estimate, distribution, jackknife, confidence) : undefined;
  const [lower, upper] = shares ?? [tail, 1 - tail];
  return {
    estimate,
    lower: quantile(distribution, lower),
    upper: quantile(distribution, upper),
    standardError: deviate(distribution),
    resamples,
    method: shares ? 'bca' : 'percentile',
  };
}

/** What leaves the jackknife together: each row by itself, or groups of rows that are drawn at random. */
function groupRows(rows: Int32Array, seed: number): Int32Array[] {
  if (rows.length <= MOST_SINGLES) return Array.from(rows, (row) => Int32Array.of(row));
  const shuffled = new Random(seed, 'jackknife').shuffle(rows.slice());
  const end = (group: number) => Math.floor((group * rows.length) / GROUPS);
  return Array.from({ length: GROUPS }, (_, group) => shuffled.subarray(end(group), end(group + 1)));
}

function leaveOut(groups: readonly Int32Array[], left: number): Int32Array {
  const rest = groups.filter((_, group) => group !== left);
  const rows = new Int32Array(rest.reduce((sum, { length }) => sum + length, 0));
  let next = 0;
  for (const group of rest) {
    rows.set(group, next);
    next += group.length;
  }
  return rows;
}

/** The standard deviation, with n − 1 as divisor; NaN of one value. */
function deviate(values: Float64Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return Math.sqrt(squares / (values.length - 1));
}
