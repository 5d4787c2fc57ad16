/** Checkpoints as files of a folder, whole or not at all, whatever moment the process or the machine dies. */
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isHpaError } from '../errors';
import type { CheckpointStore } from '../training/checkpoint/checkpoint-store';
import { readable, readBytes, writeFileAtomically, writing } from './files';

/**
 * A folder for the checkpoints of `trainModel`, made when the first is saved. A file is written beside its place, synced
 * to the disk and then renamed. Beginnings of files that a killed process left behind are removed at the next look, so a folder
 * belongs to one process at a time.
 *
 * @example
 * await trainModel(model, { train, valid, checkpoints: { store: checkpointFolder('run') } });
 */
export function checkpointFolder(dir: string): CheckpointStore {
  return {
    keys: async () => {
      const names = await filesIn(dir);
      const isBeginning = (name: string) => name.endsWith('.tmp');
      for (const name of names.filter(isBeginning)) await rm(join(dir, name), { force: true });
      return names.filter((name) => !isBeginning(name));
    },
    get: async (name) => {
      try {
        return await readBytes(join(dir, name));
      } catch (error) {
        if (isHpaError(error, 'file-missing')) return undefined;
        throw error;
      }
    },
    set: (name, bytes) => writeFileAtomically(join(dir, name), bytes, { sync: true }),
    delete: (name) => {
      const file = join(dir, name);
      return writing(file, "The file can't be removed", () => rm(file, { force: true }));
    },
  };
}

/** Paths of all files in a folder and those within it, from it on, with `/` between; none where there is no folder. */
async function filesIn(dir: string): Promise<string[]> {
  try {
    const entries = await readable(dir, 'folder', readdir(dir, { withFileTypes: true }));
    const inner = entries.map(async (entry) => {
      if (!entry.isDirectory()) return [entry.name];
      return (await filesIn(join(dir, entry.name))).map((name) => `${entry.name}/${name}`);
    });
    return (await Promise.all(inner)).flat();
  } catch (error) {
    if (isHpaError(error, 'file-missing')) return [];
    throw error;
  }
}
