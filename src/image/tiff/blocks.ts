/** Where a page's strips or tiles lie, checked against the file and against what they must hold. */
import { HpaError } from '../../errors';
import { countValues, readNumbers, type TiffFile } from './directories';
import { blockPixelBytes, type TiffPage } from './page';

/** The pages together may have 262,144 blocks: a strip a row of four planes of 65,536 rows. */
const MAX_BLOCKS = 2 ** 18;
/** Blank tiles are often stored once for all. Beyond this, blocks that share bytes are there to waste time. */
const MAX_SHARED_BYTES = 2 ** 26;

/** What a byte can become at most: 12 bits of LZW stand for less than 4096 bytes; Deflate's bound is zlib's. */
const MAX_EXPANSION = { none: 1, PackBits: 64, LZW: 4096, Deflate: 1032 } as const;

/** One strip or tile: where it is stored, and which rectangle of which plane it is. */
export interface TiffBlock {
  readonly index: number;
  readonly offset: number;
  readonly length: number;
  /** Bytes that it holds when decompressed: whole tiles, also beyond the image's edges; strips end with it. */
  readonly decodedBytes: number;
  readonly x: number;
  readonly y: number;
  readonly rows: number;
  readonly columns: number;
  /** Which channel it belongs to; 0 where channels are interleaved. */
  readonly plane: number;
}

/**
 * The blocks of each page.
 *
 * @param maxBytes what all blocks of a page together may come to
 * @throws HpaError `tiff-invalid`, `tiff-truncated`, `image-too-large`
 */
export function listBlocks(file: TiffFile, pages: readonly TiffPage[], maxBytes: number): TiffBlock[][] {
  let [count, stored] = [0, 0];
  return pages.map((page) => {
    const blocks = blocksOf(file, page, maxBytes, MAX_BLOCKS - count);
    count += blocks.length;
    for (const { length } of blocks) stored += length;
    if (stored > file.bytes.length + MAX_SHARED_BYTES)
      throw invalid(
        page.index,
        `its blocks overlap: they come to ${stored} bytes of a file of ${file.bytes.length}`,
      );
    return blocks;
  });
}

function blocksOf(file: TiffFile, page: TiffPage, maxBytes: number, maxBlocks: number): TiffBlock[] {
  const { index, width, height, blockWidth, blockHeight, tiled, compression } = page;
  const across = Math.ceil(width / blockWidth);
  const down = Math.ceil(height / blockHeight);
  const planes = page.planar ? page.channels : 1;
  const count = across * down * planes;
  const kind = tiled ? 'tile' : 'strip';
  if (count > maxBlocks)
    throw tooLarge(index, `${count} ${kind}s, and the pages together more than ${MAX_BLOCKS}`);
  const rowBytes = blockWidth * blockPixelBytes(page);
  const total = tiled ? count * blockHeight * rowBytes : planes * height * rowBytes;
  if (total > maxBytes)
    throw tooLarge(index, `${total} bytes in its ${kind}s, more than maxBytes ${maxBytes}`);

  const [offsetTag, lengthTag] = tiled ? [324, 325] : [273, 279];
  const found = Math.min(countValues(file, index, offsetTag), countValues(file, index, lengthTag));
  if (found < count)
    throw invalid(index, `it has ${found} ${kind}s with a place and a length; its size asks for ${count}`);
  const offsets = readNumbers(file, index, offsetTag, count)!;
  const lengths = readNumbers(file, index, lengthTag, count)!;

  return offsets.map((offset, i) => {
    const stored = lengths[i]!;
    const row = Math.floor(i / across) % down;
    const [x, y] = [(i % across) * blockWidth, row * blockHeight];
    const rows = Math.min(blockHeight, height - y);
    const decodedBytes = (tiled ? blockHeight : rows) * rowBytes;
    if (offset + stored > file.bytes.length)
      throw new HpaError(
        'tiff-truncated',
        `${kind} ${i} of page ${index} lies in bytes ${offset} to ${offset + stored}, and the file ends after ${file.bytes.length}`,
      );
    if (decodedBytes > stored * MAX_EXPANSION[compression])
      throw invalid(
        index,
        `${kind} ${i} has ${stored} bytes, which cannot hold the ${decodedBytes} of its pixels`,
      );
    const length = compression === 'none' ? decodedBytes : stored;
    const columns = Math.min(blockWidth, width - x);
    const plane = Math.floor(i / (across * down));
    return { index: i, offset, length, decodedBytes, x, y, rows, columns, plane };
  });
}

const invalid = (page: number, reason: string) =>
  new HpaError('tiff-invalid', `the TIFF is damaged: page ${page}: ${reason}`);
const tooLarge = (page: number, what: string) => new HpaError('image-too-large', `page ${page} has ${what}`);
