/** A folder of PNGs and its `train.csv` as a source. */
import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileSource, type FileSource, type FileSourceOptions } from '../data/file-source';
import { parseColumnById, parseLabelTable } from '../data/label-table';
import { readable, readBytes } from './files';

export interface OpenFolderOptions extends FileSourceOptions {
  /** Path of the CSV with the columns `Id,Target`; without it, every sample in the folder, unlabelled. */
  labels?: string;
  /** A CSV with an `Id` column and the column that names each sample's group. */
  groups?: { file: string; column: string };
}

/**
 * Opens a folder in the competition's layout, `<Id>_<channel>.png`. Files are listed now and read when
 * they are needed.
 *
 * @param dir - path of the folder; relative paths, also those of the CSVs, start at the working directory
 * @throws HpaError `file-missing` when the folder, a CSV or a sample's file isn't there; `csv-invalid`,
 *   `label-invalid` with the row
 * @example
 * const source = await openFolder('train', { labels: 'train.csv' });
 */
export async function openFolder(dir: string, options: OpenFolderOptions = {}): Promise<FileSource> {
  const { labels, groups, ...rest } = options;
  const files = await readable(dir, 'folder', readdir(dir));
  const table = labels && parseLabelTable(await readText(labels), { ...rest, file: labels });
  return fileSource({
    ...rest,
    name: resolve(dir),
    table: table || undefined,
    groups: groups && parseColumnById(await readText(groups.file), groups.column, { file: groups.file }),
    files: new Set(files),
    read: (fileName, signal) => {
      const file = join(dir, fileName);
      return readBytes(file, signal);
    },
  });
}

async function readText(file: string): Promise<string> {
  return new TextDecoder().decode(await readBytes(file));
}
