/** The report's section on confusions: which class is wrongly predicted where another is missed. */
import { figure, formatFixed, formatNumber, MISSING, table, type Section } from './html';
import { matrixChart } from './matrix-chart';
import type { ReportConfusions } from './report-input';

const MOST_PAIRS = 12;

/** The section; nothing without counts. */
export function renderConfusions(confusions: ReportConfusions | undefined): Section | undefined {
  if (!confusions) return undefined;
  const section = { id: 'confusions', title: 'Confusions' };
  const { classes, errors } = confusions;
  const { numClasses, mistaken, missedTogether } = errors;
  const indices = [...classes.keys()];
  const count = (missed: number, predicted: number) => mistaken[missed * numClasses + predicted]!;
  const pairs = indices
    .flatMap((missed) =>
      indices.map((predicted) => ({ missed, predicted, samples: count(missed, predicted) })),
    )
    .filter(({ samples }) => samples > 0)
    .sort((a, b) => b.samples - a.samples);
  if (pairs.length === 0)
    return {
      ...section,
      body: '<p class="lead">Where a class was missed, no other was wrongly predicted.</p>\n',
    };

  const rows = indices.filter((i) => pairs.some(({ missed }) => missed === i));
  const columns = indices.filter((i) => pairs.some(({ predicted }) => predicted === i));
  const matrix = matrixChart({
    title: 'Classes predicted where others were missed',
    rowName: 'Missed',
    columnName: 'Wrongly predicted',
    rows: rows.map((i) => classes[i]!),
    columns: columns.map((j) => classes[j]!),
    values: rows.flatMap((i) => columns.map((j) => count(i, j))),
  });
  const top = table({
    label: 'Confusions',
    className: 'confusions',
    caption:
      pairs.length > MOST_PAIRS ? `The ${MOST_PAIRS} most frequent of ${pairs.length} pairs` : 'By frequency',
    head: ['Missed', 'Wrongly predicted', 'Samples', 'Of its misses'],
    rows: pairs.slice(0, MOST_PAIRS).map(({ missed, predicted, samples }) => {
      const misses = missedTogether[missed * numClasses + missed]!;
      const share = misses > 0 ? `${formatFixed((100 * samples) / misses, 0)} %` : MISSING;
      return { cells: [classes[missed]!, classes[predicted]!, formatNumber(samples), share] };
    }),
  });
  return {
    ...section,
    body: `<p class="lead">In how many samples a class was missed while another was wrongly predicted. A sample with several errors counts for each pair of them; classes without such errors are left out.</p>
<div class="stack">${top}<div class="wide" role="region" aria-label="Matrix of confusions" tabindex="0">${figure('All pairs', matrix)}</div></div>
`,
  };
}
