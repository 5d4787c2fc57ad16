/** A ZIP of images, read in place, as a source. */
import { open, stat, type FileHandle } from 'node:fs/promises';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { inflateRaw as inflateRawCallback, type ZlibOptions } from 'node:zlib';
import type { FileSource } from '../data/sources/file-source';
import type { InflateRaw, RandomAccess } from '../data/sources/zip-archive';
import { zipSource, type ZipSourceOptions } from '../data/sources/zip-source';
import { throwIfAborted } from '../errors';
import { stampOf } from './file-stamp';
import { readable, readBytes } from './files';

/** `labels` and `groups.file` are paths outside of the archive, or `{ entry }` for a file inside. */
export type OpenZipOptions = ZipSourceOptions<string>;

/**
 * Opens a ZIP of images, such as Kaggle's `train.zip`, without unpacking it: the directory is read now, each
 * image when it is needed. The file is opened for each read and closed again, so that there is nothing to
 * close; when it has changed since, loading fails.
 *
 * @throws HpaError `zip-invalid` for damaged, encrypted or ambiguous archives; `file-missing`,
 *   `file-ambiguous` when samples are in several folders; `csv-invalid`, `label-invalid` with the row. When
 *   loading: `zip-invalid`, `file-too-large`, `file-unreadable`, `aborted`, and what the decoder throws
 * @example
 * const source = await openZip('train.zip', { labels: 'train.csv' });
 * const whole = await openZip('all.zip', { folder: 'train', labels: { entry: 'train.csv' } });
 */
export async function openZip(file: string, options: OpenZipOptions = {}): Promise<FileSource> {
  return zipSource(
    {
      archive: await openArchive(file),
      inflateRaw,
      readTable: async (table) => ({ name: table, bytes: await readBytes(table) }),
      stamp: () => stampOf(file),
    },
    options,
  );
}

async function openArchive(file: string): Promise<RandomAccess> {
  const { size, mtimeMs } = await readable(file, 'file', stat(file));
  const whatWasOpened = async (handle: FileHandle) => {
    const now = await handle.stat();
    if (now.size !== size || now.mtimeMs !== mtimeMs) throw new Error('it has changed since it was opened');
  };
  const read = async (start: number, length: number) => {
    const handle = await open(file);
    try {
      await whatWasOpened(handle);
      return await readRange(handle, start, Math.max(0, Math.min(length, size - start)));
    } finally {
      await handle.close();
    }
  };
  return {
    name: resolve(file),
    size,
    async read(start, length, signal) {
      throwIfAborted(signal, 'Reading a ZIP');
      return readable(file, 'file', read(start, length));
    },
  };
}

async function readRange(handle: FileHandle, start: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  let at = 0;
  while (at < length) {
    const { bytesRead } = await handle.read(bytes, at, length - at, start + at);
    if (bytesRead === 0) break;
    at += bytesRead;
  }
  return bytes.subarray(0, at);
}

const inflateRawNode = promisify<Uint8Array, ZlibOptions, Uint8Array>(inflateRawCallback);

/** Node's zlib, on its thread pool, into one buffer. */
const inflateRaw: InflateRaw = async (data, size) => {
  // A byte to spare, since zlib takes a second chunk when the first is full; and never from Node's shared pool.
  const chunkSize = Math.max(8192, size + 1);
  const bytes = await inflateRawNode(data, { chunkSize, maxOutputLength: Math.max(1, size) });
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
};
