/** What a search keeps, entry by entry, so that it can go on after it was cut off. */
import { HpaError } from '../errors';
import { rungsOf, type Scheduler, type SearchDirection } from './schedulers';
import { samplePoint, type Params, type SearchSpace } from './space';
import type { TrialRecord, TrialState } from './trial';

/** What decides the points of a search and which of them go on. The number of trials is not among it: it may grow. */
export interface SearchSettings {
  /** Dimensions of the points. */
  readonly space: SearchSpace;
  /** Decides the points. */
  readonly seed: number;
  /** Decides how far each is trained. */
  readonly scheduler: Scheduler;
  /** Which scores are better. */
  readonly direction: SearchDirection;
}

/** The first entry has the settings, each other one a call of the objective that has ended. Plain data. */
export type JournalEntry =
  | ({ readonly kind: 'search'; readonly version: 1 } & SearchSettings)
  | ({ readonly kind: 'result'; readonly params: Params } & TrialRecord);

/**
 * Where entries are kept: anything with `push` that gives them back in order. An array will do, for as long as the
 * process lives; `openSearchJournal` of `hpa-kit/node` keeps a file.
 */
export interface SearchJournal extends Iterable<unknown> {
  /** Keeps an entry for good; a promise is awaited. */
  push(entry: JournalEntry): unknown;
  /** Named in errors. */
  readonly file?: string;
}

/**
 * The results in a journal, oldest first; an empty one gets the settings as its first entry. Trials that failed are left
 * out, so that they are tried again: what they met may be mended by now.
 *
 * @throws HpaError `journal-invalid` for entries that no search wrote, with the row, and for a search with other settings
 */
export async function replayJournal(
  journal: SearchJournal,
  settings: SearchSettings,
): Promise<TrialRecord[]> {
  const [first, ...entries] = [...journal];
  const refuse = (reason: string, row?: number) =>
    new HpaError('journal-invalid', reason, { file: journal.file, row });
  if (first === undefined) {
    await journal.push({ kind: 'search', version: 1, ...settings });
    return [];
  }
  const kept: Partial<JournalEntry> | null = first;
  if (kept?.kind !== 'search' || kept.version !== 1)
    throw refuse('The journal does not begin with the settings of a search', 1);
  const others = differences(kept, settings);
  if (others.length > 0)
    throw refuse(
      `The journal is of a search with another ${others.join(', ')}. Give this search a journal of its own`,
    );

  const done = new Set<string>();
  return entries.flatMap((entry, i) => {
    const record = readRecord(entry, settings);
    if (typeof record === 'string') throw refuse(`The entry ${record}`, i + 2);
    if (record.state === 'failed') return [];
    const key = `${record.index}@${record.resource}`;
    if (done.has(key)) throw refuse('The entry is of a result that the journal has already', i + 2);
    done.add(key);
    return [record];
  });
}

const STATES: readonly TrialState[] = ['done', 'diverged', 'failed'];

/** A record, or what is wrong with it. */
function readRecord(entry: unknown, { space, seed, scheduler }: SearchSettings): TrialRecord | string {
  if (typeof entry !== 'object' || entry === null) return 'is no object';
  const { kind, index, resource, state, score, seconds, reason, params } = entry as Record<string, unknown>;
  if (kind !== 'result') return 'is no result of a search';
  if (!Number.isSafeInteger(index) || (index as number) < 0) return 'has no index of a trial';
  if (!rungsOf(scheduler).includes(resource as number))
    return 'has a resource that the scheduler does not give';
  if (!STATES.includes(state as TrialState)) return 'has an unknown state';
  if (state === 'done' ? !Number.isFinite(score) : score !== null)
    return 'has a score that does not fit its state';
  if (!Number.isFinite(seconds) || (seconds as number) < 0) return 'has no seconds';
  if (reason !== undefined && typeof reason !== 'string') return 'has a reason that is no text';
  if (canonical(params) !== canonical(samplePoint(space, seed, index as number)))
    return 'has other parameters than its trial. It was changed, or another version drew them';
  return { index, resource, state, score, seconds, ...(reason !== undefined && { reason }) } as TrialRecord;
}

/** Names of the settings in which two searches differ; of spaces, the dimensions. */
function differences(kept: Partial<SearchSettings>, settings: SearchSettings): string[] {
  return (Object.keys(settings) as (keyof SearchSettings)[]).flatMap((name) => {
    if (canonical(kept[name]) === canonical(settings[name])) return [];
    if (name !== 'space') return [name];
    const before = Object(kept[name]) as SearchSpace;
    const names = new Set([...Object.keys(before), ...Object.keys(settings.space)]);
    const changed = [...names].filter((key) => canonical(before[key]) !== canonical(settings.space[key]));
    return [`space (${changed.join(', ')})`];
  });
}

/** JSON with sorted keys: the order of a space's dimensions decides nothing. */
function canonical(value: unknown): string | undefined {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}
