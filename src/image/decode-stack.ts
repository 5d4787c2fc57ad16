/** The files of one sample → one image with all its channels, at the size that is wanted. */
import { HpaError, throwIfAborted, withContext } from '../errors';
import { samplesLike, type CellImage } from './cell-image';
import { decodeImage, type DecodeImageOptions } from './decode-image';
import { resize } from './resize';
import { stackChannels } from './stack-channels';
import { takeChannel } from './take-channel';

/** One channel of a sample, and where its pixels are. */
export interface StackChannel {
  name: string;
  /** Index of its file among the job's; absent: there is none, and the channel is zeros. */
  file?: number | undefined;
  /** Which channel of the file it is, from 0; absent: the file must be greyscale. */
  plane?: number | undefined;
  /** Whether a greyscale file will do where a plane is named: it is the plane. */
  greyscaleToo?: boolean | undefined;
}

/** A file in memory. */
export interface StackFile {
  name: string;
  bytes: Uint8Array;
}

/** A file that whoever decodes it reads first: a path, or a page's `File`. */
export interface UnreadFile {
  name: string;
  unread: string | Blob;
  /** Refuse it when it has more bytes. */
  maxFileBytes: number;
}

/** What makes one sample: plain data, so that it can be sent to a worker. */
export interface StackJob<File = StackFile> extends Pick<
  DecodeImageOptions,
  'maxPixels' | 'maxBytes' | 'pages'
> {
  sample: string;
  files: readonly File[];
  /** In the order in which they are stacked; at least one must have a file. */
  channels: readonly StackChannel[];
  /** Size of the result. @default as the files have it */
  size?: readonly [height: number, width: number] | undefined;
}

/** Makes a sample's image: `decodeStack` here, or a pool of workers elsewhere. It may take the bytes for good. */
export interface StackDecoder {
  (job: StackJob, options?: StackDecoderOptions): Promise<CellImage>;
  /** The same for files that it reads itself, if it can: the thread that asks then has nothing to do with them. */
  readonly readAndDecode?: (
    job: StackJob<StackFile | UnreadFile>,
    options?: StackDecoderOptions,
  ) => Promise<CellImage>;
}

export interface StackDecoderOptions extends Pick<DecodeImageOptions, 'inflate'> {
  signal?: AbortSignal | undefined;
}

/**
 * Decodes a sample's files, stacks its channels and resizes them by area averaging.
 *
 * @throws HpaError of the decoders, with the file, sample and channel; `image-shape` for a plane that its file
 * does not have, a file of several channels without a plane, and channels of different size or sample type
 */
export const decodeStack: StackDecoder = async (job, { signal, inflate } = {}) => {
  const { sample, files, channels, size, maxPixels, maxBytes, pages } = job;
  throwIfAborted(signal, 'Loading an image');
  const images = await Promise.all(
    files.map(({ name, bytes }, i) => {
      return decodeImage(bytes, {
        file: name,
        sample,
        channel: usersOf(job, i),
        maxPixels,
        maxBytes,
        pages,
        inflate,
      });
    }),
  );
  const first = images[0];
  if (!first) throw new HpaError('file-missing', 'The sample has no file at all', { sample });
  const planes = channels.map((channel) => {
    if (channel.file === undefined)
      return { ...first, channels: 1, data: samplesLike(first.data, first.width * first.height) };
    const context = { file: files[channel.file]!.name, sample, channel: channel.name };
    return pickPlane(images[channel.file]!, channel, context);
  });
  try {
    const stacked = stackChannels(planes, { names: channels.map(({ name }) => name) });
    return size ? resize(stacked, { height: size[0], width: size[1] }) : stacked;
  } catch (error) {
    throw withContext(error, { sample });
  }
};

/** Names of the channels that use a file, for messages. */
export function usersOf({ channels }: Pick<StackJob, 'channels'>, file: number): string {
  return channels
    .filter((channel) => channel.file === file)
    .map(({ name }) => name)
    .join(', ');
}

function pickPlane(
  image: CellImage,
  { plane, name, greyscaleToo }: StackChannel,
  context: { file: string; sample: string; channel: string },
): CellImage {
  const { channels } = image;
  if (plane === undefined || (greyscaleToo && channels === 1)) {
    if (channels === 1) return image;
    throw new HpaError(
      'image-shape',
      `Expected a greyscale image, received ${channels} channels. Save each stain as a greyscale file, or say which plane of it is ${name}`,
      context,
    );
  }
  if (plane >= channels)
    throw new HpaError(
      'image-shape',
      `There is no plane ${plane}: the file has ${channels}, counted from 0`,
      context,
    );
  return channels === 1 ? image : takeChannel(image, plane);
}
