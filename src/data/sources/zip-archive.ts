/**
 * A ZIP read in place: its directory by zip.js, once; then each entry by itself, wherever it lies. Of 124,000
 * entries zip.js's own objects would hold 900 MB, so that only what reading needs is kept, and the few lines that
 * find, inflate and check an entry are here.
 */
import type { ReadableReader } from '@zip.js/zip.js';
import { HpaError, isHpaError, throwIfAborted } from '../../errors';
import { crc32 } from '../../image/png/crc32';
import { fileTooLarge } from './file-size';
import { pause } from './pause';

/** Bytes that can be read from anywhere, such as a file. */
export interface RandomAccess {
  /** What to call it in messages. */
  name: string;
  size: number;
  /** `length` bytes from `start`, which takes memory for no more than there are; nobody else uses them. */
  read(start: number, length: number, signal?: AbortSignal): Promise<Uint8Array>;
}

/** Inflates raw deflate data to `size` bytes; rejects rather than make more. */
export type InflateRaw = (data: Uint8Array, size: number) => Promise<Uint8Array>;

/** What is kept of an entry. */
export interface ZipRecord {
  /** Where its local header is. */
  offset: number;
  method: number;
  compressedSize: number;
  size: number;
  crc: number;
}

/** Deflate cannot expand data by more than this (zlib, "Maximum Compression Factor"). */
const MAX_EXPANSION = 1032;
/** 124,000 entries take about 14 MiB. */
const MAX_DIRECTORY_BYTES = 2 ** 27;
/** After so many the event loop gets a turn: a page stays alive, and an abort is seen. */
const ENTRIES_AT_A_TIME = 2048;
const LOCAL_HEADER_BYTES = 30;
const LOCAL_HEADER_SIGNATURE = 0x04034b50;
/** Room for the name and the extra fields of a local header, so that nearly all entries take one read. */
const HEADER_ROOM = 512;
const STORED = 0;
const DEFLATED = 8;

/**
 * The entries of a ZIP that are files, by name, with `/` between folders.
 *
 * @throws HpaError `zip-invalid` for what is no ZIP or ends early, for encrypted entries, two entries of one
 *   name, and names that would leave the folder
 */
export async function readZipDirectory(
  archive: RandomAccess,
  signal?: AbortSignal,
): Promise<Map<string, ZipRecord>> {
  // The part of zip.js that reads: a third of the whole, and loaded only where there is a ZIP.
  const { ZipReader } = await import('@zip.js/zip.js/lib/zip-core-reader.js');
  const { name: file } = archive;
  const records = new Map<string, ZipRecord>();
  const reader = new ZipReader(directoryReader(archive, signal));
  try {
    const normalizeFilename = (name: string) => name.replaceAll('\\', '/');
    for await (const entry of reader.getEntriesGenerator({ normalizeFilename })) {
      if (entry.directory) continue;
      const { filename, offset, compressionMethod, compressedSize, uncompressedSize } = entry;
      if (entry.encrypted) throw invalid(`The entry ${filename} is encrypted`, file);
      if (records.has(filename)) throw invalid(`There are two entries named ${filename}`, file);
      records.set(filename, {
        offset,
        method: compressionMethod,
        compressedSize,
        size: uncompressedSize,
        crc: entry.crc32 ?? 0,
      });
      if (records.size % ENTRIES_AT_A_TIME === 0) {
        await pause(0);
        throwIfAborted(signal, 'Reading a ZIP');
      }
    }
  } catch (cause) {
    if (isHpaError(cause)) throw cause;
    const { message, reason, filename } = cause as Error & { reason?: string; filename?: string };
    const details = [message, reason, filename].filter(Boolean).join(': ');
    throw new HpaError('zip-invalid', `The ZIP can't be read: ${details}`, { file, cause });
  }
  return records;
}

/**
 * The bytes of an entry, checked against its CRC-32. Never takes more memory than the entry declares, nor
 * inflates more.
 *
 * @throws HpaError `zip-invalid`, `file-too-large`
 */
export async function readZipEntry(
  archive: RandomAccess,
  { offset, method, compressedSize, size, crc }: ZipRecord,
  inflateRaw: InflateRaw,
  options: { name: string; maxFileBytes: number; signal?: AbortSignal | undefined },
): Promise<Uint8Array> {
  const { name, maxFileBytes, signal } = options;
  const refuse = (reason: string, cause?: unknown) =>
    new HpaError('zip-invalid', `${reason} (in ${archive.name})`, { file: name, cause });
  if (size > maxFileBytes) throw fileTooLarge(size, maxFileBytes, name);
  if (method !== STORED && method !== DEFLATED)
    throw refuse(`The entry is compressed by method ${method}; only stored and deflated entries can be read`);
  if (method === STORED ? compressedSize !== size : size > compressedSize * MAX_EXPANSION)
    throw refuse(`${compressedSize} bytes cannot hold the ${size} that the entry declares`);
  if (compressedSize > maxFileBytes) throw fileTooLarge(compressedSize, maxFileBytes, name);
  if (compressedSize > archive.size) throw refuse('The archive ends within the entry');

  const wanted = LOCAL_HEADER_BYTES + HEADER_ROOM + compressedSize;
  const chunk = await archive.read(offset, wanted, signal);
  const start = dataStart(chunk);
  if (start === undefined) throw refuse('The entry is not where the directory says');
  const data =
    start + compressedSize <= wanted
      ? chunk.subarray(start, start + compressedSize)
      : await archive.read(offset + start, compressedSize, signal);
  if (data.length < compressedSize) throw refuse('The archive ends within the entry');
  let bytes = data;
  if (method === DEFLATED)
    try {
      bytes = await inflateRaw(data, size);
    } catch (cause) {
      throw refuse('The compressed data are damaged or longer than the entry declares', cause);
    }
  if (bytes.length !== size) throw refuse(`The entry holds ${bytes.length} bytes and declares ${size}`);
  if (crc32(bytes) !== crc) throw refuse('The entry is damaged: its CRC-32 differs');
  return bytes;
}

/** What zip.js reads the directory through, so that no size that it declares takes memory beyond a bound. */
function directoryReader(archive: RandomAccess, signal: AbortSignal | undefined): ReadableReader {
  const readUint8Array = (start: number, length: number) => {
    if (length > MAX_DIRECTORY_BYTES) throw new Error(`Its directory would take ${length} bytes`);
    return archive.read(start, length, signal);
  };
  // It asks for `readable` only where there is no `readUint8Array`.
  return { size: archive.size, readUint8Array } as object as ReadableReader;
}

/** Where the data begin after a local header. */
function dataStart(chunk: Uint8Array): number | undefined {
  if (chunk.length < LOCAL_HEADER_BYTES) return undefined;
  const view = new DataView(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  if (view.getUint32(0, true) !== LOCAL_HEADER_SIGNATURE) return undefined;
  return LOCAL_HEADER_BYTES + view.getUint16(26, true) + view.getUint16(28, true);
}

function invalid(reason: string, file: string): HpaError {
  return new HpaError('zip-invalid', `${reason}. Unpack and pack the archive again without that`, { file });
}
