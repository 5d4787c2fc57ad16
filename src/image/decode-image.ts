/** Bytes of an image file of any kind that is read here → samples; the kind is told by the first bytes. */
import { HpaError, type HpaErrorContext } from '../errors';
import type { CellImage } from './cell-image';
import { decodeBytes } from './decode-bytes';
import { decodePng } from './decode-png';
import type { ImageLimits } from './limits';
import type { DeflateEngine } from './png/node-zlib';
import { describeOther, sniffFormat, type ImageFormat } from './sniff';
import type { TiffPages } from './tiff/stack';

/** Options of `decodeImage`. */
export interface DecodeImageOptions
  extends ImageLimits, Pick<HpaErrorContext, 'file' | 'sample' | 'channel'> {
  /** Which pages of a TIFF become the image's channels, as `decodeTiff` has it. @default 'stack' */
  pages?: TiffPages | undefined;
  /** Which inflate to use for PNGs and TIFFs, as `decodePng` has it. @default 'auto' */
  inflate?: DeflateEngine | undefined;
}

/** An image as its file stores it, greyscale below 8 bits scaled to 0–255. */
export interface DecodedFile extends CellImage {
  /** Bits a sample, 8, 16 or, for floats, 32. */
  readonly bitDepth: number;
  /** Names of the channels, where an OME-TIFF gives them all. */
  readonly channelNames?: readonly string[];
}

type Decoder = (bytes: Uint8Array, options: DecodeImageOptions) => Promise<DecodedFile>;

/** TIFF and JPEG are loaded when the first such file comes. */
const DECODERS: Readonly<Record<ImageFormat, () => Promise<Decoder>>> = {
  png: () => Promise.resolve((bytes, options) => decodePng(bytes, { ...options, scaleTo8Bits: true })),
  tiff: async () => (await import('./decode-tiff')).decodeTiff,
  jpeg: async () => (await import('./decode-jpeg')).decodeJpeg,
};

/**
 * Decodes a PNG, TIFF or JPEG, told apart by their first bytes and never by a file's name.
 *
 * @param bytes the file; it must not change until the promise settles.
 * @returns `[height, width, channels]`; samples as `decodePng`, `decodeTiff` and `decodeJpeg` give them, but for
 * greyscale below 8 bits, which is scaled to 0–255.
 * @throws HpaError, as a rejection: `image-signature` for all other files, saying what they look like, and the
 * codes of the three decoders. TypeError and RangeError for wrong arguments.
 *
 * @example
 * const image = await decodeImage(await readFile('57_F11_1_blue.png')); // a JPEG, whatever its name says
 * image.channels; // 3
 */
export async function decodeImage(
  bytes: Uint8Array | ArrayBuffer,
  options: DecodeImageOptions = {},
): Promise<DecodedFile> {
  return decodeBytes(bytes, options, decode);
}

async function decode(content: Uint8Array, options: DecodeImageOptions): Promise<DecodedFile> {
  if (content.length === 0) throw new HpaError('image-signature', 'the file is empty');
  const format = sniffFormat(content);
  if (!format) throw new HpaError('image-signature', describeOther(content, 'PNG, TIFF or JPEG'));
  return (await DECODERS[format]())(content, options);
}
