/** Files that a person chose or dropped on a page as a source. */
import { fileBound } from '../data/sources/file-size';
import {
  fileSource,
  HPA_CHANNELS,
  type FileSource,
  type FileSourceOptions,
} from '../data/sources/file-source';
import { FileLayout } from '../data/sources/file-template';
import { folderOf, listedFiles } from '../data/sources/listed-files';
import { readTables, type TableOptions } from '../data/sources/source-tables';
import { HpaError } from '../errors';
import { readBlob } from '../data/sources/read-blob';

/** `labels` and `groups.file` are files too. */
export interface OpenFilesOptions extends FileSourceOptions, TableOptions<File> {
  classes?: readonly string[] | undefined;
  /** The folder of the samples, where a whole folder was chosen. @default the only one with files that fit */
  folder?: string | undefined;
}

/**
 * Makes a source of `File`s, by default named `<Id>_<channel>.png`. Their bytes are read when they are
 * needed, and stay on the user's machine. Files of a chosen folder have paths; others are in one folder.
 *
 * @throws HpaError `file-missing` when a sample lacks a file; `file-ambiguous` when two files have one name, or
 *   the samples are in several folders; `csv-invalid`, `label-invalid` with the row; `id-unsafe`
 * @example
 * input.onchange = async () => { const source = await openFiles(input.files!); };
 */
export async function openFiles(files: Iterable<File>, options: OpenFilesOptions = {}): Promise<FileSource> {
  const maxFileBytes = fileBound(options.maxFileBytes);
  const layout = new FileLayout(options.channels ?? HPA_CHANNELS, options.template);
  const given = Array.from(files, (file) => ({ path: file.webkitRelativePath || file.name, file }));
  const paths = given.map(({ path }) => path);
  const folder = folderOf('the files', layout, paths, options.folder);
  const byName = new Map<string, File>();
  for (const { path, file } of given) {
    if (!path.startsWith(folder)) continue;
    const name = path.slice(folder.length);
    if (byName.has(name) && layout.match(name))
      throw new HpaError('file-ambiguous', 'There are two files of this name', { file: path });
    byName.set(name, file);
  }
  const tables = await readTables(options, async (file) => ({
    name: file.name,
    bytes: await readBlob(file, { file: file.name, maxFileBytes }),
  }));
  return fileSource(
    {
      ...listedFiles('files', layout, new Set(byName.keys())),
      read: (name, signal) => readBlob(byName.get(name)!, { file: name, maxFileBytes, signal }),
      unread: (name) => ({ name, unread: byName.get(name)!, maxFileBytes }),
      stamp: (name) => {
        const { size, lastModified } = byName.get(name)!;
        return Promise.resolve([name, size, lastModified].join(' '));
      },
    },
    tables,
    options,
  );
}
