/** A program that searches in two processes, given the module of its trials, prints the result and has nothing more to do. */
import { parallelTrials } from '../../src/node/search/parallel-trials';
import { choice, logUniform, searchHyperparameters } from '../../src/search';

const [module, behaviour] = process.argv.slice(2) as [string, string];
const { trials } = await searchHyperparameters({
  space: { rate: logUniform(1e-6, 1), behaviour: choice([behaviour]) },
  objective: parallelTrials(new URL(module), { workers: 2 }),
  trials: 4,
});
console.log(JSON.stringify(trials.map(({ score }) => score)));
