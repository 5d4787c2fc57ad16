/** What a caller may hand over as one sample, wherever its pixels are, and how it becomes an image. */
import { fetchBytes, type FetchOptions } from '../../data/sources/fetch-bytes';
import { fileBound } from '../../data/sources/file-size';
import { fileSystem, readLocalFile } from '../../data/sources/local-file';
import { readBlob } from '../../data/sources/read-blob';
import { HpaError, withContext } from '../../errors';
import { asBytes } from '../../image/as-bytes';
import type { CellImage } from '../../image/cell-image';
import { decodeStack, type StackDecoder, type StackFile } from '../../image/decode-stack';

/** A file: its path or URL, its bytes, or a page's `File` or `Blob`. Without a file system, all paths are URLs. */
export type FileInput = string | URL | Uint8Array | ArrayBuffer | Blob;

/** One sample: its pixels, a file with all channels, or a file for each channel by the channel's name. */
export type SampleInput = CellImage | FileInput | Readonly<Record<string, FileInput>>;

/** Options of what reads a sample. */
export interface ReadSampleOptions {
  /** Refuse files of more bytes. @default 1_073_741_824 (1 GiB) */
  maxFileBytes?: number | undefined;
  /** Decodes and stacks, such as a pool of workers. @default decodeStack, on this thread */
  decoder?: StackDecoder | undefined;
  /** Stops with an `HpaError` of code `aborted`. */
  signal?: AbortSignal | undefined;
}

/** Whether a sample is pixels already. */
export function isCellImage(input: SampleInput): input is CellImage {
  const { width, height, channels, data } = input as Partial<CellImage>;
  return [width, height, channels].every((side) => typeof side === 'number') && ArrayBuffer.isView(data);
}

/**
 * The image of a sample, with its channels in order, in the size of its files or in `size`.
 *
 * @throws HpaError with the file, sample and channel: `file-missing` for a channel without a file and for files that
 *   aren't there, and what reading and decoding throws. TypeError for an input that is no sample
 */
export async function readSample(
  input: SampleInput,
  sample: string,
  channels: readonly string[],
  size: readonly [height: number, width: number] | undefined,
  options: ReadSampleOptions = {},
): Promise<CellImage> {
  if ((typeof input !== 'object' || (input as unknown) === null) && typeof input !== 'string')
    throw notASample(input);
  if (isCellImage(input)) return input;
  const { signal, decoder = decodeStack } = options;
  const maxFileBytes = fileBound(options.maxFileBytes);
  if (isFileInput(input)) {
    const file = await readFileInput(input, sample, { maxFileBytes, signal });
    // A file alone has the channels as its planes.
    const planes = channels.map((name, plane) => ({
      name,
      file: 0,
      ...(channels.length > 1 && { plane }),
    }));
    return decoder({ sample, files: [file], channels: planes, size }, { signal });
  }
  checkChannelFiles(input, sample, channels);
  const files = channels.map(async (channel) => {
    try {
      return await readFileInput(input[channel]!, `${sample} ${channel}`, { maxFileBytes, signal });
    } catch (error) {
      throw withContext(error, { sample, channel });
    }
  });
  const stack = channels.map((name, file) => ({ name, file }));
  return decoder({ sample, files: await Promise.all(files), channels: stack, size }, { signal });
}

/**
 * The bytes of a file, and what to call it.
 *
 * @param fallbackName - for bytes, which have no name
 * @throws HpaError `file-missing`, `file-unreadable`, `file-too-large`, `fetch-failed`, `aborted`
 */
export async function readFileInput(
  input: FileInput,
  fallbackName: string,
  options: { maxFileBytes: number; signal?: AbortSignal | undefined; fetch?: FetchOptions | undefined },
): Promise<StackFile> {
  const { maxFileBytes, signal } = options;
  if (typeof input === 'string' || input instanceof URL) {
    const name = String(input);
    const files = isWebUrl(name) ? undefined : fileSystem();
    const bytes = files
      ? await readLocalFile(files, input, signal, maxFileBytes)
      : await fetchBytes(name, maxFileBytes, options.fetch ?? {}, signal);
    return { name, bytes };
  }
  if (isBlob(input)) {
    const name = (input as Partial<File>).name ?? fallbackName;
    return { name, bytes: await readBlob(input, { file: name, maxFileBytes, signal }) };
  }
  // A copy: a pool of workers takes the bytes for good.
  return { name: fallbackName, bytes: asBytes(input).slice() };
}

/** Of a scheme that is fetched; a single letter is a Windows drive. */
export function isWebUrl(name: string): boolean {
  return /^(https?|blob|data):/i.test(name);
}

function isFileInput(input: SampleInput): input is FileInput {
  if (typeof input === 'string' || input instanceof URL || isBlob(input) || ArrayBuffer.isView(input))
    return true;
  return Object.prototype.toString.call(input) === '[object ArrayBuffer]';
}

function isBlob(input: unknown): input is Blob {
  return typeof (input as Partial<Blob> | null)?.arrayBuffer === 'function';
}

function checkChannelFiles(
  input: Readonly<Record<string, FileInput>>,
  sample: string,
  channels: readonly string[],
): void {
  const given = Object.keys(input);
  const missing = channels.filter((name) => !Object.hasOwn(input, name) || input[name] === undefined);
  if (missing.length > 0)
    throw new HpaError(
      'file-missing',
      `There is no file for ${missing.length} of ${channels.length} channels. Received files for ${given.join(', ') || 'none'}`,
      { sample, channel: missing.join(', ') },
    );
  const unknown = given.filter((name) => !channels.includes(name));
  if (unknown.length > 0)
    throw new TypeError(
      `The channels of sample ${sample} must be ${channels.join(', ')}. Received ${unknown.join(', ')} too.`,
    );
}

function notASample(input: unknown): TypeError {
  return new TypeError(
    `A sample must be an image, a file with all channels, or a file for each channel by its name. Received ${String(input)}.`,
  );
}
