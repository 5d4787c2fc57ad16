/** Parallel coordinates of a search as SVG text: one line a trial, through all its parameters to its score. */
import { AXIS, linearTicks, logTicks, shortNumber } from './axis';
import {
  checkSize,
  DASHES,
  drawSvg,
  INK,
  labelSvg,
  MUTED,
  plainText,
  SEQUENCE_COLORS,
  SERIES_COLORS,
  SURFACE,
} from './draw-svg';
import { formatNumber, isNumber } from './html';
import { checkSearch, formatValue, rankTrials, type SearchAxis, type SearchResults } from './search-results';

export interface ParallelCoordinatesOptions extends SearchResults {
  /** The accessible name; it is not drawn. @default 'Trials of the search' */
  title?: string | undefined;
  /** Units of the view box; a page may scale it. @default 160 for each axis and the score, at least 480 */
  width?: number | undefined;
  /** @default 360 */
  height?: number | undefined;
}

/** How many trials stand out and are named. */
const NAMED = 3;
const [LEFT, RIGHT, TOP, BOTTOM] = [64, 120, 44, 14];
const LABEL_HEIGHT = 17;

/** Values of one axis on a scale from 0 to 1. */
interface PlacedAxis {
  name: string;
  place: (value: number | string) => number;
  ticks: { text: string; at: number }[];
}

/**
 * A chart of a search as an `<svg>` element: an axis for each parameter and one for the score, and a line for each trial,
 * stronger for better ones. The best three are thick, differ by dash and are named at their end; trials without a score are
 * dotted and end before the score's axis.
 *
 * @throws RangeError when there is no axis or trial, a trial has another number of values, or a value cannot stand on its
 * axis; TypeError for text on an axis of numbers.
 * @example
 * const svg = parallelCoordinates({
 *   axes: [{ name: 'Learning rate', scale: 'log' }, { name: 'Loss', scale: 'category' }],
 *   trials: [{ values: [1e-3, 'focal'], score: 0.42 }, { values: [1e-2, 'bce'], score: 0.31 }],
 * });
 */
export function parallelCoordinates(options: ParallelCoordinatesOptions): string {
  checkSearch(options);
  const { axes, trials, scoreName = 'Score', goal = 'max', title = 'Trials of the search' } = options;
  const { width = Math.max(480, 160 * (axes.length + 1)), height = 360 } = options;
  checkSize('width', width);
  checkSize('height', height);
  const ranked = rankTrials(options);
  const scored = ranked.filter(({ score }) => isNumber(score));
  const placed = axes.map((axis, i) =>
    placeAxis(
      axis,
      trials.map(({ values }) => values[i]!),
    ),
  );
  if (scored.length > 0) {
    const axis = placeAxis(
      { name: scoreName, scale: 'linear' },
      scored.map(({ score }) => score!),
    );
    placed.push(goal === 'max' ? axis : turnOver(axis));
  }
  const named = scored.slice(0, NAMED);
  const plotHeight = height - TOP - BOTTOM;
  const nameAt = spreadLabels(named.map(({ score }) => (1 - placed.at(-1)!.place(score!)) * plotHeight));

  const lines = ranked.map((trial, rank) => {
    const color = SEQUENCE_COLORS[Math.floor((rank / scored.length) * SEQUENCE_COLORS.length)] ?? MUTED;
    const isNamed = rank < named.length;
    const values = isNumber(trial.score) ? [...trial.values, trial.score] : trial.values;
    const heights = values.map((value, i) => placed[i]!.place(value));
    return {
      type: 'line',
      symbol: isNamed ? 'circle' : 'none',
      symbolSize: 7,
      showAllSymbol: true,
      // The best on top, the first of them uppermost.
      z: isNamed ? 3 + NAMED - rank : 2,
      color: isNamed ? SERIES_COLORS[1] : color,
      lineStyle: isNamed
        ? { width: 3, type: DASHES[rank] }
        : { width: 1.25, type: isNumber(trial.score) ? 'solid' : 'dotted' },
      data: heights.map((y, x) => {
        if (!isNamed || x < heights.length - 1) return [x, y];
        const text = plainText(`${rank + 1}. ${trial.label}`);
        const label = { show: true, position: 'right', distance: 8, color: INK, fontSize: 13 };
        const offset = [0, nameAt[rank]! - (1 - y) * plotHeight];
        return {
          value: [x, y],
          label: { ...label, formatter: () => text, offset, width: RIGHT - 12, overflow: 'truncate' },
        };
      }),
    };
  });
  const svg = drawSvg(width, height, {
    grid: { left: LEFT, right: RIGHT, top: TOP, bottom: BOTTOM, outerBoundsMode: 'none' },
    xAxis: {
      type: 'category',
      position: 'top',
      boundaryGap: false,
      data: placed.map(({ name }) => plainText(name)),
      axisLine: { show: false },
      axisTick: { show: false },
      axisLabel: { color: INK, fontSize: 13, interval: 0, width: 112, overflow: 'break', lineHeight: 15 },
      splitLine: { show: true, lineStyle: { color: MUTED, width: 1.5 } },
    },
    yAxis: { ...AXIS, type: 'value', min: 0, max: 1, show: false },
    series: [...lines, ...placed.map((axis, x) => ticksOf(axis, x))],
  });
  const best = named.map(({ label, score, values }, rank) => {
    const settings = axes.map(({ name }, i) => `${name} ${formatValue(values[i]!)}`).join(', ');
    return `${rank + 1}. ${label}: ${scoreName} ${formatNumber(score)}, ${settings}`;
  });
  return labelSvg(svg, `${title}: ${trials.length} trials. ${best.join('; ')}`);
}

function placeAxis({ name, scale }: SearchAxis, values: readonly (number | string)[]): PlacedAxis {
  if (scale === 'category') {
    const texts = [...new Set(values.map(String))];
    const at = (text: string) => (texts.length > 1 ? texts.indexOf(text) / (texts.length - 1) : 0.5);
    return {
      name,
      place: (value) => at(String(value)),
      ticks: texts.map((text) => ({ text, at: at(text) })),
    };
  }
  const transform = scale === 'log' ? Math.log : Number;
  const numbers = values.map(Number);
  const [min, max] = [numbers.reduce((a, b) => Math.min(a, b)), numbers.reduce((a, b) => Math.max(a, b))];
  const [low, high] = [transform(min), transform(max)];
  const place = (value: number | string) =>
    low < high ? (transform(Number(value)) - low) / (high - low) : 0.5;
  const ticks = scale === 'log' ? logTicks(min, max) : linearTicks(min, max, 7);
  return { name, place, ticks: ticks.map((tick) => ({ text: shortNumber(tick), at: place(tick) })) };
}

function turnOver({ name, place, ticks }: PlacedAxis): PlacedAxis {
  return {
    name,
    place: (value) => 1 - place(value),
    ticks: ticks.map(({ text, at }) => ({ text, at: 1 - at })),
  };
}

/** An axis's ticks: points without a line, with their labels to the left. */
function ticksOf({ ticks }: PlacedAxis, x: number) {
  return {
    type: 'line',
    symbol: 'rect',
    symbolSize: [7, 1.5],
    showAllSymbol: true,
    color: MUTED,
    lineStyle: { width: 0 },
    z: 9,
    data: ticks.map(({ text, at }) => ({
      value: [x, at],
      label: {
        show: true,
        position: 'left',
        distance: 3,
        formatter: () => plainText(text),
        color: MUTED,
        fontSize: 12,
        width: LEFT - 8,
        overflow: 'truncate',
        // Lines run behind the labels.
        textBorderColor: SURFACE,
        textBorderWidth: 3,
      },
    })),
  };
}

/** Where labels that want to stand at these heights stand without overlapping, in the same order. */
function spreadLabels(wanted: readonly number[]): number[] {
  const order = [...wanted.keys()].sort((a, b) => wanted[a]! - wanted[b]! || a - b);
  const at = [...wanted];
  order.forEach((label, i) => {
    const above = order[i - 1];
    if (above !== undefined) at[label] = Math.max(at[label]!, at[above]! + LABEL_HEIGHT);
  });
  return at;
}
