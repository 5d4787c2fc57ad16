/** The report's section on calibration: whether probabilities come true, before and after they were calibrated. */
import { figure, formatFixed, type Section } from './html';
import { reliabilityChart } from './reliability-chart';
import type { ReportCalibration } from './report-input';

/** The section; nothing for no class. */
export function renderCalibration(calibration: readonly ReportCalibration[]): Section | undefined {
  const drawn = calibration.filter(({ before, after = [] }) => before.length + after.length > 0);
  if (drawn.length === 0) return undefined;
  const charts = drawn.map(({ name, before, after, errorBefore, errorAfter }) => {
    const series = [{ name: after ? 'Before' : name, bins: before }];
    if (after) series.push({ name: 'Calibrated', bins: after });
    const change = errorAfter === undefined ? '' : ` → ${formatFixed(errorAfter, 4)}`;
    const svg = reliabilityChart({ title: name, series });
    return figure(`${name}: error ${formatFixed(errorBefore, 4)}${change}`, svg);
  });
  return {
    id: 'calibration',
    title: 'Calibration',
    body: `<p class="lead">How often a class is there where the model gives it a probability: on the diagonal always as often as it says, above it more often, below it less. The error is the expected calibration error, the mean distance from the diagonal.</p>
<div class="charts three">${charts.join('')}</div>
`,
  };
}
