/** Writing files so that a reader never sees half of one. */
import { randomUUID } from 'node:crypto';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
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
