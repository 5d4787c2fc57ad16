// %% [markdown]
// The original's search for good small models, four dimensions of many orders of magnitude, never found one. Here its
// two searches run again on synthetic cells, each point twice: trained as then, and with a loss and a sampling of
// today. Run it with `npm run example -- examples/search.ts`. It goes on where it was stopped; `--trials N` adds points.

// %% Settings
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import {
  randomSearch,
  searchCoordinates,
  searchHyperparameters,
  searchToCsv,
  versions,
  type SearchResult,
  type Trial,
} from 'hpa-kit';
import { openSearchJournal, parallelTrials } from 'hpa-kit/node';
import { renderReport } from 'hpa-kit/report';
import { baseline, model6, model8, recipes, type Recipe } from './support/search-trial.ts';

const { values: flags } = parseArgs({
  options: { trials: { type: 'string', default: '12' }, out: { type: 'string', default: 'out/search' } },
});
const { out } = flags;
const seed = 6;
/** Each point is trained for so many epochs. */
const scheduler = randomSearch({ resource: 8 });
const started = performance.now();
const controller = new AbortController();
process.once('SIGINT', () => {
  controller.abort();
});

// %% Search
// Points depend on the seed and the names of the dimensions alone, so both recipes meet the same ones.
const objective = parallelTrials(new URL('./support/search-trial.ts', import.meta.url), { workers: 2 });
const search = async (model: string, recipe: Recipe): Promise<SearchResult> => {
  const result = await searchHyperparameters({
    space: { ...(model === 'model6' ? model6 : model8), recipe: recipes[recipe] },
    objective,
    trials: Number(flags.trials),
    scheduler,
    seed,
    journal: await openSearchJournal(`${out}/${model}-${recipe}.jsonl`),
    signal: controller.signal,
    onTrial: ({ id, score, reason, seconds }) => {
      console.log(`${model}, ${recipe}, ${id}: ${score?.toFixed(3) ?? reason} after ${seconds.toFixed(0)} s`);
    },
  });
  await writeFile(`${out}/${model}-${recipe}.csv`, searchToCsv(result));
  const report = renderReport({
    title: `${model}, trained as ${recipe === 'today' ? 'today' : 'in the original'}`,
    highlights: [
      ['Best macro F1', result.best?.score ?? 'none'],
      ['Macro F1, best constant', baseline()],
      ['Points', result.trials.length],
    ],
    search: { ...searchCoordinates(result), scoreName: 'Macro F1' },
    notes: ['Macro F1 is what to expect on other images, thresholds found by cross-validation.'],
    configuration: { space: result.space, scheduler, seed },
    versions: versions(),
  });
  await writeFile(`${out}/${model}-${recipe}.html`, report);
  return result;
};
const results = new Map<string, Record<Recipe, SearchResult>>();
for (const model of ['model6', 'model8'])
  results.set(model, { original: await search(model, 'original'), today: await search(model, 'today') });

// %% Which of the points train
const constant = baseline();
/** A constant prediction scores as much as the baseline; a network that beats it by little may have done so by chance. */
const verdict = ({ state, score }: Trial): string => {
  if (state !== 'done') return state;
  return score! > constant + 0.05 ? 'trains' : 'never learns';
};
for (const [model, byRecipe] of results) {
  console.log(`\n${model}: macro F1 of each point; the best constant prediction has ${constant.toFixed(3)}`);
  byRecipe.today.trials.forEach((today, i) => {
    const { recipe, ...params } = today.params;
    const point = Object.entries(params).map(([name, value]) => `${name} ${value.toPrecision(2)}`);
    const then = byRecipe.original.trials[i];
    const figures = [then, today].map((trial) =>
      trial ? `${trial.score?.toFixed(3) ?? '    –'} ${verdict(trial).padEnd(12)}` : '',
    );
    console.log(`${today.id}  ${figures.join('  ')}  ${point.join(', ')}`);
  });
  for (const [recipe, { trials, best }] of Object.entries(byRecipe)) {
    const count = (name: string) => trials.filter((trial) => verdict(trial) === name).length;
    console.log(
      `${recipe}: of ${trials.length} points ${count('trains')} train, ${count('never learns')} never learn, ` +
        `${count('diverged')} diverge; the best has ${best?.score?.toFixed(3) ?? 'no score'}.`,
    );
  }
}
console.log(`\nWrote ${out}/: a journal, a table and a report of each search.`);
console.log(`Done in ${Math.round((performance.now() - started) / 1000)} s.`);
