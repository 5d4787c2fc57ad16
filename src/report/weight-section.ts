/** The report's section on weights: their distributions as small charts, before and after training, and their figures. */
import type { WeightHistogram } from '../training/weight-histograms';
import { formatFixed, formatNumber, isNumber, table, type Section } from './html';
import { lineChart, type ChartMark } from './line-chart';
import type { ReportWeights } from './report-input';
import { smallMultiples } from './small-multiples';

/** More would make a long page that nobody reads. */
const MOST_CHARTS = 40;

/** The section; nothing without a weight. */
export function renderWeights(weights: ReportWeights | undefined): Section | undefined {
  if (!weights || weights.after.length === 0) return undefined;
  const before = new Map(weights.before?.map((histogram) => [histogram.name, histogram]));
  const { after } = weights;
  const drawable = after.filter(isDrawable);
  const largest = new Set([...drawable].sort((a, b) => b.size - a.size).slice(0, MOST_CHARTS));
  const drawn = drawable.filter((histogram) => largest.has(histogram));
  const broken = after.filter(({ nonFinite }) => nonFinite > 0);
  const sentences = [
    'How the values of each weight are distributed; the heights are shares of its values for each unit of width.',
    ...(drawn.length < drawable.length
      ? [`The ${drawn.length} largest of ${drawable.length} weights are drawn, all are in the table.`]
      : []),
    ...(broken.length > 0
      ? [
          `<strong>${broken.length} ${broken.length === 1 ? 'weight holds' : 'weights hold'} NaN or infinities.</strong>`,
        ]
      : []),
  ];
  const names = before.size > 0 ? ['After training', 'Before training'] : ['Weights'];
  const charts = drawn.map((histogram) => draw(histogram, before.get(histogram.name)));
  return {
    id: 'weights',
    title: 'Weights',
    body: `<p class="lead">${sentences.join(' ')}</p>
${charts.length > 0 ? smallMultiples(names, charts) : ''}${renderTable(after, before)}`,
  };
}

function draw(after: WeightHistogram, before: WeightHistogram | undefined) {
  const series = [{ ...densityOf(after), name: 'After training' }];
  const marks: ChartMark[] = [];
  // As a histogram, equal values would take half a unit to both sides, and often the whole chart.
  if (before?.deviation === 0) marks.push({ x: before.mean!, label: `before: ${formatNumber(before.mean)}` });
  else if (before && isDrawable(before)) series.push({ ...densityOf(before), name: 'Before training' });
  const heights = series.flatMap(({ points }) => points.map(([, y]) => y));
  const svg = lineChart({
    title: after.name,
    xLabel: 'Value',
    yLabel: 'Density',
    compact: true,
    width: 260,
    height: 130,
    yRange: [0, heights.reduce((a, b) => Math.max(a, b))],
    series,
    marks,
  });
  return {
    caption: after.name,
    note: `${after.shape.join('×')}, deviation ${formatNumber(after.deviation)}`,
    svg,
  };
}

function isDrawable({ counts }: WeightHistogram): boolean {
  return counts.some((count) => count > 0);
}

/** The share of values for each unit of width, so that histograms of other bins can stand beside each other. */
function densityOf({ edges, counts }: WeightHistogram) {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const heights = counts.map((count, i) => count / total / (edges[i + 1]! - edges[i]!));
  const corners = edges.map((edge, i) => [edge, heights[i] ?? heights.at(-1)!] as const);
  return { style: 'steps' as const, points: corners };
}

function renderTable(
  after: readonly WeightHistogram[],
  before: ReadonlyMap<string, WeightHistogram>,
): string {
  const isCompared = before.size > 0;
  const head = [
    'Weight',
    'Shape',
    'Mean',
    'Deviation',
    ...(isCompared ? ['Deviation before'] : []),
    'Zeros',
    'Not finite',
  ];
  const rows = after.map((histogram) => {
    const { name, shape, mean, deviation, zeros, nonFinite } = histogram;
    return {
      cells: [
        name,
        shape.join('×'),
        formatNumber(mean),
        formatNumber(deviation),
        ...(isCompared ? [formatNumber(before.get(name)?.deviation)] : []),
        isNumber(zeros) ? `${formatFixed(100 * zeros, 1)} %` : formatNumber(zeros),
        formatNumber(nonFinite),
      ],
    };
  });
  return `<details><summary>${after.length === 1 ? 'The weight' : `All ${after.length} weights`} as a table</summary>
${table({ label: 'Weights', className: 'weights', head, rows })}</details>
`;
}
