/** A map of embeddings as SVG text: a point a sample, in the colour of what it shows. */
import { ScatterChart } from 'echarts/charts';
import { use } from 'echarts/core';
import { legendAbove, widen } from './axis';
import { checkSize, drawSvg, labelSvg, MUTED, plainText, RULE, SERIES_COLORS, SYMBOLS } from './draw-svg';
import { formatNumber } from './html';

use([ScatterChart]);

/** Options of `embeddingChart`. */
export interface EmbeddingChartOptions {
  /** The accessible name; it is not drawn. */
  title: string;
  /** x and y of each sample, row-major `[samples, 2]`, such as `embeddingMap` gives. */
  points: ArrayLike<number>;
  /** Multi-hot labels `[samples, classes]`. @default none: all points look the same */
  labels?: ArrayLike<number> | undefined;
  /** Names of the classes; needed with `labels`. */
  classes?: readonly string[] | undefined;
  /** How many classes have a look of their own, 1 to 12; the others, the rarer ones, share a grey. @default 8 */
  maxClasses?: number | undefined;
  /** Units of the view box; a page may scale it. The height follows: the map is a square. @default 560 */
  width?: number | undefined;
}

interface Group {
  name: string;
  points: [x: number, y: number][];
}

/** Pairs of a colour and a symbol before the first comes again. */
const LOOKS = 12;
const FRAME = 8;

/**
 * A map of samples as an `<svg>` element. A sample of several labels has the look of its rarest one among those that are
 * drawn, since the frequent ones are everywhere. Both axes have one unit and no numbers: on a map by UMAP they mean
 * nothing. Looks differ by colour and symbol and are named by a legend.
 *
 * @throws RangeError for points or labels that are not as many, not finite, or none, and for a width or `maxClasses` that
 * is not valid
 * @example
 * const svg = embeddingChart({ title: 'Validation images', points: await embeddingMap(embedded),
 *   labels: embedded.labels, classes: valid.classes });
 */
export function embeddingChart(options: EmbeddingChartOptions): string {
  const { title, points, labels, classes = [], maxClasses = 8, width = 560 } = options;
  checkSize('width', width);
  if (!(Number.isInteger(maxClasses) && maxClasses >= 1 && maxClasses <= LOOKS))
    throw new RangeError(`maxClasses must be an integer from 1 to ${LOOKS}. Received ${maxClasses}`);
  const places = pairs(points);
  const groups = labels
    ? groupsOf(places, labels, classes, maxClasses)
    : [{ name: 'Samples', points: places }];
  const { legend, below } = legendAbove(
    groups.map(({ name }) => name),
    width,
  );
  const [x, y] = [0, 1].map((axis) => places.map((place) => place[axis]!)) as [number[], number[]];
  const half = 0.52 * Math.max(...[x, y].map(spanOf)) || 1;
  const axis = (values: readonly number[]) => {
    const [low, high] = widen([Infinity, -Infinity], values);
    const middle = (low + high) / 2;
    return {
      ...{ type: 'value', min: middle - half, max: middle + half },
      ...{ axisLabel: { show: false }, axisTick: { show: false }, splitLine: { show: false } },
      axisLine: { show: false },
    };
  };
  const side = width - 2 * FRAME;
  const svg = drawSvg(width, below + side + FRAME, {
    grid: {
      ...{ left: FRAME, top: below, width: side, height: side, outerBoundsMode: 'none' },
      ...{ show: true, backgroundColor: 'transparent', borderColor: RULE },
    },
    legend: { ...legend, itemWidth: 14 },
    xAxis: axis(x),
    yAxis: axis(y),
    series: groups.map(({ name, points: data }, index) => ({
      type: 'scatter',
      name: plainText(name),
      data,
      ...lookOf(name, index),
      symbolSize: places.length > 500 ? 5 : 8,
      // Rare classes are drawn after frequent ones, and so over them; what has no look of its own lies below.
      z: name === OTHERS ? 1 : 2,
    })),
  });
  const spoken = groups.map(({ name, points: own }) => `${name} ${formatNumber(own.length)}`).join(', ');
  return labelSvg(svg, `${title}: a map of ${formatNumber(places.length)} samples. ${spoken}`);
}

const OTHERS = 'Others';

function lookOf(name: string, index: number) {
  if (name === OTHERS) return { color: MUTED, symbol: 'circle', itemStyle: { opacity: 0.35 } };
  return {
    color: SERIES_COLORS[index % SERIES_COLORS.length],
    symbol: SYMBOLS[index % SYMBOLS.length],
    itemStyle: { opacity: 0.85 },
  };
}

function pairs(points: ArrayLike<number>): [number, number][] {
  if (points.length === 0 || points.length % 2 !== 0)
    throw new RangeError(`points must be pairs of x and y. Received ${points.length} values`);
  return Array.from({ length: points.length / 2 }, (_, i) => {
    const pair: [number, number] = [points[2 * i]!, points[2 * i + 1]!];
    if (!pair.every(Number.isFinite))
      throw new RangeError(`points must be finite. Received [${pair.join(', ')}] for sample ${i}`);
    return pair;
  });
}

/** The most frequent classes, each with the samples of which it is the rarest, and all other samples. */
function groupsOf(
  places: readonly [number, number][],
  labels: ArrayLike<number>,
  classes: readonly string[],
  maxClasses: number,
): Group[] {
  if (labels.length !== places.length * classes.length)
    throw new RangeError(
      `labels must have samples × classes = ${places.length * classes.length} values. Received ${labels.length}`,
    );
  const has = (sample: number, k: number) => labels[sample * classes.length + k]! > 0;
  const counts = classes.map((_, k) => places.reduce((sum, __, sample) => sum + Number(has(sample, k)), 0));
  const shown = [...classes.keys()]
    .filter((k) => counts[k]! > 0)
    .sort((a, b) => counts[b]! - counts[a]! || a - b)
    .slice(0, maxClasses);
  const own = new Map(shown.map((k) => [k, [] as [number, number][]]));
  const others: [number, number][] = [];
  places.forEach((place, sample) => {
    const rarest = shown.findLast((k) => has(sample, k));
    (rarest === undefined ? others : own.get(rarest)!).push(place);
  });
  const groups = shown.map((k) => ({ name: classes[k]!, points: own.get(k)! }));
  return others.length > 0 ? [...groups, { name: OTHERS, points: others }] : groups;
}

function spanOf(values: readonly number[]): number {
  const [low, high] = widen([Infinity, -Infinity], values);
  return high - low;
}
