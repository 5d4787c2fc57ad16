/** Trials in processes of their own: the side of the process. */
import type { Params } from '../../search/space';
import type { Objective } from '../../search/trial';
import { toPlainError } from '../../worker/protocol';
import { TRIALS_VARIABLE, type TrialAnswer, type TrialMessage } from './protocol';

/**
 * Gives the objective of this module to the search that started its process with `parallelTrials`; in any other process
 * it does nothing, so that the module can be imported as well. Call it last: trials may begin at once.
 *
 * @example
 * // trial.ts
 * const engine = useEngine({ engine: 'wasm', threads: 1 });
 * serveTrials<ParamsOf<typeof space>>(async ({ learningRate }, { resource, signal }) => {
 *   await engine;
 *   …
 * });
 */
export function serveTrials<P = Params>(objective: Objective<P>): void {
  if (process.env[TRIALS_VARIABLE] === undefined || !process.send) return;
  // Not for what an objective may start in its turn.
  Reflect.deleteProperty(process.env, TRIALS_VARIABLE);
  let stop = new AbortController();
  // The search's program is gone: nobody waits for a score.
  process.once('disconnect', () => process.exit());
  process.on('message', (message: TrialMessage) => {
    if (message.kind === 'abort') {
      stop.abort();
      return;
    }
    stop = new AbortController();
    const trial = { ...message.trial, signal: stop.signal };
    void answer(() => objective(message.params as P, trial)).then((result) => process.send!(result));
  });
}

async function answer(work: () => unknown): Promise<TrialAnswer> {
  try {
    const score: unknown = await work();
    return { score: typeof score === 'number' ? score : String(score) };
  } catch (error) {
    return { error: toPlainError(error) };
  }
}
