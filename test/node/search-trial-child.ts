/** An objective that does what its point says; a module of trials. */
import { HpaError } from '../../src/errors';
import { serveTrials } from '../../src/node/search/serve-trials';

export type Behaviour =
  'score' | 'crash' | 'out of memory' | 'diverge' | 'throw' | 'wait' | 'hang' | 'undefined';

serveTrials<{ rate: number; behaviour: Behaviour }>(async ({ rate, behaviour }, { id, resource, signal }) => {
  switch (behaviour) {
    case 'score':
      return Math.log10(rate) + resource;
    case 'crash':
      process.kill(process.pid, 'SIGKILL');
      return new Promise(() => undefined);
    case 'out of memory':
      return process.abort();
    case 'diverge':
      throw new HpaError('training-diverged', `The loss of ${id} is NaN`);
    case 'throw':
      throw new RangeError(`${id} has no layers`);
    case 'wait':
      await new Promise((resolve) => {
        signal.addEventListener('abort', resolve);
        setTimeout(resolve, 60_000);
      });
      return 0;
    case 'hang':
      for (;;);
    case 'undefined':
      return undefined as unknown as number;
  }
});
