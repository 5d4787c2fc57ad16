/** Which trial is to be trained next, and how far. */
import type { Job, TrialRecord } from './trial';

/** Each point once, up to `resource`. */
export interface RandomSearch {
  /** Marks the kind. */
  readonly kind: 'random';
  /** What each trial is trained up to, such as its epochs. */
  readonly resource: number;
}

/** Asynchronous successive halving. */
export interface Asha {
  /** Marks the kind. */
  readonly kind: 'asha';
  /** What every point is trained up to. */
  readonly minResource: number;
  /** What the best are trained up to. */
  readonly maxResource: number;
  /** η: of each rung, the best 1/η go on. */
  readonly reduction: number;
}

/** Plain data, so that a journal can hold it. */
export type Scheduler = RandomSearch | Asha;

/** Which of two scores is better. */
export type SearchDirection = 'maximize' | 'minimize';

/** Options of `randomSearch`. */
export interface RandomSearchOptions {
  /** What each trial is trained up to, such as its epochs. @default 1 */
  resource?: number;
}

/**
 * Every point is trained all the way. Its trials and scores are the same whatever the number of workers.
 *
 * @throws RangeError unless `resource` is a positive integer
 */
export function randomSearch({ resource = 1 }: RandomSearchOptions = {}): RandomSearch {
  const scheduler = { kind: 'random', resource } as const;
  checkScheduler(scheduler);
  return scheduler;
}

/** Options of `asha`. */
export interface AshaOptions {
  /** What every point is trained up to, such as 1 epoch. @default 1 */
  minResource?: number;
  /** What the best are trained up to. */
  maxResource: number;
  /** η: of each rung, the best 1/η go on to the next, which is η times as far. @default 3 */
  reduction?: number;
}

/**
 * Asynchronous successive halving: all points are trained a little, the best third of these three times as far, the
 * best third of these again, and nobody waits for the rest of a rung. A free worker takes the best trial that belongs to
 * the top 1/η of what its rung holds by now and wasn't promoted before, highest rung first; else a new point. With one
 * worker a search is the same each time; with several, promotions depend on which result comes first.
 *
 * The rungs are at minResource · η^k, of which the last one is moved up to maxResource. Points that diverged count as
 * the worst of their rung; those that failed don't count.
 *
 * @throws RangeError unless all are positive integers, minResource ≤ maxResource and reduction ≥ 2
 * @see Li et al. 2020, A System for Massively Parallel Hyperparameter Tuning, https://arxiv.org/abs/1810.05934
 * @example
 * asha({ minResource: 1, maxResource: 9 }); // rungs at 1, 3 and 9 epochs
 */
export function asha({ minResource = 1, maxResource, reduction = 3 }: AshaOptions): Asha {
  const scheduler = { kind: 'asha', minResource, maxResource, reduction } as const;
  checkScheduler(scheduler);
  return scheduler;
}

/** @throws RangeError or TypeError */
export function checkScheduler(scheduler: Scheduler): void {
  const { kind, ...counts } = scheduler;
  if (!['random', 'asha'].includes(kind))
    throw new TypeError(
      `scheduler must be made by randomSearch or asha. Received ${JSON.stringify(scheduler)}.`,
    );
  for (const [name, value] of Object.entries(counts as Record<string, number>))
    if (!Number.isSafeInteger(value) || value < 1)
      throw new RangeError(`${name} must be a positive integer. Received ${value}.`);
  if (scheduler.kind === 'random') return;
  const { minResource, maxResource, reduction } = scheduler;
  if (reduction < 2) throw new RangeError(`reduction must be at least 2. Received ${reduction}.`);
  if (minResource > maxResource)
    throw new RangeError(
      `maxResource must be at least minResource, ${minResource}. Received ${maxResource}.`,
    );
}

/** The resources of the rungs, lowest first. */
export function rungsOf(scheduler: Scheduler): number[] {
  if (scheduler.kind === 'random') return [scheduler.resource];
  const { minResource, maxResource, reduction } = scheduler;
  const rungs = [minResource];
  while (rungs.at(-1)! * reduction <= maxResource) rungs.push(rungs.at(-1)! * reduction);
  rungs[rungs.length - 1] = maxResource;
  return rungs;
}

/** What a search has done so far. */
export interface SearchState {
  /** In the order in which they came. */
  records: readonly TrialRecord[];
  running: readonly Job[];
  /** Points in all. */
  trials: number;
  direction: SearchDirection;
}

/**
 * The next job, of what is known alone: a search that was interrupted goes on as it would have. Undefined where nothing
 * can start before something that runs has ended; where nothing runs, the search is over.
 */
export function nextJob(scheduler: Scheduler, state: SearchState): Job | undefined {
  const { records, running, trials, direction } = state;
  const rungs = rungsOf(scheduler);
  const taken = new Set([...records, ...running].map(({ index, resource }) => `${index}@${resource}`));
  for (let k = rungs.length - 2; k >= 0; k--) {
    const [reached, resource] = [rungs[k]!, rungs[k + 1]!];
    const rung = records.filter((record) => record.resource === reached && record.state !== 'failed');
    const top = rung
      .sort((a, b) => compareScores(a, b, direction))
      .slice(0, Math.floor(rung.length / (scheduler as Asha).reduction));
    const promoted = top.find(({ index, score }) => score !== null && !taken.has(`${index}@${resource}`));
    if (promoted) return { index: promoted.index, resource, reached };
  }
  for (let index = 0; index < trials; index++)
    if (!taken.has(`${index}@${rungs[0]!}`)) return { index, resource: rungs[0]!, reached: 0 };
  return undefined;
}

/** Sorts better scores first and what has none last; of equals, the one of the lower index first. */
export function compareScores(
  a: { score: number | null; index: number },
  b: { score: number | null; index: number },
  direction: SearchDirection,
): number {
  if (a.score === null || b.score === null || a.score === b.score)
    return Number(a.score === null) - Number(b.score === null) || a.index - b.index;
  return direction === 'maximize' ? b.score - a.score : a.score - b.score;
}
