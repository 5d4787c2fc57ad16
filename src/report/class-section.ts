/** The report's section on classes: F1 as bars, and all scores in a table. */
import { barChart } from './charts';
import { escapeHtml, figure, formatFixed, formatNumber, isNumber, MISSING } from './html';
import type { ReportClass } from './report-input';

/** The section; nothing for no classes. */
export function renderClasses(classes: readonly ReportClass[]): string {
  if (classes.length === 0) return '';
  const known = classes.map((row) =>
    row.support > 0 ? row : { ...row, f1: null, precision: null, recall: null },
  );
  const byF1 = [...known].sort((a, b) => rank(b.f1) - rank(a.f1));
  const svg = barChart({
    title: 'F1 by class',
    valueLabel: 'F1',
    range: [0, 1],
    bars: byF1.map(({ name, f1 }) => ({ label: name, value: f1 })),
  });
  const rows = known.map(
    (row) =>
      `<tr${row.support > 0 ? '' : ' class="absent"'}><th scope="row">${escapeHtml(row.name)}</th>${[
        formatFixed(row.f1, 3),
        formatFixed(row.precision, 3),
        formatFixed(row.recall, 3),
        formatNumber(row.support),
        formatFixed(row.threshold, 3),
      ]
        .map((text) => `<td>${text}</td>`)
        .join('')}</tr>\n`,
  );
  const head = ['Class', 'F1', 'Precision', 'Recall', 'Support', 'Threshold'];
  return `<section aria-labelledby="classes">
<h2 id="classes">Classes</h2>
${renderClassLead(known)}<div class="classes">
${figure('F1 from best to worst', svg)}
<div class="scroll" role="region" aria-label="Scores by class" tabindex="0"><table class="scores"><caption>In the order of the classes</caption><thead><tr>${head.map((name) => `<th scope="col">${name}</th>`).join('')}</tr></thead><tbody>
${rows.join('')}</tbody></table></div>
</div>
</section>
`;
}

function renderClassLead(classes: readonly ReportClass[]): string {
  const present = classes.filter((row) => row.support > 0);
  const absent = classes.length - present.length;
  const scores = present.map((row) => row.f1).filter(isNumber);
  const mean = scores.reduce((sum, f1) => sum + f1, 0) / scores.length;
  const sentences: string[] = [];
  if (scores.length > 0 && scores.length === present.length)
    sentences.push(
      `Mean F1 <strong>${formatFixed(mean, 3)}</strong> over the ${present.length === 1 ? 'one class' : `${present.length} classes`} with samples.`,
    );
  if (absent > 0)
    sentences.push(
      `${absent === 1 ? 'One class has' : `${absent} classes have`} no sample in this part and ${absent === 1 ? 'is' : 'are'} marked ${MISSING}.`,
    );
  return sentences.length > 0 ? `<p class="lead">${sentences.join(' ')}</p>\n` : '';
}

function rank(f1: number | null): number {
  return isNumber(f1) ? f1 : -1;
}
