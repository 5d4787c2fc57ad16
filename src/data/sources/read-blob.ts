/** The bytes of a `File` or `Blob`, with errors that name it. */
import { fileTooLarge } from './file-size';
import { HpaError, throwIfAborted } from '../../errors';

/** @throws HpaError `file-too-large`, `file-unreadable` or `aborted` */
export async function readBlob(
  blob: Blob,
  options: { file: string; maxFileBytes: number; signal?: AbortSignal | undefined },
): Promise<Uint8Array> {
  const { file, maxFileBytes, signal } = options;
  throwIfAborted(signal, 'Reading a file');
  if (blob.size > maxFileBytes) throw fileTooLarge(blob.size, maxFileBytes, file);
  try {
    return new Uint8Array(await blob.arrayBuffer());
  } catch (cause) {
    throw new HpaError('file-unreadable', `The file can't be read: ${(cause as Error).message}`, {
      file,
      cause,
    });
  }
}
