/** A chart of lines as SVG text, drawn without a DOM: no ids, no style sheet, no script, so that many can stand in one page. */
import { AXIS, AXIS_NAME, legendAbove } from './axis';
import { DASHES, drawSvg, INK, labelSvg, MUTED, plainText, SERIES_COLORS, SYMBOLS } from './draw-svg';
import { formatNumber, isNumber } from './html';
import { xAxisOf, yAxisOf, type Scale } from './value-axis';

/** One line of a chart. */
export interface ChartSeries {
  /** Stands in the legend. */
  name: string;
  /** `[x, y]`, by rising x. A y that is `null`, NaN or infinite is a gap in the line; on a log scale, one of 0 or less too. */
  points: readonly (readonly [x: number, y: number | null | undefined])[];
  /**
   * `'thin'` stands back behind the others, for raw values beside smoothed ones; `'steps'` holds each value up to the
   * next x, for histograms.
   * @default 'line'
   */
  style?: 'line' | 'thin' | 'steps' | undefined;
}

/** A place on the x axis, drawn as a labelled line from top to bottom. */
export interface ChartMark {
  /** Where it stands. */
  x: number;
  /** What it says. */
  label: string;
}

/** Options of `lineChart`. */
export interface LineChartOptions {
  /** The accessible name; it is not drawn. */
  title: string;
  /** Stands along the x axis. */
  xLabel: string;
  /** Stands along the y axis. */
  yLabel: string;
  /** The lines. */
  series: readonly ChartSeries[];
  /** @default none */
  marks?: readonly ChartMark[] | undefined;
  /** @default 'linear' */
  xScale?: Scale | undefined;
  /** @default 'linear' */
  yScale?: Scale | undefined;
  /** What the y axis shows at least; it widens where values lie outside. @default the values' own range */
  yRange?: readonly [min: number, max: number] | undefined;
  /**
   * For one of many small charts, whose captions and legend the page around gives: no legend, no names of axes.
   * @default false
   */
  compact?: boolean | undefined;
  /** Units of the view box; a page may scale it. @default 480 */
  width?: number | undefined;
  /** @default 270 */
  height?: number | undefined;
}

const MOST_SYMBOLS = 60;

/**
 * A line chart as an `<svg>` element. Lines differ by colour, dash and symbol, and are named by a legend where there
 * are several; single points show; an x axis of integers, such as epochs, is labelled with integers only.
 *
 * @throws RangeError when no series has a finite point, an x or mark is not finite or does not rise, an x on a log scale
 * is not above 0, or a size or range is not valid.
 * @example
 * const svg = lineChart({ title: 'Loss', xLabel: 'Epoch', yLabel: 'Loss',
 *   series: [{ name: 'Training', points: [[1, 0.7], [2, 0.4]] }] });
 */
export function lineChart(options: LineChartOptions): string {
  const { xLabel, yLabel, marks = [], compact = false, width = 480, height = 270 } = options;
  const { xScale = 'linear', yScale = 'linear' } = options;
  const isShown = (y: number | null | undefined): y is number =>
    isNumber(y) && (yScale === 'linear' || y > 0);
  const { series } = options;
  for (const { name, points } of series) checkPoints(name, points, xScale);
  for (const { x, label } of marks) checkPoints(label, [[x, 0]], xScale);
  const ys = series.flatMap(({ points }) => points.map(([, y]) => y).filter(isShown));
  if (ys.length === 0) throw new RangeError('series must hold at least one finite point. Received none');
  const given = series.flatMap(({ points }) => points.map(([x]) => x));
  const xs = [...new Set([...given, ...marks.map(({ x }) => x)])].sort((a, b) => a - b);

  const { legend, below } = legendAbove(compact ? [] : series.map(({ name }) => name), width);
  const markRoom = marks.length > 0 ? 18 : 0;
  const axisLabel = { color: MUTED, fontSize: compact ? 11 : 13 };
  const name = (text: string) => (compact ? {} : { name: plainText(text), ...AXIS_NAME });
  const svg = drawSvg(width, height, {
    grid: {
      left: 0,
      right: 12,
      top: below + markRoom,
      bottom: 0,
      outerBoundsMode: 'same',
      outerBoundsContain: 'all',
    },
    legend,
    xAxis: {
      ...AXIS,
      ...name(xLabel),
      nameGap: 28,
      splitLine: { show: false },
      ...xAxisOf(xs, xScale, axisLabel, compact ? 5 : 7),
    },
    yAxis: [
      {
        ...AXIS,
        ...name(yLabel),
        nameGap: 42,
        axisLine: { show: false },
        ...yAxisOf(ys, options.yRange, yScale, axisLabel, compact ? 3 : 6),
      },
      // What marks stand on, whatever the values are.
      { type: 'value', min: 0, max: 1, show: false },
    ],
    series: [
      ...series.map(({ name, points, style = 'line' }, index) => {
        const fewSymbols = compact || style !== 'line' || points.length > MOST_SYMBOLS;
        const isSingle = (i: number) => !isShown(points[i - 1]?.[1]) && !isShown(points[i + 1]?.[1]);
        const type = style === 'thin' ? 'solid' : DASHES[index % DASHES.length];
        return {
          type: 'line',
          name: plainText(name),
          data: points.map(([x, y], i) => {
            const value = [x, isShown(y) ? y : '-'];
            return fewSymbols && !isSingle(i) ? { value, symbol: 'none' } : value;
          }),
          color: SERIES_COLORS[index % SERIES_COLORS.length],
          symbol: SYMBOLS[index % SYMBOLS.length],
          symbolSize: points.length > MOST_SYMBOLS ? 4 : 8,
          showAllSymbol: true,
          ...(style === 'steps' && { step: 'end' }),
          lineStyle: { width: style === 'thin' ? 1 : compact ? 2 : 2.5, type },
          z: style === 'thin' ? 1 : 2,
          clip: false,
        };
      }),
      ...marks.map(drawMark),
    ],
  });
  const spoken = [
    ...series.map(({ name, points }) => describe(name, points, isShown)),
    ...marks.map(({ x, label }) => `${label} at ${formatNumber(x)}`),
  ];
  return labelSvg(svg, `${options.title}: ${yLabel} by ${xLabel}. ${spoken.join('; ')}`);
}

/** An upright line from the bottom to its label at the top. */
function drawMark({ x, label }: ChartMark) {
  const text = plainText(label);
  return {
    type: 'line',
    yAxisIndex: 1,
    symbol: 'none',
    showAllSymbol: true,
    color: INK,
    lineStyle: { width: 1.5 },
    z: 3,
    clip: false,
    data: [
      [x, 0],
      {
        value: [x, 1],
        symbol: 'circle',
        symbolSize: 1,
        label: { show: true, formatter: () => text, position: 'top', distance: 3, color: INK, fontSize: 12 },
      },
    ],
  };
}

function describe(
  name: string,
  points: ChartSeries['points'],
  isShown: (y: number | null | undefined) => boolean,
): string {
  const known = points.filter(([, y]) => isShown(y));
  if (known.length === 0) return `${name}: no values`;
  const [first, last] = [known[0]!, known.at(-1)!];
  const start = `${name}: ${formatNumber(first[1])} at ${formatNumber(first[0])}`;
  return known.length === 1 ? start : `${start} to ${formatNumber(last[1])} at ${formatNumber(last[0])}`;
}

function checkPoints(name: string, points: ChartSeries['points'], scale: Scale): void {
  points.forEach(([x], index) => {
    if (!isNumber(x)) throw new RangeError(`x of series "${name}" must be finite. Received ${String(x)}`);
    if (scale === 'log' && x <= 0)
      throw new RangeError(`x of series "${name}" must be above 0 on a log scale. Received ${x}`);
    const before = points[index - 1]?.[0];
    if (before !== undefined && x <= before)
      throw new RangeError(`x of series "${name}" must rise. Received ${x} after ${before}`);
  });
}
