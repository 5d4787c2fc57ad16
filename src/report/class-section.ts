/** The report's section on classes: F1 as bars, and all scores in a table. */
import { barChart } from './bar-chart';
import { figure, formatFixed, formatNumber, isNumber, MISSING, table, type Section } from './html';
import type { ReportClass } from './report-input';

/** The section; nothing for no classes. */
export function renderClasses(classes: readonly ReportClass[]): Section | undefined {
  if (classes.length === 0) return undefined;
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
  const scores = table({
    label: 'Scores by class',
    className: 'scores',
    caption: 'In the order of the classes',
    head: ['Class', 'F1', 'Precision', 'Recall', 'Support', 'Threshold'],
    rows: known.map(({ name, f1, precision, recall, support, threshold }) => ({
      cells: [
        name,
        ...[f1, precision, recall].map((score) => formatFixed(score, 3)),
        formatNumber(support),
        formatFixed(threshold, 3),
      ],
      className: support > 0 ? undefined : 'absent',
    })),
  });
  return {
    id: 'classes',
    title: 'Classes',
    body: `${renderClassLead(known)}<div class="classes">
${figure('F1 from best to worst', svg)}
${scores}</div>
`,
  };
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
