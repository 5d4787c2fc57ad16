/**
 * Decodes a page's blocks into an image. geotiff finds the blocks and undoes predictors; it is given the
 * fields that were checked here, so that it reads what was checked, and decompressors with a bound.
 */
import type { GeoTIFFImage } from 'geotiff';
import { HpaError, isHpaError } from '../../errors';
import { type Samples } from '../cell-image';
import type { TiffBlock } from './blocks';
import type { TiffFile } from './directories';
import { importGeotiff } from './import-geotiff';
import type { TiffPage } from './page';
import { unpackBits, unpackLzw } from './unpack';

/** Blocks in work at a time: enough for zlib's threads, and few in memory. */
const CONCURRENCY = 4;

/** Inflates a zlib stream into `expected` bytes, or throws. */
export type Inflate = (packed: Uint8Array, expected: number) => Promise<Uint8Array>;

/** Writes the page's channels into an interleaved image from channel `first` on. */
export async function readSamples(
  file: TiffFile,
  page: TiffPage,
  blocks: readonly TiffBlock[],
  image: { data: Samples; width: number; channels: number },
  first: number,
  inflate: Inflate,
): Promise<void> {
  const { BaseDecoder, GeoTIFFImage, ImageFileDirectory } = await importGeotiff();

  class BlockDecoder extends BaseDecoder {
    constructor(private readonly expected: number) {
      const { blockWidth, blockHeight, predictor, channels, bitDepth, planar } = page;
      super({
        tileWidth: blockWidth,
        tileHeight: blockHeight,
        predictor,
        bitsPerSample: new Array<number>(channels).fill(bitDepth),
        planarConfiguration: planar ? 2 : 1,
      });
    }

    override async decodeBlock(packed: ArrayBufferLike): Promise<ArrayBuffer> {
      const block = await decompress(page, new Uint8Array(packed), this.expected, inflate);
      // Predictors of integers work on the machine's numbers; that of floats makes little-endian ones itself.
      if (page.predictor !== 3 && page.bitDepth > 8 && file.littleEndian !== LITTLE_ENDIAN)
        swapBytes(block, page.bitDepth / 8);
      return block.buffer;
    }
  }

  const fields = new Map<number, number | number[]>([
    [256, page.width],
    [257, page.height],
    [258, new Array<number>(page.channels).fill(page.bitDepth)],
    [277, page.channels],
    [284, page.planar ? 2 : 1],
    [page.tiled ? 322 : 256, page.blockWidth],
    [page.tiled ? 323 : 278, page.blockHeight],
    [page.tiled ? 324 : 273, blocks.map(({ offset }) => offset)],
    [page.tiled ? 325 : 279, blocks.map(({ length }) => length)],
    [339, new Array<number>(page.channels).fill(page.sampleFormat === 'float' ? 3 : 1)],
  ]);
  const directory = new ImageFileDirectory(fields, new Map(), new Map(), 0);
  const source = {
    fetch: (slices: readonly Slice[]) => Promise.resolve(slices.map((slice) => cut(file, slice))),
  };
  const tiff: GeoTIFFImage = new GeoTIFFImage(directory, LITTLE_ENDIAN, false, source as never);

  const queue = blocks.values();
  let failed = false;
  const work = async () => {
    for (const block of queue) {
      if (failed) return;
      const { x, y, plane, decodedBytes } = block;
      const decoder = new BlockDecoder(decodedBytes);
      const tile = await tiff
        .getTileOrStrip(x / page.blockWidth, y / page.blockHeight, plane, decoder)
        .catch((error: unknown) => {
          failed = true;
          throw placed(error, page, block);
        });
      place(tile.data as ArrayBuffer, page, block, image, first);
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, work));
}

interface Slice {
  offset: number;
  length: number;
}

const LITTLE_ENDIAN = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

const cut = ({ bytes }: TiffFile, { offset, length }: Slice) => bytes.slice(offset, offset + length).buffer;

/** The block's bytes, `expected` in number, in memory of their own. */
async function decompress(
  page: TiffPage,
  packed: Uint8Array,
  expected: number,
  inflate: Inflate,
): Promise<Uint8Array<ArrayBuffer>> {
  if (page.compression === 'PackBits') return unpackBits(packed, expected);
  if (page.compression === 'LZW') return unpackLzw(packed, expected);
  if (page.compression === 'none') return packed as Uint8Array<ArrayBuffer>;
  const inflated = await inflate(packed, expected);
  return inflated.buffer.byteLength === expected ? (inflated as Uint8Array<ArrayBuffer>) : inflated.slice();
}

function swapBytes(bytes: Uint8Array, size: number): void {
  for (let at = 0; at < bytes.length; at += size) bytes.subarray(at, at + size).reverse();
}

function place(
  decoded: ArrayBuffer,
  page: TiffPage,
  { x, y, rows, columns, plane }: TiffBlock,
  image: { data: Samples; width: number; channels: number },
  first: number,
): void {
  const { data, width, channels } = image;
  const bytes = new Uint8Array(decoded);
  const samples =
    data instanceof Uint8Array ? bytes : (new (data.constructor as typeof Uint16Array)(decoded) as Samples);
  const inBlock = page.planar ? 1 : page.channels;
  if (page.whiteIsZero) {
    const full = 2 ** page.bitDepth - 1;
    for (let i = 0; i < samples.length; i++) samples[i] = full - samples[i]!;
  }
  for (let row = 0; row < rows; row++) {
    const from = row * page.blockWidth * inBlock;
    const to = ((y + row) * width + x) * channels + first + plane;
    if (inBlock === channels) {
      data.set(samples.subarray(from, from + columns * channels), to);
      continue;
    }
    for (let column = 0; column < columns; column++) {
      for (let c = 0; c < inBlock; c++)
        data[to + column * channels + c] = samples[from + column * inBlock + c]!;
    }
  }
}

function placed(error: unknown, page: TiffPage, { index }: TiffBlock): HpaError {
  const where = `the TIFF is damaged: page ${page.index}, ${page.tiled ? 'tile' : 'strip'} ${index}`;
  if (!isHpaError(error)) return new HpaError('tiff-invalid', where, { cause: error });
  const code = error.code === 'png-invalid' ? 'tiff-invalid' : error.code;
  return new HpaError(code, `${where}: ${error.reason}`, { cause: error.cause });
}
