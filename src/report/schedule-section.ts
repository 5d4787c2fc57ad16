/** The report's sections on the learning rate: by epoch and by step with its loss, and the range test that suggested it. */
import { figure, formatNumber, isNumber, type Section } from './html';
import { lineChart, type ChartSeries } from './line-chart';
import { rangeTestChart } from './range-test-chart';
import type { ReportEpoch, ReportInput, ReportStep } from './report-input';

type Points = ChartSeries['points'];

/** More would not be told apart in a chart. */
const MOST_POINTS = 300;
/** Rates that span more than this are read on a log scale. */
const LINEAR_SPAN = 20;

/** The section; nothing where no rate changes and there are no steps. */
export function renderSchedule(
  history: readonly ReportEpoch[],
  steps: readonly ReportStep[],
): Section | undefined {
  const byEpoch = history.map(({ epoch, learningRate }) => [epoch, learningRate] as const);
  const rates = new Set(byEpoch.map(([, rate]) => rate).filter(isNumber));
  const [thinned, perPoint] = thin(steps);
  const charts = [
    rates.size > 1 ? drawRates('Learning rate by epoch', 'Epoch', byEpoch) : '',
    drawRates(
      'Learning rate by step',
      'Step',
      thinned.map(({ step, learningRate }) => [step, learningRate] as const),
    ),
    draw(
      'Loss by step',
      'Step',
      'Loss',
      thinned.map(({ step, loss }) => [step, loss] as const),
    ),
  ].join('');
  if (charts === '') return undefined;
  const lead =
    perPoint > 1 ? `<p class="lead">Each point of a step is the mean of ${perPoint} steps.</p>\n` : '';
  return { id: 'schedule', title: 'Schedule', body: `${lead}<div class="charts">${charts}</div>\n` };
}

/** The section; nothing without a test. */
export function renderRangeTest(rangeTest: ReportInput['rangeTest']): Section | undefined {
  if (!rangeTest) return undefined;
  return {
    id: 'range-test',
    title: 'Learning-rate range test',
    body: `<p class="lead">${suggestion(rangeTest.suggested)}</p>
<div class="charts">${figure('Loss as the rate rises', rangeTestChart(rangeTest))}</div>
`,
  };
}

function drawRates(title: string, xLabel: string, points: Points): string {
  const above = points.map(([, rate]) => rate).filter((rate) => isNumber(rate) && rate > 0) as number[];
  const [min, max] = [
    above.reduce((a, b) => Math.min(a, b), Infinity),
    above.reduce((a, b) => Math.max(a, b), 0),
  ];
  return draw(title, xLabel, 'Learning rate', points, max > LINEAR_SPAN * min ? 'log' : 'linear');
}

function draw(
  title: string,
  xLabel: string,
  yLabel: string,
  points: Points,
  yScale: 'linear' | 'log' = 'linear',
): string {
  if (!points.some(([, y]) => isNumber(y))) return '';
  return figure(title, lineChart({ title, xLabel, yLabel, yScale, series: [{ name: yLabel, points }] }));
}

/** At most so many points, each the mean of a stretch of steps at its first step, and the length of a stretch. */
function thin(steps: readonly ReportStep[]): [steps: ReportStep[], perPoint: number] {
  const size = Math.max(1, Math.ceil(steps.length / MOST_POINTS));
  const starts = Array.from({ length: Math.ceil(steps.length / size) }, (_, i) => i * size);
  const stretches = starts.map((start) => steps.slice(start, start + size));
  const points = stretches.map((stretch) => ({
    step: stretch[0]!.step,
    learningRate: meanOf(stretch.map(({ learningRate }) => learningRate)),
    loss: meanOf(stretch.map(({ loss }) => loss)),
  }));
  return [points, size];
}

function meanOf(values: readonly (number | null | undefined)[]): number | null {
  const known = values.filter(isNumber);
  return known.length > 0 ? known.reduce((sum, value) => sum + value, 0) / known.length : null;
}

function suggestion(rate: number | undefined): string {
  if (rate === undefined) return 'At no rate did the loss fall.';
  return `Suggested learning rate <strong>${formatNumber(Number(rate.toPrecision(2)))}</strong>.`;
}
