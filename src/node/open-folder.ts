/** A folder of images and its `train.csv` as a source. */
import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileBound } from '../data/sources/file-size';
import {
  fileSource,
  HPA_CHANNELS,
  type FileSource,
  type FileSourceOptions,
} from '../data/sources/file-source';
import { FileLayout } from '../data/sources/file-template';
import { listedFiles } from '../data/sources/listed-files';
import { readTables, type TableOptions } from '../data/sources/source-tables';
import { stampOf } from './file-stamp';
import { readable, readBytes } from './files';

/** `labels` and `groups.file` are paths; relative ones start at the working directory. */
export interface OpenFolderOptions extends FileSourceOptions, TableOptions<string> {
  classes?: readonly string[] | undefined;
}

/** Folders listed at once: a template such as `{id}/{channel}.png` has one for each sample. */
const LISTINGS_AT_ONCE = 16;

/**
 * Opens a folder of images, by default in the competition's layout, `<Id>_<channel>.png`. Files are listed
 * now and read when they are needed. Symbolic links are followed, wherever they lead: they belong to whoever
 * made the folder; ids and channels cannot leave it.
 *
 * @param dir - path of the folder; relative paths, also those of the CSVs, start at the working directory
 * @throws HpaError `file-missing` when the folder, a CSV or a sample's file isn't there; `csv-invalid`,
 *   `label-invalid` with the row; `id-unsafe`. When loading: `file-unreadable`, `file-too-large`, `aborted`, and
 *   what the decoder throws
 * @example
 * const source = await openFolder('train', { labels: 'train.csv' });
 * const stacks = await openFolder('plate', {
 *   channels: ['dapi', 'actin', 'er'],
 *   template: 'well-{id}/{channel}.tif',
 *   onMissing: 'zeros',
 * });
 */
export async function openFolder(dir: string, options: OpenFolderOptions = {}): Promise<FileSource> {
  const maxFileBytes = fileBound(options.maxFileBytes);
  const layout = new FileLayout(options.channels ?? HPA_CHANNELS, options.template);
  const files = await listFiles(dir, layout);
  const tables = await readTables(options, async (file) => ({ name: file, bytes: await readBytes(file) }));
  return fileSource(
    {
      ...listedFiles(resolve(dir), layout, files),
      read: (file, signal) => readBytes(join(dir, file), signal, maxFileBytes),
      unread: (file) => ({ name: file, unread: resolve(dir, file), maxFileBytes }),
      stamp: async (file) => {
        const stamp = await stampOf(join(dir, file));
        return stamp && `${file} ${stamp}`;
      },
    },
    tables,
    options,
  );
}

/** Names in the folder, and in those folders below it of which the layout may have files. */
async function listFiles(dir: string, layout: FileLayout): Promise<Set<string>> {
  const files = new Set(await readable(dir, 'folder', readdir(dir)));
  let parents = [...files].filter((name) => layout.hasFolder(name, 0));
  for (let depth = 1; parents.length > 0; depth++) {
    const found: string[] = [];
    await inTurn(parents, LISTINGS_AT_ONCE, async (parent) => {
      for (const name of await listIfFolder(join(dir, parent))) {
        files.add(`${parent}/${name}`);
        if (layout.hasFolder(name, depth)) found.push(`${parent}/${name}`);
      }
    });
    parents = found;
  }
  return files;
}

async function listIfFolder(path: string): Promise<string[]> {
  try {
    return await readdir(path);
  } catch (error) {
    if (['ENOTDIR', 'ENOENT'].includes((error as NodeJS.ErrnoException).code ?? '')) return [];
    return readable(path, 'folder', Promise.reject(error as Error));
  }
}

async function inTurn<T>(
  items: readonly T[],
  atOnce: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const queue = items.values();
  const worker = async () => {
    for (const item of queue) await work(item);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}
