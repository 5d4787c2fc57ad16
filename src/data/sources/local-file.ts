/** Files of this machine, for code that runs in pages too. */
import { HpaError, throwIfAborted } from '../../errors';
import { nodeBuiltin } from '../../node-builtin';
import { fileTooLarge } from './file-size';

/** The part of `node:fs/promises` that is used here. */
export interface FileSystem {
  readFile(file: string | URL, options: { signal?: AbortSignal | undefined }): Promise<Uint8Array>;
  stat(file: string | URL): Promise<{ size: number; isFile(): boolean }>;
}

/** Node's file system, or `undefined` where there is none. */
export function fileSystem(): FileSystem | undefined {
  return nodeBuiltin('node:fs/promises') as FileSystem | undefined;
}

/**
 * The bytes of a file, in a buffer of their own.
 *
 * @param maxBytes - refuse larger files, and what is no regular file
 * @throws HpaError `file-missing`, `file-unreadable`, `file-too-large` or `aborted`
 */
export async function readLocalFile(
  files: FileSystem,
  file: string | URL,
  signal?: AbortSignal,
  maxBytes?: number,
): Promise<Uint8Array> {
  throwIfAborted(signal, 'Reading a file');
  const name = String(file);
  if (maxBytes !== undefined) {
    const { size } = await readable(name, 'file', regularFile(files, file));
    if (size > maxBytes) throw fileTooLarge(size, maxBytes, name);
  }
  try {
    const bytes = await readable(name, 'file', files.readFile(file, { signal }));
    return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  } catch (error) {
    throwIfAborted(signal, 'Reading a file');
    throw error;
  }
}

/** What `work` reads, or an HpaError that says why the file or folder can't be read. */
export async function readable<T>(file: string, what: 'file' | 'folder', work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    const { code, message } = cause as { code?: string; message: string };
    if (code === 'ENOENT') throw new HpaError('file-missing', `There is no such ${what}`, { file, cause });
    throw new HpaError('file-unreadable', `The ${what} can't be read: ${message}`, { file, cause });
  }
}

async function regularFile(files: FileSystem, file: string | URL): Promise<{ size: number }> {
  const stats = await files.stat(file);
  if (!stats.isFile()) throw new Error('it is no regular file');
  return stats;
}
