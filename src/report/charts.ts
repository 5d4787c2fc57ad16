/**
 * Static charts as SVG text, drawn without a DOM. They hold no ids, no style sheet and no script, so any
 * number of them can stand in one page.
 */
import {
  DASHES,
  drawSvg,
  INK,
  labelSvg,
  MUTED,
  plainText,
  RULE,
  SERIES_COLORS,
  SYMBOLS,
  checkSize,
} from './draw-svg';
import { AXIS, AXIS_NAME, checkRange, integerTicks, legendAbove, widen } from './axis';
import { formatFixed, formatNumber, isNumber, MISSING } from './html';

/** One line of a chart. */
export interface ChartSeries {
  name: string;
  /** `[x, y]`, by rising x. A y that is `null`, NaN or infinite is a gap in the line. */
  points: readonly (readonly [x: number, y: number | null | undefined])[];
}

export interface LineChartOptions {
  /** The accessible name; it is not drawn. */
  title: string;
  xLabel: string;
  yLabel: string;
  series: readonly ChartSeries[];
  /** What the y axis shows at least; it widens where values lie outside. @default the values' own range */
  yRange?: readonly [min: number, max: number] | undefined;
  /** Units of the view box; a page may scale it. @default 480 */
  width?: number | undefined;
  /** @default 270 */
  height?: number | undefined;
}

/**
 * A line chart as an `<svg>` element. Lines differ by colour, dash and symbol, and are named by a legend where there
 * are several; single points show; an x axis of integers, such as epochs, is labelled with integers only.
 *
 * @throws RangeError when no series has a finite point, an x is not finite or does not rise, or a size or
 * range is not valid.
 * @example
 * const svg = lineChart({ title: 'Loss', xLabel: 'Epoch', yLabel: 'Loss',
 *   series: [{ name: 'Training', points: [[1, 0.7], [2, 0.4]] }] });
 */
export function lineChart(options: LineChartOptions): string {
  const { xLabel, yLabel, width = 480, height = 270 } = options;
  const series = options.series.map(({ name, points }) => ({ name, points: checkPoints(name, points) }));
  const ys = series.flatMap(({ points }) => points.flatMap(([, y]) => (isNumber(y) ? [y] : [])));
  if (ys.length === 0) throw new RangeError('series must hold at least one finite point. Received none');
  const xs = [...new Set(series.flatMap(({ points }) => points.map(([x]) => x)))].sort((a, b) => a - b);
  const xTicks = xs.every(Number.isSafeInteger) ? integerTicks(xs[0]!, xs.at(-1)!) : undefined;
  const loneX = xs.length === 1;
  const range = options.yRange && widen(checkRange('yRange', options.yRange), ys);

  const { legend, below } = legendAbove(
    series.map(({ name }) => name),
    width,
  );
  const svg = drawSvg(width, height, {
    grid: {
      left: 0,
      right: 12,
      top: below,
      bottom: 0,
      outerBoundsMode: 'same',
      outerBoundsContain: 'all',
    },
    legend,
    xAxis: {
      type: 'value',
      name: plainText(xLabel),
      min: loneX ? xs[0]! - 1 : xs[0],
      max: loneX ? xs[0]! + 1 : xs.at(-1),
      ...AXIS,
      ...AXIS_NAME,
      nameGap: 28,
      splitLine: { show: false },
      axisTick: { show: true, lineStyle: { color: RULE }, ...(xTicks && { customValues: xTicks }) },
      axisLabel: { color: MUTED, fontSize: 13, ...(xTicks && { customValues: xTicks }) },
    },
    yAxis: {
      type: 'value',
      name: plainText(yLabel),
      scale: true,
      ...(range && { min: range[0], max: range[1] }),
      ...AXIS,
      ...AXIS_NAME,
      nameGap: 42,
      splitNumber: 5,
      axisLine: { show: false },
    },
    series: series.map(({ name, points }, index) => ({
      type: 'line',
      name: plainText(name),
      data: points.map(([x, y]) => [x, isNumber(y) ? y : '-']),
      color: SERIES_COLORS[index % SERIES_COLORS.length],
      symbol: SYMBOLS[index % SYMBOLS.length],
      symbolSize: points.length > 60 ? 4 : 8,
      showAllSymbol: true,
      lineStyle: { width: 2.5, type: DASHES[index % DASHES.length] },
      clip: false,
    })),
  });
  const spoken = series.map(({ name, points }) => describe(name, points)).join('; ');
  return labelSvg(svg, `${options.title}: ${yLabel} by ${xLabel}. ${spoken}`);
}

/** One bar. */
export interface ChartBar {
  label: string;
  /** `null`, NaN or an infinity is a missing value: no bar, a greyed label and `–`. */
  value: number | null | undefined;
}

export interface BarChartOptions {
  /** The accessible name; it is not drawn. */
  title: string;
  /** What the bars' length means. */
  valueLabel: string;
  /** From top to bottom. */
  bars: readonly ChartBar[];
  /** What the axis shows at least; it widens where values lie outside. @default from 0 to the largest value */
  range?: readonly [min: number, max: number] | undefined;
  /** Decimals of the number beside each bar. @default 2 */
  digits?: number | undefined;
  /** Units of the view box; a page may scale it. @default 480 */
  width?: number | undefined;
  /** Height of one bar and its gap. @default 25 */
  rowHeight?: number | undefined;
}

/**
 * A chart of horizontal bars as an `<svg>` element, each with its label and its value.
 *
 * @throws RangeError when there is no bar, or a size or range is not valid.
 * @example
 * const svg = barChart({ title: 'F1 by class', valueLabel: 'F1', range: [0, 1],
 *   bars: [{ label: 'Nucleoplasm', value: 0.71 }, { label: 'Rods & rings', value: NaN }] });
 */
export function barChart(options: BarChartOptions): string {
  const { bars, digits = 2, width = 480, rowHeight = 25 } = options;
  if (bars.length === 0) throw new RangeError('bars must hold at least one bar. Received none');
  checkSize('rowHeight', rowHeight);
  const values = bars.flatMap(({ value }) => (isNumber(value) ? [value] : []));
  const range = options.range
    ? widen(checkRange('range', options.range), values)
    : widen([0, Math.max(...values, 0) || 1], values);

  const svg = drawSvg(width, rowHeight * bars.length + 60, {
    // Without a DOM, text is measured by a typical font's widths; the margin is for wider ones.
    grid: { left: 24, right: 40, top: 4, bottom: 4, outerBoundsMode: 'same', outerBoundsContain: 'all' },
    xAxis: {
      type: 'value',
      name: plainText(options.valueLabel),
      min: range[0],
      max: range[1],
      ...AXIS,
      ...AXIS_NAME,
      nameGap: 28,
      // They would run through the bars' values.
      splitLine: { show: false },
    },
    yAxis: {
      type: 'category',
      inverse: true,
      data: bars.map((bar) => plainText(bar.label)),
      axisLine: { lineStyle: { color: RULE } },
      axisTick: { show: false },
      axisLabel: {
        interval: 0,
        fontSize: 13,
        width: width * 0.42,
        overflow: 'truncate',
        color: (_: unknown, index?: number) => (isNumber(bars[index ?? 0]?.value) ? INK : MUTED),
      },
    },
    series: [
      {
        type: 'bar',
        color: SERIES_COLORS[0],
        barWidth: '62%',
        clip: false,
        data: bars.map(({ value }) => ({
          value: isNumber(value) ? value : 0,
          label: {
            show: true,
            position: isNumber(value) && value < 0 ? 'left' : 'right',
            formatter: () => (isNumber(value) ? formatFixed(value, digits) : MISSING),
            color: isNumber(value) ? INK : MUTED,
            fontSize: 13,
          },
        })),
      },
    ],
  });
  const spoken = bars.map((bar) => `${bar.label} ${formatFixed(bar.value, digits)}`).join(', ');
  return labelSvg(svg, `${options.title}: ${options.valueLabel}. ${spoken}`);
}

function describe(name: string, points: ChartSeries['points']): string {
  const known = points.filter(([, y]) => isNumber(y));
  if (known.length === 0) return `${name}: no values`;
  const [first, last] = [known[0]!, known.at(-1)!];
  const start = `${name}: ${formatNumber(first[1])} at ${formatNumber(first[0])}`;
  return known.length === 1 ? start : `${start} to ${formatNumber(last[1])} at ${formatNumber(last[0])}`;
}

function checkPoints(name: string, points: ChartSeries['points']): ChartSeries['points'] {
  points.forEach(([x], index) => {
    if (!isNumber(x)) throw new RangeError(`x of series "${name}" must be finite. Received ${String(x)}`);
    const before = points[index - 1]?.[0];
    if (before !== undefined && x <= before)
      throw new RangeError(`x of series "${name}" must rise. Received ${x} after ${before}`);
  });
  return points;
}
