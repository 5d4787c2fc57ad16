/** Where a page's strips or tiles lie, checked against the file and against what they must hold. */
import { HpaError } from '../../errors';
import { countValues, readNumbers, type TiffFile } from './directories';
import { blockPixelBytes, type TiffPage } from './page';

/** A page may have this many blocks: 262,144, a strip a row of four planes of 65,536 rows. */
const MAX_BLOCKS = 2 ** 18;

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
 * @param maxBytes what all blocks together may come to, and each of them
 * @throws HpaError `tiff-invalid`, `tiff-truncated`, `image-too-large`
 */
export function listBlocks(file: TiffFile, page: TiffPage, maxBytes: number): TiffBlock[] {
  const { index, width, height, blockWidth, blockHeight, tiled, compression } = page;
  const across = Math.ceil(width / blockWidth);
  const down = Math.ceil(height / blockHeight);
  const planes = page.planar ? page.channels : 1;
  const count = across * down * planes;
  const kind = tiled ? 'tile' : 'strip';
  if (count > MAX_BLOCKS) throw tooLarge(index, `${count} ${kind}s, more than ${MAX_BLOCKS}`);
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
    const length = lengths[i]!;
    const row = Math.floor(i / across) % down;
    const [x, y] = [(i % across) * blockWidth, row * blockHeight];
    const rows = Math.min(blockHeight, height - y);
    const decodedBytes = (tiled ? blockHeight : rows) * rowBytes;
    if (offset + length > file.bytes.length)
      throw new HpaError(
        'tiff-truncated',
        `${kind} ${i} of page ${index} lies in bytes ${offset} to ${offset + length}, and the file ends after ${file.bytes.length}`,
      );
    if (decodedBytes > length * MAX_EXPANSION[compression])
      throw invalid(
        index,
        `${kind} ${i} has ${length} bytes, which cannot hold the ${decodedBytes} of its pixels`,
      );
    const columns = Math.min(blockWidth, width - x);
    const plane = Math.floor(i / (across * down));
    return { index: i, offset, length, decodedBytes, x, y, rows, columns, plane };
  });
}

const invalid = (page: number, reason: string) =>
  new HpaError('tiff-invalid', `the TIFF is damaged: page ${page}: ${reason}`);
const tooLarge = (page: number, what: string) => new HpaError('image-too-large', `page ${page} has ${what}`);
