/** The report of a run as one HTML file: figures, curves, classes and images, with nothing to fetch. */
import { renderCalibration } from './calibration-section';
import { checkReportInput } from './check-report-input';
import { renderClasses } from './class-section';
import { renderConfusions } from './confusion-section';
import { renderHistory } from './history-section';
import { escapeHtml, formatNumber, type Section } from './html';
import { renderReproduction } from './reproduction-section';
import type { ReportFact, ReportInput } from './report-input';
import { renderSamples } from './sample-section';
import { renderRangeTest, renderSchedule } from './schedule-section';
import { renderSearch } from './search-section';
import { REPORT_STYLES } from './styles';
import { renderThresholds } from './threshold-section';
import { renderWeights } from './weight-section';

/** Reports of more sections begin with links to them. */
const MOST_WITHOUT_CONTENTS = 3;

/**
 * Renders a report as a complete HTML document that opens without a network: charts are inline SVG, images
 * are `data:` URIs, and there is no script. All text is escaped, and the document's content security policy
 * forbids scripts and requests. Parts that are missing or empty leave no trace.
 *
 * Images keep their size, so shrink large ones first: 192 pixels a side are enough for the gallery.
 *
 * @throws TypeError or RangeError that names the field: for a `title` that is no string, a score outside 0 to 1, an epoch
 * or step that does not rise, a negative support, an image with other than three or four channels, counts of another
 * number of classes, a value that cannot stand on its axis, or a `configuration` that holds itself.
 * @example
 * const html = renderReport({
 *   title: 'haltufBaseline on synthetic cells',
 *   highlights: [['Macro F1', 0.412], ['Constant baseline', 0.055]],
 *   history: [{ epoch: 1, loss: 0.31, validLoss: 0.28, validMacroF1: 0.12 }],
 * });
 */
export function renderReport(input: ReportInput): string {
  checkReportInput(input);
  const title = escapeHtml(input.title);
  const sections = renderSections(input);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<style>${REPORT_STYLES}</style>
</head>
<body>
<header>
<h1>${title}</h1>
${renderHighlights(input.highlights ?? [])}${renderFacts(input.summary ?? [])}</header>
${renderContents(sections)}<main>
${sections.map(renderSection).join('')}</main>
</body>
</html>
`;
}

function renderSections(input: ReportInput): Section[] {
  const sections = [
    renderHistory(input.history ?? []),
    renderSchedule(input.history ?? [], input.steps ?? []),
    renderRangeTest(input.rangeTest),
    renderSearch(input.search),
    renderClasses(input.classes ?? []),
    renderThresholds(input.thresholdCurves ?? []),
    renderCalibration(input.calibration ?? []),
    renderConfusions(input.confusions),
    renderSamples({ id: 'samples', title: 'Samples' }, input.samples ?? []),
    renderSamples({ id: 'best', title: 'Best predictions' }, input.best ?? []),
    renderSamples({ id: 'worst', title: 'Worst predictions' }, input.worst ?? []),
    renderWeights(input.weights),
    renderNotes(input.notes ?? []),
    renderReproduction(input.configuration, input.versions),
  ];
  return sections.filter((section) => section !== undefined);
}

function renderSection({ id, title, body }: Section): string {
  return `<section aria-labelledby="${id}">
<h2 id="${id}">${title}</h2>
${body}</section>
`;
}

function renderContents(sections: readonly Section[]): string {
  if (sections.length <= MOST_WITHOUT_CONTENTS) return '';
  const links = sections.map(({ id, title }) => `<li><a href="#${id}">${title}</a></li>`);
  return `<nav aria-label="Contents"><ul>${links.join('')}</ul></nav>\n`;
}

function renderHighlights(facts: readonly ReportFact[]): string {
  if (facts.length === 0) return '';
  return `<dl class="cards">${facts.map((fact) => renderFact(fact)).join('')}</dl>\n`;
}

function renderFacts(facts: readonly ReportFact[]): string {
  if (facts.length === 0) return '';
  return `<dl class="facts">${facts.map((fact) => renderFact(fact)).join('')}</dl>\n`;
}

function renderFact([label, value]: ReportFact): string {
  const text = typeof value === 'number' ? formatNumber(value) : value;
  return `<div><dt>${escapeHtml(label)}</dt><dd>${escapeHtml(text)}</dd></div>`;
}

function renderNotes(notes: readonly string[]): Section | undefined {
  if (notes.length === 0) return undefined;
  const body = notes.map((note) => `<p>${escapeHtml(note)}</p>\n`).join('');
  return { id: 'notes', title: 'Notes', body };
}
