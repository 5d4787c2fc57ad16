/** The report of a run as one HTML file: figures, curves, classes and images, with nothing to fetch. */
import { escapeHtml, formatNumber } from './html';
import { renderClasses } from './class-section';
import { renderHistory } from './history-section';
import { checkReportInput, type ReportFact, type ReportInput } from './report-input';
import { renderSamples } from './sample-section';
import { REPORT_STYLES } from './styles';

/**
 * Renders a report as a complete HTML document that opens without a network: charts are inline SVG, images
 * are `data:` URIs, and there is no script. All text is escaped, and the document's content security policy
 * forbids scripts and requests. Parts that are missing or empty leave no trace.
 *
 * Images keep their size, so shrink large ones first: 192 pixels a side are enough for the gallery.
 *
 * @throws TypeError when `title` is no string; RangeError for a score outside 0 to 1, an epoch that does not
 * rise, a negative support, or an image with other than three or four channels.
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
<main>
${renderHistory(input.history ?? [])}${renderClasses(input.classes ?? [])}${renderSamples(input.samples ?? [])}${renderNotes(input.notes ?? [])}</main>
</body>
</html>
`;
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

function renderNotes(notes: readonly string[]): string {
  if (notes.length === 0) return '';
  return `<section aria-labelledby="notes">
<h2 id="notes">Notes</h2>
${notes.map((note) => `<p>${escapeHtml(note)}</p>\n`).join('')}</section>
`;
}
