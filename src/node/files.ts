/** Files, with errors that name them. */
import { randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { readLocalFile } from '../data/sources/local-file';
import { HpaError } from '../errors';

/**
 * Writes beside the file, then renames; makes folders that are missing.
 *
 * @param options.sync - wait until the disk has it, so that it outlives a power cut
 */
export async function writeFileAtomically(
  file: string,
  data: string | Uint8Array,
  { sync = false } = {},
): Promise<void> {
  const temporary = `${file}.${randomUUID()}.tmp`;
  await writing(file, "The file can't be written", async () => {
    try {
      await mkdir(dirname(file), { recursive: true });
      await writeFile(temporary, data, { flush: sync });
      await rename(temporary, file);
      if (sync) await syncFolder(dirname(file));
    } catch (error) {
      await rm(temporary, { force: true }).catch(() => undefined);
      throw error;
    }
  });
}

/** What `work` gives that changes a file, or an HpaError `file-unwritable` that names it and says what can't be done. */
export async function writing<T>(file: string, failure: string, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw new HpaError('file-unwritable', `${failure}: ${(cause as Error).message}`, { file, cause });
  }
}

/** A rename is kept by the folder. Windows can't sync one, and needs not. */
async function syncFolder(dir: string): Promise<void> {
  if (process.platform === 'win32') return;
  const folder = await open(dir, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/**
 * The bytes of a file, in a buffer of their own.
 *
 * @param maxBytes - refuse larger files, and what is no regular file
 * @throws HpaError `file-missing`, `file-unreadable`, `file-too-large` or `aborted`
 */
export function readBytes(file: string, signal?: AbortSignal, maxBytes?: number): Promise<Uint8Array> {
  return readLocalFile({ readFile, stat }, file, signal, maxBytes);
}

export { readable } from '../data/sources/local-file';
