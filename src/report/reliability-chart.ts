/** A reliability diagram as SVG text: whether probabilities come true, and over how many samples each of them. */
import type { ReliabilityBin } from '../metrics/probabilities/reliability';
import { AXIS, AXIS_NAME, legendAbove } from './axis';
import {
  checkSize,
  DASHES,
  drawSvg,
  labelSvg,
  MUTED,
  plainText,
  RULE,
  SERIES_COLORS,
  SYMBOLS,
} from './draw-svg';
import { formatNumber, isNumber } from './html';

/** The curve of one class, or of one class before or after calibration. */
export interface ReliabilitySeries {
  /** Stands in the legend. */
  name: string;
  /** What `reliabilityCurve` gives for the class, by rising probability. */
  bins: readonly ReliabilityBin[];
}

/** Options of `reliabilityChart`. */
export interface ReliabilityChartOptions {
  /** The accessible name; it is not drawn. */
  title: string;
  /** The curves. */
  series: readonly ReliabilitySeries[];
  /** @default 'Mean probability' */
  xLabel?: string | undefined;
  /** @default 'Positive rate' */
  yLabel?: string | undefined;
  /** Units of the view box; a page may scale it. The height follows: the diagram is a square. @default 420 */
  width?: number | undefined;
}

const LEFT = 64;
const RIGHT = 16;
const HISTOGRAM = 70;
const GAP = 18;
const BELOW = 48;

/**
 * A reliability diagram as an `<svg>` element: each bin's positive rate over its mean probability, beside the diagonal
 * of perfect calibration, and below it how many samples the bins hold, on a logarithmic scale. Above the diagonal the
 * model is too cautious, below it too certain. Lines differ by colour, dash and symbol, and are named by a legend
 * where there are several.
 *
 * @throws RangeError when no series has a bin, a bin is not within 0–1 or not after the one before, or the width is not
 * valid.
 * @example
 * const [before, after] = [raw, calibrated].map((p) => reliabilityCurve(labels, p, { numClasses: 28 })[0]);
 * const svg = reliabilityChart({ title: 'Nucleoplasm',
 *   series: [{ name: 'Before', bins: before }, { name: 'Calibrated', bins: after }] });
 */
export function reliabilityChart(options: ReliabilityChartOptions): string {
  const { series, xLabel = 'Mean probability', yLabel = 'Positive rate', width = 420 } = options;
  checkSize('width', width);
  series.forEach(checkBins);
  if (!series.some(({ bins }) => bins.length > 0))
    throw new RangeError('series must hold at least one bin. Received none');
  const side = Math.max(width - LEFT - RIGHT, 1);
  // A lone line needs no name.
  const { legend, below: top } = legendAbove(
    series.map(({ name }) => name),
    width,
  );
  const belowDiagram = top + side + GAP;

  const xAxis = {
    type: 'value',
    min: 0,
    max: 1,
    ...AXIS,
    axisTick: { show: true, lineStyle: { color: RULE } },
  };
  // Fixed, so that both stand below each other however wide their labels are.
  const frame = { left: LEFT, width: side, outerBoundsMode: 'none' };
  const yAxis = { ...AXIS, ...AXIS_NAME, nameGap: 44, axisLine: { show: false } };
  const decades = countDecades(series);
  const ticks = { customValues: decades };
  const svg = drawSvg(width, belowDiagram + HISTOGRAM + BELOW, {
    grid: [
      { ...frame, top, height: side },
      { ...frame, top: belowDiagram, height: HISTOGRAM },
    ],
    legend,
    xAxis: [
      { ...xAxis, gridIndex: 0, axisLabel: { show: false } },
      {
        ...xAxis,
        gridIndex: 1,
        name: plainText(xLabel),
        ...AXIS_NAME,
        nameGap: 28,
        splitLine: { show: false },
      },
    ],
    yAxis: [
      { ...yAxis, type: 'value', gridIndex: 0, min: 0, max: 1, name: plainText(yLabel) },
      {
        ...yAxis,
        type: 'log',
        gridIndex: 1,
        min: 1,
        max: decades.at(-1),
        name: 'Samples',
        axisTick: { show: false, ...ticks },
        axisLabel: { ...AXIS.axisLabel, formatter: shortenCount, ...ticks },
        splitLine: { show: false },
      },
    ],
    series: [
      {
        type: 'line',
        data: [
          [0, 0],
          [1, 1],
        ],
        symbol: 'none',
        color: MUTED,
        lineStyle: { width: 1, type: 'solid' },
      },
      ...series.flatMap(({ name, bins }, index) => {
        const look = {
          type: 'line',
          name: plainText(name),
          color: SERIES_COLORS[index % SERIES_COLORS.length],
          clip: false,
        };
        const type = DASHES[index % DASHES.length];
        return [
          {
            ...look,
            data: bins.map(({ meanProbability, positiveRate }) => [meanProbability, positiveRate]),
            symbol: SYMBOLS[index % SYMBOLS.length],
            symbolSize: 8,
            showAllSymbol: true,
            lineStyle: { width: 2.5, type },
          },
          {
            ...look,
            data: outline(bins),
            xAxisIndex: 1,
            yAxisIndex: 1,
            symbol: 'none',
            lineStyle: { width: 1.5, type },
          },
        ];
      }),
    ],
  });
  const spoken = series.map(({ name, bins }) => describe(name, bins)).join('; ');
  return labelSvg(svg, `${options.title}: ${yLabel} by ${xLabel}. ${spoken}`);
}

/** Powers of ten from 1 to the largest count or above, every other one where there are many. */
function countDecades(series: readonly ReliabilitySeries[]): number[] {
  const most = series.flatMap(({ bins }) => bins).reduce((max, { count }) => Math.max(max, count), 1);
  const step = most > 1000 ? 2 : 1;
  const decades = [1];
  do decades.push(decades.at(-1)! * 10 ** step);
  while (decades.at(-1)! < most);
  return decades;
}

/** A power of ten: `1`, `10k`, `1M`. */
function shortenCount(count: number): string {
  if (count >= 1e6) return `${Math.round(count / 1e6)}M`;
  return count >= 1e3 ? `${Math.round(count / 1e3)}k` : String(Math.round(count));
}

/** The outline of a histogram that stands on 1, the foot of a logarithmic scale, with gaps where bins are empty. */
function outline(bins: readonly ReliabilityBin[]): (readonly [number | '-', number | '-'])[] {
  return bins.flatMap(({ lower, upper, count }, index) => {
    const continues = bins[index - 1]?.upper === lower;
    const isContinued = bins[index + 1]?.lower === upper;
    return [
      ...(continues ? [] : [['-', '-'] as const, [lower, 1] as const]),
      [lower, count] as const,
      [upper, count] as const,
      ...(isContinued ? [] : [[upper, 1] as const]),
    ];
  });
}

function describe(name: string, bins: readonly ReliabilityBin[]): string {
  const parts = bins.map(
    ({ meanProbability, positiveRate, count }) =>
      `${formatNumber(positiveRate)} at ${formatNumber(meanProbability)} of ${formatNumber(count)}`,
  );
  return `${name}: ${parts.join(', ') || 'no values'}`;
}

function checkBins({ name, bins }: ReliabilitySeries): void {
  bins.forEach((bin, index) => {
    const shares = [bin.lower, bin.upper, bin.meanProbability, bin.positiveRate];
    if (
      !shares.every((share) => isNumber(share) && share >= 0 && share <= 1) ||
      !isNumber(bin.count) ||
      bin.count < 1
    ) {
      throw new RangeError(
        `bins of series "${name}" must lie in 0 to 1 and hold a sample. Received ${shares.join(', ')} and a count of ${bin.count}`,
      );
    }
    const before = bins[index - 1];
    if (before && !(bin.lower >= before.upper && bin.upper >= bin.lower)) {
      throw new RangeError(
        `bins of series "${name}" must rise. Received ${bin.lower} to ${bin.upper} after ${before.upper}`,
      );
    }
  });
}
