/** The report's gallery: each image with its labels, where hits, misses and false alarms differ in more than colour. */
import { escapeHtml, formatFixed, formatNumber, isNumber, type Section } from './html';
import { pngDataUri } from './png-data-uri';
import type { ReportSample } from './report-input';

const MARKS = {
  hit: ['✓', 'Hit', 'true and predicted'],
  miss: ['○', 'Missed', 'true, not predicted'],
  alarm: ['✕', 'False alarm', 'predicted, not true'],
  guess: ['•', 'Predicted', ''],
} as const;
type Verdict = keyof typeof MARKS;

const MOST_OTHER_SCORES = 3;

/** A gallery under a heading of its own; nothing for no samples. */
export function renderSamples(
  { id, title }: Pick<Section, 'id' | 'title'>,
  samples: readonly ReportSample[],
): Section | undefined {
  if (samples.length === 0) return undefined;
  const judged = samples.some((sample) => sample.trueLabels);
  return {
    id,
    title,
    body: `${judged ? renderLegend() : ''}<div class="gallery">
${samples.map(renderSample).join('')}</div>
`,
  };
}

function renderLegend(): string {
  const entries = (['hit', 'miss', 'alarm'] as const).map((verdict) => {
    const [mark, name, meaning] = MARKS[verdict];
    return `<li><span class="label ${verdict}"><span aria-hidden="true">${mark}</span> ${name}</span> ${meaning}</li>`;
  });
  return `<ul class="legend">${entries.join('')}</ul>\n`;
}

function renderSample({ id, image, trueLabels, predictedLabels, scores = [], loss }: ReportSample): string {
  const scoreOf = new Map(scores.map(({ label, score }) => [label, score]));
  const truth = new Set(trueLabels);
  const predicted = new Set(predictedLabels);
  const chips = [
    ...[...predicted].filter((label) => truth.has(label)).map((label) => ['hit', label] as const),
    ...[...truth].filter((label) => !predicted.has(label)).map((label) => ['miss', label] as const),
    ...[...predicted]
      .filter((label) => !truth.has(label))
      .map((label) => [trueLabels ? 'alarm' : 'guess', label] as const),
  ];
  const labels = chips.map(
    ([verdict, label]) => `<li>${renderLabel(verdict, label, scoreOf.get(label))}</li>`,
  );
  const others = [...scoreOf]
    .filter(([label, score]) => isNumber(score) && !truth.has(label) && !predicted.has(label))
    .sort(([, a], [, b]) => b - a)
    .slice(0, MOST_OTHER_SCORES)
    .map(([label, score]) => `${escapeHtml(label)} ${formatFixed(score, 2)}`);
  const name = escapeHtml(id);
  return `<article class="sample"><img src="${pngDataUri(image)}" width="${image.width}" height="${image.height}" alt="Sample ${name}">
<h3>${name}</h3>
${labels.length > 0 ? `<ul class="labels">${labels.join('')}</ul>` : '<p class="none">No label</p>'}${others.length > 0 ? `<p class="others">Next: ${others.join(', ')}</p>` : ''}${isNumber(loss) ? `<p class="others">Log loss ${formatNumber(loss)}</p>` : ''}</article>
`;
}

function renderLabel(verdict: Verdict, label: string, score: number | undefined): string {
  const [mark, name] = MARKS[verdict];
  const number = isNumber(score) ? ` <small>${formatFixed(score, 2)}</small>` : '';
  return `<span class="label ${verdict}" title="${name}"><span aria-hidden="true">${mark}</span><span class="unseen">${name}: </span> ${escapeHtml(label)}${number}</span>`;
}
