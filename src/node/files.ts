/** Files, with errors that name them. */
import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { HpaError } from '../errors';

/** Writes beside the file, then renames; makes folders that are missing. */
export async function writeFileAtomically(file: string, data: string | Uint8Array): Promise<void> {
  const temporary = `${file}.${randomUUID()}.tmp`;
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(temporary, data);
    await rename(temporary, file);
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw new HpaError('file-unwritable', `The file can't be written: ${(cause as Error).message}`, {
      file,
      cause,
    });
  }
}

/** The bytes of a file. @throws HpaError `file-missing` or `file-unreadable` */
export function readBytes(file: string, signal?: AbortSignal): Promise<Uint8Array> {
  return readable(file, 'file', readFile(file, { signal }));
}

/** What `work` reads, or an HpaError that says why the file or folder can't be read. */
export async function readable<T>(file: string, what: 'file' | 'folder', work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw new HpaError('file-missing', `There is no such ${what}`, { file, cause });
    throw new HpaError('file-unreadable', `The ${what} can't be read: ${message}`, { file, cause });
  }
}
