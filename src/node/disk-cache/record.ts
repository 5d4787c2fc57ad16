/**
 * The bytes of a pack: sixteen that say what it is, then records, each a header of fixed size and the pixels
 * as they lie in memory. A record without pixels gives another name or stamp to content that is there already.
 *
 * Two checksums (CRC-32): one over the header, so that packs can be indexed without reading pixels, and one
 * over header and pixels together, so that no pixels are taken for those of another key.
 */
import { createHash } from 'node:crypto';
import { endianness } from 'node:os';
import { crc32 } from 'node:zlib';
import type { CellImage, Samples } from '../../image/cell-image';

/** How packs of this library begin, of any version. */
export const PACK_FAMILY = 'hpa-kit cache ';

/** How a pack begins that this version reads. Samples of 16 bits and more lie in the machine's byte order. */
export const PACK_START = Buffer.from(`${PACK_FAMILY}${endianness() === 'LE' ? 1 : 'B'}\n`, 'latin1');

export const HEADER_BYTES = 144;

const RECORD_START = 0x72415048; // 'HPAr'
const HASH_BYTES = 32;
const AT = { bytes: 4, headerChecksum: 8, checksum: 12, name: 16, stamp: 48, content: 80, time: 112 };
const AT_SHAPE = { width: 120, height: 124, channels: 128, samples: 132 };

/** What `stamp` is in a record without one; no stamp hashes to it. */
export const NO_STAMP = '\0'.repeat(HASH_BYTES);

const SAMPLES = [Uint8Array, Uint16Array, Float32Array] as const;

/** What a record says of itself. */
export interface RecordLabel {
  /** Hashes, as strings of 32 one-byte characters. */
  readonly name: string;
  readonly stamp: string;
  readonly content: string;
  /** When it was written, in milliseconds since 1970: of two records that disagree, the later one counts. */
  readonly time: number;
}

export interface ImageShape {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly samples: (typeof SAMPLES)[number];
}

export interface RecordHeader extends RecordLabel {
  /** Bytes of pixels, which fill the shape exactly. */
  readonly bytes: number;
  /** Undefined for a record without pixels. */
  readonly shape: ImageShape | undefined;
  readonly headerChecksum: number;
  readonly checksum: number;
}

/** A hash of the parts, as a string of 32 one-byte characters (SHA-256). */
export function hashOf(...parts: string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('binary');
}

/** The bytes of an image's pixels, not copied. */
export function bytesOf({ data }: CellImage): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

/** Makes a header, for an image or without pixels. */
export function encodeHeader(label: RecordLabel, image: CellImage | undefined): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt32LE(RECORD_START);
  header.write(label.name, AT.name, 'latin1');
  header.write(label.stamp, AT.stamp, 'latin1');
  header.write(label.content, AT.content, 'latin1');
  header.writeDoubleLE(label.time, AT.time);
  if (image) {
    header.writeUInt32LE(image.data.byteLength, AT.bytes);
    header.writeUInt32LE(image.width, AT_SHAPE.width);
    header.writeUInt32LE(image.height, AT_SHAPE.height);
    header.writeUInt32LE(image.channels, AT_SHAPE.channels);
    header.writeUInt8(1 + SAMPLES.findIndex((type) => image.data instanceof type), AT_SHAPE.samples);
  }
  const headerChecksum = checksumOfHeader(header);
  header.writeUInt32LE(headerChecksum, AT.headerChecksum);
  header.writeUInt32LE(image ? crc32(bytesOf(image), headerChecksum) : headerChecksum, AT.checksum);
  return header;
}

/** Reads a header; undefined when the bytes aren't one, or not one whose parts agree. */
export function decodeHeader(header: Buffer): RecordHeader | undefined {
  if (header.length < HEADER_BYTES || header.readUInt32LE() !== RECORD_START) return undefined;
  const headerChecksum = header.readUInt32LE(AT.headerChecksum);
  if (checksumOfHeader(header) !== headerChecksum) return undefined;
  const bytes = header.readUInt32LE(AT.bytes);
  const checksum = header.readUInt32LE(AT.checksum);
  if (bytes === 0 && checksum !== headerChecksum) return undefined;
  const [width, height, channels] = [AT_SHAPE.width, AT_SHAPE.height, AT_SHAPE.channels].map((at) =>
    header.readUInt32LE(at),
  ) as [number, number, number];
  const samples = SAMPLES[header.readUInt8(AT_SHAPE.samples) - 1];
  if (bytes !== width * height * channels * (samples?.BYTES_PER_ELEMENT ?? 0)) return undefined;
  const hashAt = (at: number) => header.toString('latin1', at, at + HASH_BYTES);
  return {
    name: hashAt(AT.name),
    stamp: hashAt(AT.stamp),
    content: hashAt(AT.content),
    time: header.readDoubleLE(AT.time),
    bytes,
    shape: samples && bytes > 0 ? { width, height, channels, samples } : undefined,
    headerChecksum,
    checksum,
  };
}

/** The image whose pixels were read; undefined when they are not those that the record was written with. */
export function decodeImage(record: RecordHeader, pixels: Uint8Array<ArrayBuffer>): CellImage | undefined {
  const { shape, checksum, headerChecksum } = record;
  if (!shape || crc32(pixels, headerChecksum) !== checksum) return undefined;
  const { width, height, channels, samples } = shape;
  const data: Samples = new samples(pixels.buffer);
  return { width, height, channels, data };
}

/** Over all of the header but the checksums. With its own inside, what follows would not depend on the header. */
function checksumOfHeader(header: Buffer): number {
  return crc32(header.subarray(AT.name, HEADER_BYTES), crc32(header.subarray(0, AT.headerChecksum)));
}
