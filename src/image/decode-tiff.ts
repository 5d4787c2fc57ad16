/** TIFF bytes → samples, pages stacked as channels; written for files from strangers. */
import { HpaError, withContext, type HpaErrorContext } from '../errors';
import { asBytes } from './as-bytes';
import type { CellImage } from './cell-image';
import { decodeBytes } from './decode-bytes';
import { checkSize, resolveLimits, type ImageLimits } from './limits';
import { inflate } from './png/inflate';
import { chooseZlib, type DeflateEngine } from './png/node-zlib';
import { describeOther, sniffFormat } from './sniff';
import { listBlocks } from './tiff/blocks';
import { readDirectories, type TiffFile } from './tiff/directories';
import { readOme } from './tiff/ome';
import { describePage, readPage, type TiffPage, type TiffPageInfo } from './tiff/page';
import { readSamples, type Inflate } from './tiff/read-samples';
import { choosePages, nameChannels, type TiffPages } from './tiff/stack';

/** Options of `decodeTiff`. */
export interface DecodeTiffOptions extends ImageLimits, Pick<HpaErrorContext, 'file' | 'sample' | 'channel'> {
  /**
   * Which pages, counted from 0, become the image's channels: all of them, one, or those listed, in that order.
   * @default 'stack'
   */
  pages?: TiffPages | undefined;
  /** Which inflate to use for Deflate, as `decodePng` has it. @default 'auto' */
  inflate?: DeflateEngine | undefined;
}

/** A TIFF's image; of an OME-TIFF with the names of its channels. */
export interface DecodedTiff extends CellImage {
  /** `Uint8Array`, `Uint16Array` or `Float32Array`, in the machine's byte order. It owns its buffer. */
  readonly data: Uint8Array<ArrayBuffer> | Uint16Array<ArrayBuffer> | Float32Array<ArrayBuffer>;
  /** Bits a sample: 8, 16 or, for floats, 32. */
  readonly bitDepth: number;
  /** One a channel; absent where the file doesn't name them all. */
  readonly channelNames?: readonly string[];
}

/**
 * Decodes a TIFF or BigTIFF: unsigned integers of 8 or 16 bits and float32, greyscale, RGB or any number of
 * channels; uncompressed, PackBits, LZW or Deflate, with predictors; strips or tiles; both byte orders.
 *
 * Samples are the file's own, floats of any range included; only where white is stored as zero they are turned
 * round, so that more is always brighter. `Orientation` isn't applied. Pages that are smaller copies of others
 * are left out of a stack. Of an OME-TIFF with several focal planes or times the pages have to be chosen; the
 * error says which belong to the first.
 *
 * Everything that the file declares is checked before memory is taken, and no strip or tile is decompressed
 * beyond its own size. Besides the samples, a few blocks are held at a time.
 *
 * @param bytes the file; it must not change until the promise settles.
 * @returns `[height, width, channels]`, the pages' channels one after another.
 * @throws HpaError, as a rejection, with the file, sample and channel of the options: `image-signature` (not a
 * TIFF), `tiff-truncated`, `tiff-invalid`, `tiff-unsupported` (palettes, CMYK, YCbCr, JPEG inside, signed or
 * 1-, 4-, 12-, 32- and 64-bit samples, …), `image-too-large`, `image-shape` (pages that don't stack, or aren't
 * there). TypeError and RangeError for wrong arguments.
 * @see https://www.itu.int/itudoc/itu-t/com16/tiff-fx/docs/tiff6.pdf
 *
 * @example
 * const cells = await decodeTiff(await readFile('field.ome.tif'), { file: 'field.ome.tif' });
 * cells.channelNames; // ['DAPI', 'Tubulin']
 */
export async function decodeTiff(
  bytes: Uint8Array | ArrayBuffer,
  options: DecodeTiffOptions = {},
): Promise<DecodedTiff> {
  return decodeBytes(bytes, options, decode);
}

async function decode(bytes: Uint8Array, options: DecodeTiffOptions): Promise<DecodedTiff> {
  const { maxBytes } = resolveLimits(options);
  const engine = options.inflate ?? 'auto';
  const zlib = chooseZlib(engine);
  const unzip: Inflate = (packed, expected) => inflate([packed], expected, zlib, engine === 'sync');
  const file = open(bytes);
  const ome = readOme(file);
  const pages = choosePages(file, ome, options.pages ?? 'stack', (page) => {
    const { width, height, channels, bitDepth } = page;
    checkSize({ width, height, bytes: (width * height * channels * bitDepth) / 8 }, options);
  }).map((index) => readPage(file, index));

  const { width, height, bitDepth } = pages[0]!;
  const channels = pages.reduce((sum, page) => sum + page.channels, 0);
  checkSize({ width, height, bytes: (width * height * channels * bitDepth) / 8 }, options);
  const blocks = listBlocks(file, pages, maxBytes);
  const data = allocate(pages[0]!, width * height * channels);
  for (let i = 0, first = 0; i < pages.length; first += pages[i++]!.channels) {
    await readSamples(file, pages[i]!, blocks[i]!, { data, width, channels }, first, unzip);
  }
  const channelNames = nameChannels(ome, pages);
  return { width, height, channels, bitDepth, data, ...(channelNames && { channelNames }) };
}

function allocate({ bitDepth }: TiffPage, length: number): DecodedTiff['data'] {
  if (bitDepth === 32) return new Float32Array(length);
  return bitDepth === 16 ? new Uint16Array(length) : new Uint8Array(length);
}

/** What a TIFF says of itself. */
export interface TiffInfo {
  /** One a page, in the file's order; also those that aren't decoded here. */
  readonly pages: readonly TiffPageInfo[];
  /** Whether offsets have 64 bits. */
  readonly bigTiff: boolean;
  /** Whether the lowest byte of a number comes first. */
  readonly littleEndian: boolean;
  /** Of an OME-TIFF, the names of its first image's channels, empty where one has none. */
  readonly channelNames?: readonly string[];
}

/**
 * Reads what a TIFF says of its pages and, where it is an OME-TIFF, of its channels, without decoding anything.
 *
 * @throws HpaError `image-signature`, `tiff-truncated`, `tiff-invalid`; TypeError when `bytes` are not bytes
 *
 * @example
 * readTiffInfo(bytes).pages[0]; // { width: 512, height: 512, channels: 1, bitDepth: 8, sampleFormat: 'uint', … }
 */
export function readTiffInfo(
  bytes: Uint8Array | ArrayBuffer,
  context: Pick<HpaErrorContext, 'file' | 'sample' | 'channel'> = {},
): TiffInfo {
  const { file, sample, channel } = context;
  try {
    const tiff = open(asBytes(bytes));
    const ome = readOme(tiff);
    return {
      pages: tiff.directories.map((_, page) => describePage(tiff, page)),
      bigTiff: tiff.bigTiff,
      littleEndian: tiff.littleEndian,
      ...(ome && { channelNames: ome.channelNames }),
    };
  } catch (error) {
    throw withContext(error, { file, sample, channel });
  }
}

function open(bytes: Uint8Array): TiffFile {
  if (bytes.length === 0) throw new HpaError('tiff-truncated', 'the file is empty');
  if (sniffFormat(bytes) !== 'tiff') throw new HpaError('image-signature', describeOther(bytes, 'TIFF'));
  return readDirectories(bytes);
}
