/** PNG bytes → samples, the same in Node, browsers and workers; written for files from strangers. */
import { HpaError, type HpaErrorContext } from '../errors';
import type { CellImage } from './cell-image';
import { decodeBytes } from './decode-bytes';
import { checkSize, type ImageLimits } from './limits';
import { assemble } from './png/assemble';
import { listPasses, type PngHeader } from './png/header';
import { inflate } from './png/inflate';
import { chooseZlib, type DeflateEngine } from './png/node-zlib';
import { readChunks, type PngChunks } from './png/read-chunks';

/** Options of `decodePng`. */
export interface DecodePngOptions extends ImageLimits, Pick<HpaErrorContext, 'file' | 'sample' | 'channel'> {
  /**
   * What to make of palette images: `'rgb'` gives 8-bit RGB, or RGBA when the palette has transparency;
   * `'indices'` gives one channel of palette indices.
   * @default 'rgb'
   */
  palette?: 'rgb' | 'indices' | undefined;
  /**
   * Scale greyscale of 1, 2 or 4 bits to 0–255, so that it fills its type as the rest of the library
   * expects; `bitDepth` is 8 then. Palette indices are never scaled.
   * @default false
   */
  scaleTo8Bits?: boolean | undefined;
  /**
   * Which inflate to use: Node's zlib on its thread pool, or the web's `DecompressionStream`. `'auto'` takes
   * zlib where it is there. All give the same samples and errors.
   * @default 'auto'
   */
  inflate?: DeflateEngine | undefined;
}

/** An image as its file stores it. */
export interface DecodedImage extends CellImage {
  /** `Uint8Array` up to 8 bits, `Uint16Array` (in the machine's byte order) for 16. It owns its buffer. */
  readonly data: Uint8Array<ArrayBuffer> | Uint16Array<ArrayBuffer>;
  /** Bits a sample in the file, 1, 2, 4, 8 or 16; samples below 8 bits are not scaled. 8 for expanded palettes. */
  readonly bitDepth: number;
}

/**
 * Decodes a PNG of any kind: 1 to 16 bits, greyscale, RGB, palette, alpha, interlaced.
 *
 * The samples are the file's own: nothing is scaled, no gamma is applied, and a colour marked as transparent
 * by `tRNS` stays as it is. Sizes are checked before memory is taken, and checksums before anything is read.
 *
 * @param bytes the file; it must not change until the promise settles.
 * @returns `[height, width, channels]`, channels 1 (grey), 2 (grey, alpha), 3 (RGB) or 4 (RGBA).
 * @throws HpaError, as a rejection, with the file, sample and channel of the options:
 * `png-signature` (not a PNG; says what it looks like), `png-truncated`, `png-checksum`, `png-invalid`,
 * `image-too-large`. TypeError when `bytes` are not bytes; RangeError for limits that are not positive.
 * @see https://www.w3.org/TR/png-3/
 *
 * @example
 * const red = await decodePng(await readFile('a_red.png'), { sample: 'a', channel: 'red' });
 * red.width; // 512
 * red.data; // Uint8Array(262144)
 */
export async function decodePng(
  bytes: Uint8Array | ArrayBuffer,
  options: DecodePngOptions = {},
): Promise<DecodedImage> {
  return decodeBytes(bytes, options, decode);
}

async function decode(bytes: Uint8Array, options: DecodePngOptions): Promise<DecodedImage> {
  const zlib = chooseZlib(options.inflate ?? 'auto');
  const chunks = readChunks(bytes, zlib, (header) => {
    checkLimits(header, options);
  });
  const { header } = chunks;
  const passes = listPasses(header);
  const expected = passes.reduce((sum, { rowBytes, height }) => sum + (rowBytes + 1) * height, 0);
  const raw = await inflate(chunks.data, expected, zlib, options.inflate === 'sync');
  const samples = assemble(raw, header, passes);

  const { width, height, channels, bitDepth } = header;
  if (bitDepth === 16) return { width, height, channels, bitDepth, data: new Uint16Array(samples.buffer) };
  if (header.colorType === 3) {
    checkIndices(samples, chunks.palette!);
    if (options.palette !== 'indices') return expandPalette(samples, chunks);
  } else if (bitDepth < 8 && options.scaleTo8Bits) {
    const factor = 255 / (2 ** bitDepth - 1);
    return { width, height, channels, bitDepth: 8, data: samples.map((value) => value * factor) };
  }
  return { width, height, channels, bitDepth, data: samples };
}

function checkLimits(header: PngHeader, options: DecodePngOptions): void {
  const { width, height, channels, bitDepth, colorType } = header;
  // A palette may come to have four channels: the worst case is what counts.
  const samples = colorType === 3 && options.palette !== 'indices' ? 4 : channels;
  checkSize({ width, height, bytes: width * height * samples * (bitDepth === 16 ? 2 : 1) }, options);
}

function checkIndices(indices: Uint8Array, palette: Uint8Array): void {
  const colours = palette.length / 3;
  const wrong = indices.findIndex((index) => index >= colours);
  if (wrong < 0) return;
  throw new HpaError(
    'png-invalid',
    `pixel ${wrong} has palette index ${indices[wrong]!}, and the palette ${colours} colours`,
  );
}

function expandPalette(indices: Uint8Array, { header, palette, transparency }: PngChunks): DecodedImage {
  const { width, height } = header;
  const channels = transparency ? 4 : 3;
  const data = new Uint8Array(indices.length * channels);
  for (let i = 0, at = 0; i < indices.length; i++, at += channels) {
    const index = indices[i]!;
    for (let c = 0; c < 3; c++) data[at + c] = palette![3 * index + c]!;
    if (transparency) data[at + 3] = transparency[index] ?? 255;
  }
  return { width, height, channels, bitDepth: 8, data };
}
