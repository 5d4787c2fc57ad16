/** A ZIP that a person chose or dropped on a page, read in place, as a source. */
import type { FileSource } from '../data/sources/file-source';
import { fileBound } from '../data/sources/file-size';
import { zipSource, type ZipSourceOptions } from '../data/sources/zip-source';
import { inflateRaw } from '../data/sources/inflate-raw';
import { readBlob } from '../data/sources/read-blob';

/** `labels` and `groups.file` are files of their own, or `{ entry }` for a file inside the archive. */
export type OpenZipOptions = ZipSourceOptions<File>;

/**
 * Opens a ZIP of images without unpacking it: the directory is read now, each image when it is needed.
 *
 * @throws HpaError `zip-invalid` for damaged, encrypted or ambiguous archives; `file-missing`,
 *   `file-ambiguous` when samples are in several folders; `csv-invalid`, `label-invalid` with the row. When
 *   loading: `zip-invalid`, `file-too-large`, `file-unreadable`, `aborted`, and what the decoder throws
 * @example
 * const source = await openZip(input.files![0]!, { labels: { entry: 'train.csv' } });
 */
export async function openZip(archive: Blob, options: OpenZipOptions = {}): Promise<FileSource> {
  const name = archive instanceof File ? archive.name : 'the archive';
  const maxFileBytes = fileBound(options.maxFileBytes);
  return zipSource(
    {
      archive: {
        name,
        size: archive.size,
        read: (start, length, signal) =>
          readBlob(archive.slice(start, start + length), { file: name, maxFileBytes: Infinity, signal }),
      },
      inflateRaw,
      readTable: async (table) => ({
        name: table.name,
        bytes: await readBlob(table, { file: table.name, maxFileBytes }),
      }),
      stamp: () => {
        const { lastModified } = archive as Partial<File>;
        return Promise.resolve([name, archive.size, lastModified].join(' '));
      },
    },
    options,
  );
}
