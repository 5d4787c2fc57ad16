/** Files that a person chose or dropped on a page as a source. */
import { fileSource, type FileSource, type FileSourceOptions } from '../data/file-source';
import { parseColumnById, parseLabelTable } from '../data/label-table';
import { HpaError } from '../errors';

export interface OpenFilesOptions extends FileSourceOptions {
  /** The CSV with the columns `Id,Target`; without it, every sample among the files, unlabelled. */
  labels?: File;
  /** A CSV with an `Id` column and the column that names each sample's group. */
  groups?: { file: File; column: string };
}

/**
 * Makes a source of `File`s named `<Id>_<channel>.png`. Their bytes are read when they are needed, and
 * stay on the user's machine.
 *
 * @throws HpaError `file-missing` when a sample lacks a file; `csv-invalid`, `label-invalid` with the row
 * @example
 * input.onchange = async () => { const source = await openFiles(input.files!); };
 */
export async function openFiles(files: Iterable<File>, options: OpenFilesOptions = {}): Promise<FileSource> {
  const { labels, groups, ...rest } = options;
  const byName = new Map(Array.from(files, (file) => [file.name, file]));
  return fileSource({
    ...rest,
    name: 'files',
    table: labels && parseLabelTable(await labels.text(), { ...rest, file: labels.name }),
    groups: groups && parseColumnById(await groups.file.text(), groups.column, { file: groups.file.name }),
    files: new Set(byName.keys()),
    read: async (name) => {
      try {
        return new Uint8Array(await byName.get(name)!.arrayBuffer());
      } catch (cause) {
        throw new HpaError('file-unreadable', `The file can't be read: ${(cause as Error).message}`, {
          file: name,
          cause,
        });
      }
    },
  });
}
