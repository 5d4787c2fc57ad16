/** The report's section on thresholds: what each class's threshold trades, as small charts. */
import type { ThresholdCurve, ThresholdPoint } from '../thresholds/threshold-curves';
import { formatFixed, formatNumber, isNumber, type Section } from './html';
import { lineChart } from './line-chart';
import { smallMultiples } from './small-multiples';

/** More would not be told apart in a small chart. */
const MOST_POINTS = 60;
const SCORES = [
  ['F1', 'f1'],
  ['Precision', 'precision'],
  ['Recall', 'recall'],
] as const;

/** The section; nothing for no curves. */
export function renderThresholds(curves: readonly ThresholdCurve[]): Section | undefined {
  if (curves.length === 0) return undefined;
  const drawn = curves.filter(({ support, points }) => support > 0 && points.length > 0);
  const left = curves.length - drawn.length;
  const absent =
    left === 0
      ? ''
      : ` ${left === 1 ? 'One class' : `${left} classes`} without a sample or a score ${left === 1 ? 'is' : 'are'} left out.`;
  const lead = `<p class="lead">F1, precision and recall of each class over its thresholds; the upright line is the threshold that was chosen. Each chart spans its class's own scores.${absent}</p>\n`;
  const names = SCORES.map(([name]) => name);
  return {
    id: 'thresholds',
    title: 'Thresholds',
    body: lead + (drawn.length > 0 ? smallMultiples(names, drawn.map(draw)) : ''),
  };
}

function draw({ name, support, chosen, points }: ThresholdCurve) {
  const isMarked = isNumber(chosen.threshold);
  const shown = thin(points);
  const svg = lineChart({
    title: name,
    xLabel: 'Threshold',
    yLabel: 'Score',
    yRange: [0, 1],
    compact: true,
    width: 260,
    height: 150,
    series: SCORES.map(([series, key]) => ({
      name: series,
      points: shown.map((point) => [point.threshold, point[key]] as const),
    })),
    marks: isMarked
      ? [{ x: chosen.threshold, label: formatNumber(Number(chosen.threshold.toPrecision(2))) }]
      : [],
  });
  const at = isMarked
    ? `F1 ${formatFixed(chosen.f1, 3)} at ${formatFixed(chosen.threshold, 3)}`
    : `${chosen.threshold > 0 ? 'never' : 'always'} predicted, F1 ${formatFixed(chosen.f1, 3)}`;
  return {
    caption: name,
    note: `${at}, ${formatNumber(support)} ${support === 1 ? 'sample' : 'samples'}`,
    svg,
  };
}

/** Some of the points, evenly spread, both ends among them. */
function thin(points: readonly ThresholdPoint[]): readonly ThresholdPoint[] {
  if (points.length <= MOST_POINTS) return points;
  const step = (points.length - 1) / (MOST_POINTS - 1);
  return Array.from({ length: MOST_POINTS }, (_, i) => points[Math.round(i * step)]!);
}
