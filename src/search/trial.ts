/** A point that is tried: what its objective is told, and what is kept of it. */
import { isHpaError } from '../errors';
import type { Params } from './space';

/** What an objective is told besides the parameters. */
export interface TrialContext {
  /** From 0. The point is that of the search's seed and this index. */
  readonly index: number;
  /** Stays the same when a trial goes on later or in another process: name its checkpoint folder by it. */
  readonly id: string;
  /** What to train up to, counted from the beginning: epochs, say. Always 1 unless the scheduler says otherwise. */
  readonly resource: number;
  /** What the same trial was trained up to before: 0, or where it may go on. */
  readonly reached: number;
  /** Aborts when the search does; a score that comes after it is not used. */
  readonly signal: AbortSignal;
}

/**
 * Trains with the parameters up to `trial.resource` and returns the score there. A score that isn't finite and
 * HpaError `training-diverged` mean that the point diverged; any other error, that the trial failed.
 */
export type Objective<P = Params> = (params: P, trial: TrialContext) => number | Promise<number>;

/** `done` has a score; `diverged` says that the point can't be trained; `failed`, that the trial met another error. */
export type TrialState = 'done' | 'diverged' | 'failed';

/** A score on the way. */
export interface TrialScore {
  /** What the trial was trained up to by then. */
  readonly resource: number;
  /** Its score there. */
  readonly score: number;
}

/** One point, and what came of it. */
export interface Trial<P = Params> {
  /** Names the trial. */
  readonly id: string;
  /** From 0. */
  readonly index: number;
  /** Its point. */
  readonly params: P;
  /** How it ended. */
  readonly state: TrialState;
  /** At `resource`; null unless the state is `done`. */
  readonly score: number | null;
  /** What it was trained up to, or was to be when it diverged or failed. */
  readonly resource: number;
  /** In its objective, over all of its calls. */
  readonly seconds: number;
  /** Why it diverged or failed. */
  readonly reason?: string;
  /** All scores, by growing resource. */
  readonly scores: readonly TrialScore[];
}

/** One call of the objective that has ended. Plain data: the journal holds these. */
export interface TrialRecord {
  /** The trial, from 0. */
  readonly index: number;
  /** What it was trained up to, or was to be. */
  readonly resource: number;
  /** How the call ended. */
  readonly state: TrialState;
  /** What it gave; null unless the state is `done`. */
  readonly score: number | null;
  /** How long the call took. */
  readonly seconds: number;
  /** Why it diverged or failed. */
  readonly reason?: string;
}

/** A call of the objective that is to be made. */
export interface Job {
  /** The trial, from 0. */
  readonly index: number;
  /** What to train it up to. */
  readonly resource: number;
  readonly reached: number;
}

export function trialId(index: number): string {
  return `trial-${String(index).padStart(4, '0')}`;
}

/** What a score or an error means. */
export function outcomeOf(
  result: { score: number } | { error: unknown },
): Pick<TrialRecord, 'state' | 'score' | 'reason'> {
  if ('score' in result) {
    const { score } = result;
    return Number.isFinite(score)
      ? { state: 'done', score }
      : { state: 'diverged', score: null, reason: `The score is ${score}` };
  }
  const { error } = result;
  const text = error instanceof Error ? error.message : String(error);
  // On one line, and without what no table may hold.
  const reason = text.replace(/[\s\p{Cc}]+/gu, ' ').trim();
  return { state: isHpaError(error, 'training-diverged') ? 'diverged' : 'failed', score: null, reason };
}

/** The calls of one trial, in order, as one. */
export function joinRecords<P>(params: P, records: readonly TrialRecord[]): Trial<P> {
  const { index, resource, state, score, reason } = records.at(-1)!;
  return {
    id: trialId(index),
    index,
    params,
    state,
    score,
    resource,
    seconds: records.reduce((sum, record) => sum + record.seconds, 0),
    ...(reason !== undefined && { reason }),
    scores: records.flatMap((record) =>
      record.score === null ? [] : [{ resource: record.resource, score: record.score }],
    ),
  };
}
