/** Samples → PNG, lossless. */
import { HpaError } from '../errors';
import type { CellImage } from './cell-image';
import { checkImage } from './check-image';
import { crc32 } from './png/crc32';
import { filterRows } from './png/filter';
import { chooseZlib, type DeflateEngine } from './png/node-zlib';
import { PNG_SIGNATURE } from './png/signature';

/** Options of `encodePng`. */
export interface EncodePngOptions {
  /** Which deflate to use, as in `decodePng`. All give the same samples. @default 'auto' */
  deflate?: DeflateEngine | undefined;
}

const COLOR_TYPES: Readonly<Record<number, number>> = { 1: 0, 2: 4, 3: 2, 4: 6 };

/**
 * Encodes 8- or 16-bit samples as PNG: 1 channel as greyscale, 2 as greyscale and alpha, 3 as RGB, 4 as
 * RGBA. `decodePng` gives the same samples back. Compression runs on Node's thread pool where there is one.
 *
 * @throws as rejections: TypeError for float samples, RangeError for other numbers of channels.
 *
 * @example
 * await writeFile('cell_red.png', await encodePng(red));
 */
export async function encodePng(
  image: CellImage,
  options: EncodePngOptions = {},
): Promise<Uint8Array<ArrayBuffer>> {
  checkImage(image);
  const { width, height, channels, data } = image;
  const colorType = COLOR_TYPES[channels];
  if (colorType === undefined)
    throw new RangeError(`channels must be 1, 2, 3 or 4 for a PNG. Received ${channels}`);
  if (data instanceof Float32Array)
    throw new TypeError('data must be a Uint8Array or Uint16Array. Received Float32Array');
  const sampleBytes = data.BYTES_PER_ELEMENT;
  const bytes = data instanceof Uint16Array ? toBigEndian(data) : data;
  const filtered = filterRows(bytes, width * channels * sampleBytes, height, channels * sampleBytes);
  const compressed = await deflate(filtered, options.deflate ?? 'auto');

  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header.set([8 * sampleBytes, colorType], 8);
  return assemble([
    ['IHDR', header],
    ['IDAT', compressed],
    ['IEND', new Uint8Array(0)],
  ]);
}

function toBigEndian(samples: Uint16Array): Uint8Array {
  const bytes = new Uint8Array(samples.length * 2);
  for (let i = 0; i < samples.length; i++) {
    bytes[2 * i] = samples[i]! >> 8;
    bytes[2 * i + 1] = samples[i]!;
  }
  return bytes;
}

async function deflate(bytes: Uint8Array<ArrayBuffer>, engine: DeflateEngine): Promise<Uint8Array> {
  const zlib = chooseZlib(engine);
  if (zlib) {
    return new Promise((resolve, reject) => {
      zlib.deflate(bytes, {}, (error, result) => {
        if (error) reject(error);
        else resolve(result);
      });
    });
  }
  if (typeof CompressionStream === 'undefined') {
    throw new HpaError(
      'engine-unavailable',
      'encoding a PNG needs node:zlib (Node 20.16) or CompressionStream',
    );
  }
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream('deflate'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

function assemble(chunks: readonly (readonly [type: string, body: Uint8Array])[]): Uint8Array<ArrayBuffer> {
  const png = new Uint8Array(8 + chunks.reduce((sum, [, body]) => sum + body.length + 12, 0));
  const view = new DataView(png.buffer);
  png.set(PNG_SIGNATURE);
  let at = 8;
  for (const [type, body] of chunks) {
    view.setUint32(at, body.length);
    for (let i = 0; i < 4; i++) png[at + 4 + i] = type.charCodeAt(i);
    png.set(body, at + 8);
    view.setUint32(at + 8 + body.length, crc32(png, at + 4, at + 8 + body.length));
    at += 12 + body.length;
  }
  return png;
}
