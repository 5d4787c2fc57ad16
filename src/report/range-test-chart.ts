/** The chart of a learning-rate range test: how the loss answers to a rising rate, and which rate that suggests. */
import { lineChart } from './line-chart';

/** Options of `rangeTestChart`. */
export interface RangeTestChartOptions {
  /** The learning rates that were tried, above 0 and rising. */
  rates: readonly number[];
  /** The loss at each of them. */
  losses: readonly number[];
  /** The losses, smoothed: what the suggestion rests on. */
  smoothed: readonly number[];
  /** The rate that the test suggests, if it does. */
  suggested?: number | undefined;
  /** The accessible name; it is not drawn. @default 'Learning-rate range test' */
  title?: string | undefined;
  /** Units of the view box; a page may scale it. @default 480 */
  width?: number | undefined;
  /** @default 270 */
  height?: number | undefined;
}

/**
 * The losses of a learning-rate range test as an `<svg>` element, over the rates on a log scale, raw and smoothed, with
 * the suggested rate marked. Losses that are NaN or infinite are gaps.
 *
 * @throws RangeError unless there are as many losses and smoothed losses as rates, at least one of them finite, and rates
 * are above 0 and rise.
 * @example
 * const svg = rangeTestChart({ rates: [1e-5, 1e-4, 1e-3], losses: [0.7, 0.6, 0.2], smoothed: [0.7, 0.65, 0.4],
 *   suggested: 1e-3 });
 */
export function rangeTestChart(options: RangeTestChartOptions): string {
  const { rates, losses, smoothed, suggested, title = 'Learning-rate range test', ...size } = options;
  for (const [name, values] of Object.entries({ losses, smoothed }))
    if (values.length !== rates.length)
      throw new RangeError(
        `${name} must be as many as rates. Received ${values.length} for ${rates.length} rates`,
      );
  const points = (values: readonly number[]) => rates.map((rate, i) => [rate, values[i]] as const);
  return lineChart({
    ...size,
    title,
    xLabel: 'Learning rate',
    yLabel: 'Loss',
    xScale: 'log',
    series: [
      { name: 'Smoothed', points: points(smoothed) },
      { name: 'Each step', points: points(losses), style: 'thin' },
    ],
    marks:
      suggested === undefined
        ? []
        : [{ x: suggested, label: `Suggested ${Number(suggested.toPrecision(2))}` }],
  });
}
