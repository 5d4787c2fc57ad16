/** Search for hyperparameters: points are drawn, trained, and the best of them trained on. */
import { replayJournal, type SearchJournal, type SearchSettings } from './journal';
import {
  checkScheduler,
  compareScores,
  nextJob,
  randomSearch,
  type Scheduler,
  type SearchDirection,
} from './schedulers';
import { checkDimension, samplePoint, type ParamsOf, type SearchSpace } from './space';
import {
  joinRecords,
  outcomeOf,
  trialId,
  type Job,
  type Objective,
  type Trial,
  type TrialRecord,
} from './trial';

/** Options of `searchHyperparameters`. */
export interface SearchOptions<S extends SearchSpace> {
  /** What is varied, by name. */
  space: S;
  /**
   * Trains and scores a point. One with `workers`, such as `parallelTrials` gives, is called for so many trials at a
   * time.
   */
  objective: Objective<ParamsOf<S>> & { readonly workers?: number };
  /** Points to draw. */
  trials: number;
  /** Draws the points. @default 0 */
  seed?: number;
  /** How far which point is trained. @default randomSearch() */
  scheduler?: Scheduler;
  /** @default 'maximize' */
  direction?: SearchDirection;
  /** Keeps the results, and has those that are not to be computed again. @default none */
  journal?: SearchJournal;
  /** Ends the search; what has finished by then is returned. */
  signal?: AbortSignal | undefined;
  /** Called after each call of the objective, with the trial as it is by then. */
  onTrial?: ((trial: Trial<ParamsOf<S>>) => void | Promise<void>) | undefined;
}

/** What `searchHyperparameters` found. */
export interface SearchResult<S extends SearchSpace = SearchSpace> {
  /** Dimensions of the points. */
  readonly space: S;
  /** Which scores are better. */
  readonly direction: SearchDirection;
  /** By index. */
  readonly trials: readonly Trial<ParamsOf<S>>[];
  /** Of the best score, whatever its resource; undefined where no trial has one. */
  readonly best: Trial<ParamsOf<S>> | undefined;
  /** Whether all trials were made, or the signal ended it. */
  readonly stopped: 'completed' | 'aborted';
}

/** Columns of the table of results besides the parameters: no parameter may have such a name. */
export const TRIAL_COLUMNS = ['id', 'score', 'resource', 'state', 'seconds', 'reason'] as const;

/** When so many trials have failed and none has succeeded, the fault is not the points'. */
const FAILURES_TO_GIVE_UP = 3;

/**
 * Draws points from a space, lets the objective train and score each, and gives all trials with the best. Which point a
 * trial has depends on the seed and its index alone.
 *
 * A point that diverges, by HpaError `training-diverged` or a score that isn't finite, is recorded as such, and so is
 * one whose objective throws anything else, as failed; the search goes on. With a `journal` each result is kept as it
 * comes, and the next search with the same journal and settings computes only what is missing; `trials` may be more by
 * then. An abort is no failure: the result says `stopped: 'aborted'`.
 *
 * @throws HpaError `journal-invalid` for a journal of another search or a damaged one
 * @throws Error when the first three trials fail, with the error of the last as its cause
 * @throws RangeError or TypeError for options out of range
 * @see Bergstra & Bengio 2012, Random Search for Hyper-Parameter Optimization, JMLR 13
 * @example
 * const result = await searchHyperparameters({
 *   space: { learningRate: logUniform(1e-6, 1), optimizer: choice(['sgd', 'adam']) },
 *   objective: async ({ learningRate, optimizer }, { resource, signal }) => {
 *     const { history } = await trainModel(model(), { …, epochs: resource, signal });
 *     return history.at(-1)!.validMacroF1Tuned!;
 *   },
 *   trials: 50,
 *   scheduler: asha({ maxResource: 9 }),
 * });
 * result.best?.params.learningRate;
 */
export async function searchHyperparameters<S extends SearchSpace>(
  options: SearchOptions<S>,
): Promise<SearchResult<S>> {
  const { space, objective, trials, seed = 0, direction = 'maximize', signal, journal, onTrial } = options;
  const settings: SearchSettings = { space, seed, scheduler: options.scheduler ?? randomSearch(), direction };
  const workers = objective.workers ?? 1;
  checkSettings(settings, { trials, workers });
  const records = journal ? await replayJournal(journal, settings) : [];

  const running = new Map<Job, Promise<void>>();
  const stop = new AbortController();
  const aborted = signal ? AbortSignal.any([signal, stop.signal]) : stop.signal;
  let fault: { error: unknown } | undefined;
  let failures = 0;
  const paramsOf = (index: number) => samplePoint(space, seed, index);
  const trialOf = (index: number): Trial<ParamsOf<S>> =>
    joinRecords(
      paramsOf(index),
      records.filter((record) => record.index === index),
    );

  const work = async (job: Job): Promise<void> => {
    const { index, resource } = job;
    const started = performance.now();
    const context = { ...job, id: trialId(index), signal: aborted };
    const result = await call(objective, paramsOf(index), context);
    if (aborted.aborted) return;
    const seconds = (performance.now() - started) / 1000;
    const record: TrialRecord = { index, resource, ...outcomeOf(result), seconds };
    records.push(record);
    await journal?.push({ kind: 'result', ...record, params: paramsOf(index) });
    await onTrial?.(trialOf(index));
    if (record.state === 'failed') failures++;
    if ('error' in result && failures === FAILURES_TO_GIVE_UP && failures === records.length)
      throw new Error(`The first ${failures} trials failed, the last one with: ${record.reason}`, {
        cause: result.error,
      });
  };

  while (!aborted.aborted) {
    while (running.size < workers) {
      const job = nextJob(settings.scheduler, { records, running: [...running.keys()], trials, direction });
      if (!job) break;
      const ended = work(job)
        .catch((error: unknown) => {
          fault ??= { error };
          stop.abort();
        })
        .finally(() => running.delete(job));
      running.set(
        job,
        ended.then(() => undefined),
      );
    }
    if (running.size === 0) break;
    await Promise.race(running.values());
  }
  await Promise.all(running.values());
  if (fault) throw fault.error;
  const indices = [...new Set(records.map(({ index }) => index))].sort((a, b) => a - b);
  const all = indices.map(trialOf);
  const [best] = all.filter(({ score }) => score !== null).sort((a, b) => compareScores(a, b, direction));
  return { space, direction, trials: all, best, stopped: signal?.aborted ? 'aborted' : 'completed' };
}

async function call<P>(
  objective: Objective<P>,
  params: P,
  trial: Parameters<Objective<P>>[1],
): Promise<{ score: number } | { error: unknown }> {
  try {
    const score: unknown = await objective(params, trial);
    if (typeof score === 'number') return { score };
    throw new TypeError(`The objective must return a number. Received ${String(score)}.`);
  } catch (error) {
    return { error };
  }
}

function checkSettings(settings: SearchSettings, counts: Record<'trials' | 'workers', number>): void {
  const { space, seed, scheduler, direction } = settings;
  const names = Object.keys(space);
  if (names.length === 0) throw new RangeError('space must have at least one dimension. Received none.');
  for (const name of names) {
    if (name !== name.trim() || name === '' || (TRIAL_COLUMNS as readonly string[]).includes(name))
      throw new RangeError(
        `A dimension must have a name without blanks around it, other than ${TRIAL_COLUMNS.join(', ')}. Received "${name}".`,
      );
    checkDimension(name, space[name]!);
  }
  checkScheduler(scheduler);
  if (!Number.isSafeInteger(seed)) throw new RangeError(`seed must be an integer. Received ${seed}.`);
  if (!['maximize', 'minimize'].includes(direction))
    throw new RangeError(`direction must be maximize or minimize. Received ${JSON.stringify(direction)}.`);
  for (const [name, value] of Object.entries(counts))
    if (!Number.isSafeInteger(value) || value < 1)
      throw new RangeError(`${name} must be a positive integer. Received ${value}.`);
}
