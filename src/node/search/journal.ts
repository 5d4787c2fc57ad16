/** The journal of a search as a file: one JSON object a line, each synced to the disk before the search goes on. */
import { appendFileSync } from 'node:fs';
import { mkdir, truncate } from 'node:fs/promises';
import { dirname } from 'node:path';
import { emitWarning } from 'node:process';
import { HpaError, isHpaError } from '../../errors';
import type { JournalEntry, SearchJournal } from '../../search/journal';
import { readBytes, writing } from '../files';

const FAILURE = "The journal can't be written";

/** Options of `openSearchJournal`. */
export interface SearchJournalOptions {
  /**
   * Called when the last line was cut off by the end of its process or of power, and dropped.
   * @default process.emitWarning
   */
  onWarning?: (warning: HpaError) => void;
}

/** Of a journal: a line has some hundred bytes. */
const MAX_BYTES = 256e6;

/**
 * Opens the journal of a search, or begins one. Whatever ends the process, kill -9 included, all results that came
 * before are in it. Give it to one search at a time.
 *
 * @throws HpaError `journal-invalid` with the row of a line that is no JSON, `file-unreadable`, `file-too-large`, and
 *   `file-unwritable`, also from `push`
 * @example
 * const journal = await openSearchJournal('out/search.jsonl');
 * const result = await searchHyperparameters({ space, objective, trials: 50, journal });
 */
export async function openSearchJournal(
  file: string,
  { onWarning = emitWarning }: SearchJournalOptions = {},
): Promise<SearchJournal> {
  const text = await readText(file);
  const end = text.lastIndexOf('\n') + 1;
  const entries: unknown[] = text
    .slice(0, end)
    .split('\n')
    .slice(0, -1)
    .map((line, i) => parseLine(line, file, i + 1));
  if (end < text.length) {
    onWarning(
      new HpaError('journal-invalid', 'The last line was cut off, and is dropped: its trial runs again', {
        file,
        row: entries.length + 1,
      }),
    );
    await writing(file, FAILURE, () => truncate(file, Buffer.byteLength(text.slice(0, end))));
  }
  await writing(file, FAILURE, () => mkdir(dirname(file), { recursive: true }));
  return {
    file,
    [Symbol.iterator]: () => entries[Symbol.iterator](),
    push: (entry: JournalEntry) =>
      writing(file, FAILURE, () => {
        // At once, so that two results never mix; a search has one in seconds.
        appendFileSync(file, `${JSON.stringify(entry)}\n`, { flush: true });
        entries.push(entry);
      }),
  };
}

async function readText(file: string): Promise<string> {
  try {
    return new TextDecoder('utf-8', { ignoreBOM: true }).decode(await readBytes(file, undefined, MAX_BYTES));
  } catch (error) {
    if (isHpaError(error, 'file-missing')) return '';
    throw error;
  }
}

function parseLine(line: string, file: string, row: number): unknown {
  try {
    return JSON.parse(line);
  } catch (cause) {
    throw new HpaError('journal-invalid', 'The line is no JSON', { file, row, cause });
  }
}
