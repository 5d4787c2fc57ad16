/** Reads a PNG's chunks: checks signature, order, lengths and checksums, and copies nothing. */
import { HpaError } from '../../errors';
import { crc32 } from './crc32';
import { readHeader, type PngHeader } from './header';
import type { NodeZlib } from './node-zlib';
import { checkSignature } from './signature';

/** What decoding needs of a file; the arrays are views into it. */
export interface PngChunks {
  readonly header: PngHeader;
  /** Red, green and blue of each palette entry. */
  readonly palette: Uint8Array | undefined;
  /** The body of `tRNS`: for palettes, alpha of the first entries. */
  readonly transparency: Uint8Array | undefined;
  /** The bodies of the `IDAT` chunks, together one zlib stream. */
  readonly data: readonly Uint8Array[];
}

/** `onHeader` is called as soon as the header is read, so that a limit can refuse the file there. */
export function readChunks(
  bytes: Uint8Array,
  zlib: NodeZlib | undefined,
  onHeader: (header: PngHeader) => void,
): PngChunks {
  checkSignature(bytes);
  let header: PngHeader | undefined;
  let palette: Uint8Array | undefined;
  let transparency: Uint8Array | undefined;
  const data: Uint8Array[] = [];
  let lastType = '';

  for (let at = 8; ;) {
    const { type, body, next } = readChunk(bytes, at, zlib);
    if ((type === 'IHDR') !== (at === 8)) {
      throw invalid(at === 8 ? `the first chunk is ${type}, not IHDR` : 'there is a second IHDR chunk');
    }
    if (type === 'IHDR') {
      header = readHeader(body);
      onHeader(header);
    } else if (type === 'PLTE') {
      if (palette) throw invalid('there is a second PLTE chunk');
      if (data.length > 0) throw invalid('PLTE comes after the image data');
      if (body.length === 0 || body.length % 3 !== 0 || body.length > 768) {
        throw invalid(`PLTE has ${body.length} bytes; expected 3 for each of 1 to 256 colours`);
      }
      palette = body;
    } else if (type === 'tRNS') {
      transparency ??= body;
    } else if (type === 'IDAT') {
      if (data.length > 0 && lastType !== 'IDAT') throw invalid('the IDAT chunks do not follow one another');
      data.push(body);
    } else if (type === 'IEND') {
      break;
    } else if (type.charCodeAt(0) < 97) {
      throw invalid(`the critical chunk ${type} at byte ${at} is unknown`);
    }
    lastType = type;
    at = next;
  }

  if (!header || data.length === 0) throw invalid('there is no image data (no IDAT chunk)');
  if (header.colorType === 3 && !palette)
    throw invalid('it has palette colours and no palette (no PLTE chunk)');
  return { header, palette, transparency, data };
}

function readChunk(bytes: Uint8Array, at: number, zlib: NodeZlib | undefined) {
  const left = bytes.length - at;
  if (left < 12) {
    throw new HpaError(
      'png-truncated',
      `the file ends after ${bytes.length} bytes, without the closing IEND chunk`,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, left);
  const type = String.fromCharCode(bytes[at + 4]!, bytes[at + 5]!, bytes[at + 6]!, bytes[at + 7]!);
  if (!/^[A-Za-z]{4}$/.test(type)) throw invalid(`the chunk at byte ${at} has no valid type`);
  const length = view.getUint32(0);
  if (length > left - 12) {
    throw new HpaError(
      'png-truncated',
      `the chunk ${type} at byte ${at} declares ${length} bytes and the file has ${left - 12} left for it`,
    );
  }
  const checked = bytes.subarray(at + 4, at + 8 + length);
  const checksum = zlib?.crc32 ? zlib.crc32(checked) : crc32(checked);
  if (checksum !== view.getUint32(8 + length)) {
    throw new HpaError('png-checksum', `the checksum of the chunk ${type} at byte ${at} is wrong`);
  }
  return { type, body: checked.subarray(4), next: at + 12 + length };
}

const invalid = (reason: string) => new HpaError('png-invalid', reason);
