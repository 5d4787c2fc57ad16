/** PNGs put together by hand, also wrong ones. */
import { crc32, deflateSync } from 'node:zlib';

export function chunk(type: string, body: Uint8Array | readonly number[] = []): Buffer {
  const out = Buffer.alloc(12 + body.length);
  out.writeUInt32BE(body.length, 0);
  out.write(type, 4, 'latin1');
  out.set(body, 8);
  out.writeUInt32BE(crc32(out.subarray(4, 8 + body.length)), 8 + body.length);
  return out;
}

export interface Header {
  width?: number;
  height?: number;
  bitDepth?: number;
  colorType?: number;
  compression?: number;
  filter?: number;
  interlace?: number;
}

/** By default 4×3 pixels of 8-bit greyscale. */
export function header(fields: Header = {}): Buffer {
  const {
    width = 4,
    height = 3,
    bitDepth = 8,
    colorType = 0,
    compression = 0,
    filter = 0,
    interlace = 0,
  } = fields;
  const body = Buffer.alloc(13);
  body.writeUInt32BE(width, 0);
  body.writeUInt32BE(height, 4);
  body.set([bitDepth, colorType, compression, filter, interlace], 8);
  return chunk('IHDR', body);
}

export const SIGNATURE = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
export const END = chunk('IEND');

/** Rows with their filter bytes, compressed. By default three unfiltered rows of four bytes. */
export function data(filtered: readonly number[] = [0, 1, 2, 3, 4, 0, 5, 6, 7, 8, 0, 9, 10, 11, 12]): Buffer {
  return chunk('IDAT', deflateSync(Buffer.from(filtered)));
}

export const png = (...chunks: Uint8Array[]): Buffer => Buffer.concat([SIGNATURE, ...chunks]);
