/** A search with a journal that prints each trial it begins, and then takes its time; its file and trials are arguments. */
import { openSearchJournal } from '../../src/node/search/journal';
import { logUniform, searchHyperparameters } from '../../src/search';

const [file, trials] = process.argv.slice(2) as [string, string];
const journal = await openSearchJournal(file);
const { best } = await searchHyperparameters({
  space: { rate: logUniform(1e-6, 1) },
  objective: async ({ rate }, { id }) => {
    console.log(id);
    await new Promise((resolve) => setTimeout(resolve, 10));
    return Math.log10(rate);
  },
  trials: Number(trials),
  journal,
});
console.log(`best ${best!.id} ${best!.score}`);
