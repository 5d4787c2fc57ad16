/** A chart of bars as SVG text, drawn without a DOM: no ids, no style sheet, no script, so that many can stand in one page. */
import { AXIS, AXIS_NAME, checkRange, widen } from './axis';
import { checkSize, drawSvg, INK, labelSvg, MUTED, plainText, RULE, SERIES_COLORS } from './draw-svg';
import { formatFixed, isNumber, MISSING } from './html';

/** One bar. */
export interface ChartBar {
  /** Stands beside the bar. */
  label: string;
  /** `null`, NaN or an infinity is a missing value: no bar, a greyed label and `–`. */
  value: number | null | undefined;
}

/** Options of `barChart`. */
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
