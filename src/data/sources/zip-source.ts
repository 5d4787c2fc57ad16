/** A ZIP of images as a source: what `openZip` of Node and of browsers have in common. */
import { HpaError } from '../../errors';
import { fileBound } from './file-size';
import { fileSource, HPA_CHANNELS, type FileSource, type FileSourceOptions } from './file-source';
import { FileLayout } from './file-template';
import { folderOf, listedFiles } from './listed-files';
import { readTables, type TableOptions } from './source-tables';
import { readZipDirectory, readZipEntry, type InflateRaw, type RandomAccess } from './zip-archive';

/** A table inside the archive: the path of its entry. */
export interface ZipEntryName {
  entry: string;
}

export interface ZipSourceOptions<Table> extends FileSourceOptions, TableOptions<Table | ZipEntryName> {
  classes?: readonly string[] | undefined;
  /** The folder of the samples inside the archive. @default the only one with files that fit the template */
  folder?: string | undefined;
  /** Stops the reading of the directory. */
  signal?: AbortSignal | undefined;
}

/** What the platform brings. */
export interface ZipPlatform<Table> {
  archive: RandomAccess;
  inflateRaw: InflateRaw;
  /** Reads a table that is not in the archive. */
  readTable: (table: Table) => Promise<{ name: string; bytes: Uint8Array }>;
  /** What changes when the archive does; undefined where that can't be told yet. */
  stamp: () => Promise<string | undefined>;
}

export async function zipSource<Table extends object | string>(
  { archive, inflateRaw, readTable, stamp }: ZipPlatform<Table>,
  options: ZipSourceOptions<Table>,
): Promise<FileSource> {
  const maxFileBytes = fileBound(options.maxFileBytes);
  const layout = new FileLayout(options.channels ?? HPA_CHANNELS, options.template);
  const records = await readZipDirectory(archive, options.signal);
  const readEntry = (name: string, signal?: AbortSignal) => {
    const record = records.get(name);
    if (!record)
      throw new HpaError('file-missing', `There is no such entry in ${archive.name}`, { file: name });
    return readZipEntry(archive, record, inflateRaw, { name, maxFileBytes, signal });
  };
  const tables = await readTables(options, async (table) =>
    isEntryName(table)
      ? { name: `${archive.name}/${table.entry}`, bytes: await readEntry(table.entry) }
      : readTable(table),
  );
  const folder = folderOf(archive.name, layout, records.keys(), options.folder);
  const names = [...records.keys()].filter((name) => name.startsWith(folder));
  return fileSource(
    {
      ...listedFiles(archive.name, layout, new Set(names.map((name) => name.slice(folder.length)))),
      read: (name, signal) => readEntry(folder + name, signal),
      stamp: async (name) => {
        const { crc, size, offset } = records.get(folder + name)!;
        const archiveStamp = await stamp();
        return archiveStamp && [name, crc, size, offset, archiveStamp].join(' ');
      },
    },
    tables,
    options,
  );
}

function isEntryName(table: object | string): table is ZipEntryName {
  return typeof table === 'object' && 'entry' in table;
}
