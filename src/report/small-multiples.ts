/** Many small charts side by side, all of the same lines, with one legend for all of them. */
import { DASHES, SERIES_COLORS } from './draw-svg';
import { escapeHtml } from './html';

export interface SmallChart {
  caption: string;
  /** A few words below the caption. */
  note: string;
  svg: string;
}

/** The charts, below a legend where they have several lines. Names are those of the charts' series, in their order. */
export function smallMultiples(names: readonly string[], charts: readonly SmallChart[]): string {
  const entries = names.map((name, i) => `<li>${lineSample(i)} ${escapeHtml(name)}</li>`).join('');
  const figures = charts.map(
    ({ caption, note, svg }) =>
      `<figure class="chart"><figcaption>${escapeHtml(caption)} <small>${escapeHtml(note)}</small></figcaption>${svg}</figure>`,
  );
  const legend = names.length > 1 ? `<ul class="legend lines">${entries}</ul>\n` : '';
  return `${legend}<div class="multiples">${figures.join('\n')}</div>
`;
}

/** A stretch of a chart's line, in its colour and dash. */
function lineSample(index: number): string {
  const dash = { solid: '', dashed: ' stroke-dasharray="8 4"', dotted: ' stroke-dasharray="2"' };
  const type = DASHES[index % DASHES.length]!;
  return `<svg aria-hidden="true" width="34" height="8"><path d="M0 4H34" stroke="${SERIES_COLORS[index % SERIES_COLORS.length]}" stroke-width="2.5"${dash[type]}/></svg>`;
}
