/** The report's section on a search: all trials as parallel coordinates, and the best in a table. */
import { figure, formatNumber, isNumber, table, type Section } from './html';
import { parallelCoordinates } from './parallel-coordinates';
import { formatValue, rankTrials, type SearchResults } from './search-results';

const MOST_ROWS = 10;

/** The section; nothing without a search. */
export function renderSearch(search: SearchResults | undefined): Section | undefined {
  if (!search) return undefined;
  const { axes, scoreName = 'Score' } = search;
  const ranked = rankTrials(search);
  const scored = ranked.filter(({ score }) => isNumber(score));
  const [best] = scored;
  const unscored = ranked.length - scored.length;
  const sentences = [
    best
      ? `Best of ${ranked.length} ${ranked.length === 1 ? 'trial' : 'trials'}: <strong>${formatNumber(best.score)}</strong>.`
      : 'No trial has a score.',
    ...(unscored > 0 && best
      ? [`${unscored} ended without a score and ${unscored === 1 ? 'is' : 'are'} dotted.`]
      : []),
  ];
  if (best) sentences.push('Lines of better trials are stronger; the best are thick and named.');
  const top = table({
    label: 'Trials',
    className: 'trials',
    caption: scored.length > MOST_ROWS ? `The ${MOST_ROWS} best trials` : 'From best to worst',
    head: ['Trial', scoreName, ...axes.map(({ name }) => name)],
    rows: scored.slice(0, MOST_ROWS).map(({ label, score, values }) => ({
      cells: [label, formatNumber(score), ...values.map(formatValue)],
    })),
  });
  return {
    id: 'search',
    title: 'Search',
    body: `<p class="lead">${sentences.join(' ')}</p>
<div class="stack"><div class="wide" role="region" aria-label="Chart of the trials" tabindex="0">${figure('All trials', parallelCoordinates(search))}</div>
${scored.length > 0 ? top : ''}</div>
`,
  };
}
