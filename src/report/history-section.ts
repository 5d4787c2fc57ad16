/** The report's section on training: curves by epoch, and all figures in a table that folds away. */
import { figure, formatFixed, formatNumber, isNumber, table, type Section } from './html';
import { lineChart, type ChartSeries } from './line-chart';
import type { ReportEpoch } from './report-input';

/** The section; nothing for no epochs. */
export function renderHistory(history: readonly ReportEpoch[]): Section | undefined {
  if (history.length === 0) return undefined;
  const column = (name: string, key: keyof ReportEpoch): ChartSeries[] => {
    const points = history.map((row) => [row.epoch, row[key]] as const);
    return points.some(([, y]) => isNumber(y)) ? [{ name, points }] : [];
  };
  const losses = [...column('Training', 'loss'), ...column('Validation', 'validLoss')];
  const scores = [
    ...column('Before tuning', 'validMacroF1'),
    ...column('Tuned on the same part', 'validMacroF1Tuned'),
  ];
  const charts: string[] = [];
  if (losses.length > 0)
    charts.push(
      figure('Loss', lineChart({ title: 'Loss', xLabel: 'Epoch', yLabel: 'Loss', series: losses })),
    );
  if (scores.length > 0) {
    const title = 'Validation macro F1';
    const svg = lineChart({ title, xLabel: 'Epoch', yLabel: 'Macro F1', series: scores, yRange: [0, 1] });
    charts.push(figure(title, svg));
  }
  return {
    id: 'training',
    title: 'Training',
    body: `${renderBestEpoch(history)}${charts.length > 0 ? `<div class="charts">${charts.join('')}</div>\n` : ''}${renderEpochs(history)}`,
  };
}

function renderBestEpoch(history: readonly ReportEpoch[]): string {
  const scored = history.filter((row) => isNumber(row.validMacroF1));
  if (scored.length === 0) return '';
  const best = scored.reduce((a, b) => (b.validMacroF1! > a.validMacroF1! ? b : a));
  return `<p class="lead">Best validation macro F1 <strong>${formatFixed(best.validMacroF1, 3)}</strong> at epoch ${best.epoch}.</p>\n`;
}

const EPOCH_COLUMNS: readonly [keyof ReportEpoch, string, (value: number | null | undefined) => string][] = [
  ['loss', 'Loss', (value) => formatFixed(value, 4)],
  ['validLoss', 'Validation loss', (value) => formatFixed(value, 4)],
  ['validMacroF1', 'Validation macro F1', (value) => formatFixed(value, 3)],
  ['validMacroF1Tuned', 'Tuned', (value) => formatFixed(value, 3)],
  ['learningRate', 'Learning rate', formatNumber],
  ['imagesPerSecond', 'Images/s', (value) => formatFixed(value, 1)],
  ['seconds', 'Seconds', (value) => formatFixed(value, 1)],
];

function renderEpochs(history: readonly ReportEpoch[]): string {
  const columns = EPOCH_COLUMNS.filter(([key]) => history.some((row) => isNumber(row[key])));
  const rows = history.map((row) => ({
    cells: [String(row.epoch), ...columns.map(([key, , format]) => format(row[key]))],
  }));
  return `<details><summary>All ${history.length === 1 ? 'figures of the epoch' : `${history.length} epochs as a table`}</summary>
${table({ label: 'Epochs', className: 'epochs', head: ['Epoch', ...columns.map(([, name]) => name)], rows })}</details>
`;
}
