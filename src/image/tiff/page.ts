/** One page of a TIFF: what its fields say, and whether that can be read and lies in the file. */
import { HpaError } from '../../errors';
import { countValues, readNumbers, type TiffFile } from './directories';

const COMPRESSIONS: Readonly<Record<number, string>> = {
  1: 'none',
  2: 'CCITT',
  3: 'CCITT',
  4: 'CCITT',
  5: 'LZW',
  6: 'JPEG',
  7: 'JPEG',
  8: 'Deflate',
  32773: 'PackBits',
  32946: 'Deflate',
  33003: 'JPEG 2000',
  33005: 'JPEG 2000',
  34712: 'JPEG 2000',
  34887: 'LERC',
  34925: 'LZMA',
  50000: 'Zstandard',
  50001: 'WebP',
};
const PHOTOMETRICS = ['white is zero', 'black is zero', 'RGB', 'palette', 'mask', 'CMYK', 'YCbCr'];
/** Of a page, and of a stack of them. */
export const MAX_CHANNELS = 256;
const SAMPLE_FORMATS = ['uint', 'int', 'float'] as const;

/** What a page says it is, also where it can't be decoded. */
export interface TiffPageInfo {
  /** In pixels. */
  readonly width: number;
  /** In pixels. */
  readonly height: number;
  /** Samples a pixel has. */
  readonly channels: number;
  /** Bits a sample. */
  readonly bitDepth: number;
  /** How the bits of a sample are to be read. */
  readonly sampleFormat: 'uint' | 'int' | 'float' | 'other';
  /** `'none'`, `'PackBits'`, `'LZW'`, `'Deflate'`, or the name or number of one that isn't read here. */
  readonly compression: string;
  /** A smaller copy of another page, as in pyramids. */
  readonly reduced: boolean;
}

/** A page that can be decoded; all its blocks lie in the file. */
export interface TiffPage extends TiffPageInfo {
  readonly index: number;
  readonly bitDepth: 8 | 16 | 32;
  readonly compression: 'none' | 'PackBits' | 'LZW' | 'Deflate';
  /** 1 none, 2 differences of neighbours, 3 the same for floats. */
  readonly predictor: number;
  readonly whiteIsZero: boolean;
  /** Channels follow one another block by block rather than pixel by pixel. */
  readonly planar: boolean;
  readonly tiled: boolean;
  /** Strips are as wide as the image. */
  readonly blockWidth: number;
  readonly blockHeight: number;
}

/** @throws HpaError `tiff-invalid` where a size is missing */
export function describePage(file: TiffFile, page: number): TiffPageInfo {
  const [width, height] = [number(file, page, 256), number(file, page, 257)];
  if (!width || !height) throw invalid(page, `it is ${width ?? '?'}×${height ?? '?'} pixels: it has no area`);
  const channels = number(file, page, 277) ?? 1;
  if (channels === 0) throw invalid(page, 'it has no channels');
  if (channels > MAX_CHANNELS)
    throw new HpaError(
      'tiff-unsupported',
      `page ${page} has ${channels} channels, more than ${MAX_CHANNELS}`,
    );
  return {
    width,
    height,
    channels,
    bitDepth: same(file, page, 258, channels) ?? 1,
    sampleFormat: SAMPLE_FORMATS[(same(file, page, 339, channels) ?? 1) - 1] ?? 'other',
    compression: compressionName(number(file, page, 259) ?? 1),
    reduced: ((number(file, page, 254) ?? 0) & 1) === 1,
  };
}

/** @throws HpaError `tiff-unsupported`, saying what isn't read; `tiff-invalid` for what contradicts itself */
export function readPage(file: TiffFile, index: number): TiffPage {
  const info = describePage(file, index);
  const { width, height, channels, bitDepth, sampleFormat, compression } = info;
  const unsupported = (what: string) =>
    new HpaError(
      'tiff-unsupported',
      `page ${index} is of ${what}, which is not read here: save it as 8 or 16 bits or float32, greyscale or RGB, uncompressed or with PackBits, LZW or Deflate`,
    );
  const read = (tag: number) => number(file, index, tag);

  const photometric = read(262) ?? (channels >= 3 ? 2 : 1);
  const whiteIsZero = photometric === 0;
  if (photometric > 2)
    throw unsupported(`${PHOTOMETRICS[photometric] ?? `photometric interpretation ${photometric}`} colours`);
  const whole = sampleFormat === 'uint' && (bitDepth === 8 || bitDepth === 16);
  if (!whole && !(sampleFormat === 'float' && bitDepth === 32 && !whiteIsZero))
    throw unsupported(`${bitDepth}-bit ${sampleFormat} samples${whiteIsZero ? ' with white as zero' : ''}`);
  if (
    compression !== 'none' &&
    compression !== 'PackBits' &&
    compression !== 'LZW' &&
    compression !== 'Deflate'
  )
    throw unsupported(`${compression} compression`);
  if ((read(266) ?? 1) !== 1) throw unsupported('reversed bits (FillOrder 2)');
  const predictor = compression === 'LZW' || compression === 'Deflate' ? (read(317) ?? 1) : 1;
  if (!(predictor === 1 || predictor === 2 || (predictor === 3 && sampleFormat === 'float')))
    throw unsupported(`predictor ${predictor} on ${sampleFormat} samples`);
  const planar = read(284) ?? 1;
  if (planar !== 1 && planar !== 2)
    throw invalid(index, `its PlanarConfiguration is ${planar}; expected 1 or 2`);

  const tiled = countValues(file, index, 322) > 0;
  const blockWidth = tiled ? read(322)! : width;
  const blockHeight = tiled ? (read(323) ?? 0) : Math.min(read(278) ?? height, height);
  if (blockWidth === 0 || blockHeight === 0)
    throw invalid(index, `its ${tiled ? 'tiles' : 'strips'} are ${blockWidth}×${blockHeight} pixels`);
  return {
    ...info,
    bitDepth: bitDepth,
    compression,
    index,
    predictor,
    whiteIsZero,
    planar: planar === 2 && channels > 1,
    tiled,
    blockWidth,
    blockHeight,
  };
}

/** Bytes that one pixel takes in a block: all channels, or one when they are kept apart. */
export function blockPixelBytes(page: TiffPage): number {
  return (page.bitDepth / 8) * (page.planar ? 1 : page.channels);
}

const number = (file: TiffFile, page: number, tag: number) => readNumbers(file, page, tag)?.[0];

/** A field with a value a channel, which must all be one. Some writers give a single value for all. */
function same(file: TiffFile, page: number, tag: number, channels: number): number | undefined {
  const values = readNumbers(file, page, tag, Math.min(channels, countValues(file, page, tag)));
  const odd = values?.find((value) => value !== values[0]);
  if (odd !== undefined)
    throw new HpaError(
      'tiff-unsupported',
      `page ${page} has channels of different kinds (field ${tag} is ${values![0]} and ${odd}): save them alike`,
    );
  return values?.[0];
}

function compressionName(code: number): string {
  return COMPRESSIONS[code] ?? `unknown (${code})`;
}

const invalid = (page: number, reason: string) =>
  new HpaError('tiff-invalid', `the TIFF is damaged: page ${page}: ${reason}`);
