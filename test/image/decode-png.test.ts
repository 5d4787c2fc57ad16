/** Every kind of PNG, every way in which one can be wrong, and both ways to inflate it. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { runInNewContext } from 'node:vm';
import { deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { decodePng, isHpaError, type HpaErrorCode } from 'hpa-kit';
import { chunk, data, END, header, png, SIGNATURE } from './make-png';

interface GoldenKind {
  name: string;
  width: number;
  height: number;
  channels: number;
  bitDepth: number;
  sha256: string;
  rgbSha256?: string;
  png: string;
}
const kinds = JSON.parse(
  readFileSync(new URL('../golden/png_kinds.json', import.meta.url), 'utf8'),
) as GoldenKind[];

const small = png(header(), data(), END);
const samples = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];

function digest(values: Uint8Array | Uint16Array): string {
  const bytes = Buffer.from(values.slice().buffer);
  return createHash('sha256')
    .update(values instanceof Uint16Array ? bytes.swap16() : bytes)
    .digest('hex');
}

async function codeOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => 'decoded',
    (error: unknown) => (isHpaError(error) ? error.code : String(error)),
  );
}

describe.each(['zlib', 'web'] as const)('inflate by %s', (inflate) => {
  it.each(kinds)('$name', async ({ png: base64, sha256, rgbSha256, width, height, channels, bitDepth }) => {
    const file = Buffer.from(base64, 'base64');
    const image = await decodePng(file, { palette: 'indices', inflate });
    expect(image).toMatchObject({ width, height, channels, bitDepth });
    expect(image.data).toBeInstanceOf(bitDepth === 16 ? Uint16Array : Uint8Array);
    expect(digest(image.data)).toBe(sha256);
    expect(image.data.buffer.byteLength).toBe(image.data.byteLength);
    if (rgbSha256) {
      const rgb = await decodePng(file, { inflate });
      expect([rgb.channels, rgb.bitDepth, digest(rgb.data)]).toEqual([3, 8, rgbSha256]);
    }
  });

  it.each<[what: string, file: Uint8Array, code: HpaErrorCode, says: string]>([
    ['an empty file', new Uint8Array(0), 'png-truncated', 'is empty'],
    ['part of a signature', SIGNATURE.subarray(0, 5), 'png-truncated', 'after 5 bytes'],
    ['a JPEG', Buffer.from('\xff\xd8\xff\xe0\0\x10JFIF', 'latin1'), 'png-signature', 'is a JPEG, not a PNG'],
    ['a TIFF', Buffer.from('II*\0\x08\0\0\0', 'latin1'), 'png-signature', 'is a TIFF, not a PNG'],
    ['a big-endian TIFF', Buffer.from('MM\0*\0\0\0\x08', 'latin1'), 'png-signature', 'is a TIFF'],
    ['a GIF', Buffer.from('GIF89a..'), 'png-signature', 'is a GIF'],
    ['a WebP', Buffer.from('RIFF\x10\0\0\0WEBPVP8 '), 'png-signature', 'is a WebP'],
    ['a page', Buffer.from('<!DOCTYPE html><html>'), 'png-signature', 'is an HTML page'],
    ['an LFS pointer', Buffer.from('version https://git-lfs'), 'png-signature', 'git lfs pull'],
    ['something else', Buffer.from([1, 2, 0xab, 4, 5, 6, 7, 8, 9]), 'png-signature', '01 02 ab 04'],
    ['a missing header', png(data(), END), 'png-invalid', 'the first chunk is IDAT'],
    ['a second header', png(header(), header(), data(), END), 'png-invalid', 'second IHDR'],
    ['a short header', png(chunk('IHDR', [0, 0, 0, 1]), data(), END), 'png-invalid', '4 bytes; expected 13'],
    ['no width', png(header({ width: 0 }), data(), END), 'png-invalid', '0×3'],
    ['no height', png(header({ height: 0 }), data(), END), 'png-invalid', '4×0'],
    [
      'a width beyond 2³¹',
      png(header({ width: 2 ** 32 - 1 }), data(), END),
      'png-invalid',
      "beyond PNG's range",
    ],
    ['colour type 5', png(header({ colorType: 5 }), data(), END), 'png-invalid', 'colour type 5'],
    ['4-bit RGB', png(header({ colorType: 2, bitDepth: 4 }), data(), END), 'png-invalid', 'bit depth 4'],
    [
      'a 16-bit palette',
      png(header({ colorType: 3, bitDepth: 16 }), data(), END),
      'png-invalid',
      'bit depth 16',
    ],
    [
      'compression method 1',
      png(header({ compression: 1 }), data(), END),
      'png-invalid',
      'compression method 1',
    ],
    ['filter method 64', png(header({ filter: 64 }), data(), END), 'png-invalid', 'filter method 64'],
    ['interlace method 2', png(header({ interlace: 2 }), data(), END), 'png-invalid', 'interlace method 2'],
    ['no palette', png(header({ colorType: 3 }), data(), END), 'png-invalid', 'no palette'],
    [
      'half a colour',
      png(header({ colorType: 3 }), chunk('PLTE', [1, 2]), data(), END),
      'png-invalid',
      'PLTE has 2 bytes',
    ],
    [
      'two palettes',
      png(header({ colorType: 3 }), chunk('PLTE', [1, 2, 3]), chunk('PLTE', [1, 2, 3]), data(), END),
      'png-invalid',
      'second PLTE',
    ],
    [
      'a late palette',
      png(header(), data(), chunk('PLTE', [1, 2, 3]), END),
      'png-invalid',
      'after the image data',
    ],
    [
      'an index without a colour',
      png(header({ colorType: 3 }), chunk('PLTE', Array<number>(36).fill(0)), data(), END),
      'png-invalid',
      'pixel 11 has palette index 12, and the palette 12 colours',
    ],
    ['no image data', png(header(), END), 'png-invalid', 'no image data'],
    ['parted image data', png(header(), data(), chunk('tEXt'), data(), END), 'png-invalid', 'do not follow'],
    ['an unknown critical chunk', png(header(), chunk('CgBI'), data(), END), 'png-invalid', 'chunk CgBI'],
    ['a chunk type of no letters', png(header(), chunk('a1b2'), data(), END), 'png-invalid', 'no valid type'],
    ['no end', png(header(), data()), 'png-truncated', 'without the closing IEND'],
    [
      'row filter 5',
      png(header(), data([0, 1, 2, 3, 4, 5, 5, 6, 7, 8, 0, 9, 10, 11, 12]), END),
      'png-invalid',
      'row 1 has filter 5',
    ],
    [
      'a row too few',
      png(header(), data([0, 1, 2, 3, 4, 0, 5, 6, 7, 8]), END),
      'png-invalid',
      '10 bytes of the 15',
    ],
    [
      'a byte too many',
      png(header(), data(Array<number>(16).fill(0)), END),
      'png-invalid',
      'too much image data',
    ],
    [
      'far too many bytes',
      png(header(), data(Array<number>(1e6).fill(0)), END),
      'png-invalid',
      'too much image data',
    ],
    ['no bytes', png(header(), chunk('IDAT'), END), 'png-invalid', 'too little image data'],
    [
      'bytes after the stream',
      png(header(), data(), chunk('IDAT', [1, 2, 3]), END),
      'png-invalid',
      'image data',
    ],
    [
      'a stream that is none',
      png(header(), chunk('IDAT', Array<number>(20).fill(7)), END),
      'png-invalid',
      'damaged',
    ],
    [
      'a stream that ends early',
      png(header(), chunk('IDAT', data().subarray(8, -9)), END),
      'png-invalid',
      'damaged or ends early',
    ],
    [
      'a wrong Adler checksum',
      png(header(), chunk('IDAT', [...data().subarray(8, -5), data().at(-5)! ^ 1]), END),
      'png-invalid',
      'damaged',
    ],
  ])('refuses %s', async (_what, file, code, says) => {
    const context = { file: 'a_red.png', sample: 'a', channel: 'red' };
    const decoded = decodePng(file, { inflate, ...context });
    await expect(decoded).rejects.toMatchObject({ name: 'HpaError', code, ...context });
    await expect(decoded).rejects.toThrow(says);
  });

  it.each(['IHDR', 'gAMA', 'IDAT', 'IEND'])('finds a wrong checksum of %s', async (type) => {
    const file = png(header(), chunk('gAMA', [0, 1, 2, 3]), data(), END);
    const at = file.indexOf(type);
    file[at + 4 + file.readUInt32BE(at - 4)]! ^= 0x10;
    const decoded = decodePng(file, { inflate });
    await expect(decoded).rejects.toMatchObject({ code: 'png-checksum' });
    await expect(decoded).rejects.toThrow(`chunk ${type} at byte ${at - 4}`);
  });

  it('finds the end missing wherever a file is cut', async () => {
    for (let length = 0; length < small.length; length++) {
      expect([length, await codeOf(decodePng(small.subarray(0, length), { inflate }))]).toEqual([
        length,
        'png-truncated',
      ]);
    }
  });

  it('finds any bit flipped', async () => {
    for (let bit = 0; bit < small.length * 8; bit++) {
      const file = Buffer.from(small);
      file[bit >> 3]! ^= 1 << (bit & 7);
      expect([bit, await codeOf(decodePng(file, { inflate }))]).toEqual([
        bit,
        expect.stringMatching(/^png-/),
      ]);
    }
  });

  it('joins image data from many chunks, empty ones too', async () => {
    const body = data().subarray(8, -4);
    const parts = Array.from(body, (byte) => [chunk('IDAT'), chunk('IDAT', [byte])]).flat();
    const image = await decodePng(png(header(), ...parts, END), { inflate });
    expect([...image.data]).toEqual(samples);
  });
});

describe('what goes in', () => {
  it('takes a Uint8Array, a view into a larger buffer and an ArrayBuffer', async () => {
    const pool = new Uint8Array(small.length + 100).fill(0xee);
    pool.set(small, 37);
    const view = pool.subarray(37, 37 + small.length);
    for (const bytes of [Uint8Array.from(small), view, view.slice().buffer]) {
      const image = await decodePng(bytes);
      expect(image).toMatchObject({ width: 4, height: 3, channels: 1, bitDepth: 8 });
      expect([...image.data]).toEqual(samples);
      expect(image.data.buffer.byteLength).toBe(12);
    }
  });

  it('takes arrays of another realm, as from a frame or a test runner', async () => {
    const list = JSON.stringify([...small]);
    for (const code of [`new Uint8Array(${list})`, `new Uint8Array(${list}).buffer`]) {
      const bytes = runInNewContext(code) as Uint8Array;
      expect([...(await decodePng(bytes)).data]).toEqual(samples);
    }
  });

  it('refuses what is not bytes', async () => {
    await expect(decodePng('cell.png' as never)).rejects.toThrow(TypeError);
  });

  it('ignores chunks that it need not know, and what follows the end', async () => {
    const file = png(
      header(),
      chunk('tEXt', Buffer.alloc(1e6)),
      data(),
      chunk('quIc'),
      END,
      Buffer.from('more'),
    );
    expect([...(await decodePng(file)).data]).toEqual(samples);
  });
});

describe('what comes out', () => {
  const palette = chunk(
    'PLTE',
    Array.from({ length: 39 }, (_, i) => 200 - i),
  );

  it('gives RGBA for a palette with transparency, opaque where tRNS is silent', async () => {
    const file = png(header({ colorType: 3 }), palette, chunk('tRNS', [0, 10, 20]), data(), END);
    const image = await decodePng(file);
    expect(image).toMatchObject({ channels: 4, bitDepth: 8 });
    expect([...image.data.subarray(0, 12)]).toEqual([
      197, 196, 195, 10, 194, 193, 192, 20, 191, 190, 189, 255,
    ]);
    expect([...(await decodePng(file, { palette: 'indices' })).data]).toEqual(samples);
  });

  it('keeps greyscale as it is where tRNS names a transparent value', async () => {
    const image = await decodePng(png(header(), chunk('tRNS', [0, 3]), data(), END));
    expect([image.channels, ...image.data]).toEqual([1, ...samples]);
  });

  it('scales low bit depths on request only', async () => {
    const file = png(header({ bitDepth: 4, height: 2 }), data([0, 0x01, 0x9f, 0, 0x23, 0x45]), END);
    expect(await decodePng(file)).toMatchObject({
      bitDepth: 4,
      data: Uint8Array.of(0, 1, 9, 15, 2, 3, 4, 5),
    });
    expect(await decodePng(file, { scaleTo8Bits: true })).toMatchObject({
      bitDepth: 8,
      data: Uint8Array.of(0, 17, 153, 255, 34, 51, 68, 85),
    });
  });
});

describe('limits', () => {
  const bomb = (width: number, height: number, fields = {}) =>
    png(header({ width, height, ...fields }), chunk('IDAT', deflateSync(Buffer.alloc(20_000))), END);

  it.each([
    ['pixels', bomb(30_000, 30_000), {}, 'image-too-large', '30000×30000'],
    ['bytes', bomb(16_000, 16_000, { colorType: 6 }), {}, 'image-too-large', 'maxBytes 536870912'],
    [
      'bytes of an expanded palette',
      bomb(16_000, 16_000, { colorType: 3 }),
      {},
      'image-too-large',
      'maxBytes',
    ],
    ['what deflate can expand', bomb(16_000, 16_000), {}, 'png-invalid', 'cannot hold the 256016000 bytes'],
    [
      'what deflate can expand, limits lifted',
      bomb(2 ** 31 - 1, 2 ** 31 - 1),
      { maxPixels: Infinity, maxBytes: Infinity },
      'png-invalid',
      'cannot hold',
    ],
    ['maxPixels as given', small, { maxPixels: 11 }, 'image-too-large', '4×3 pixels, more than maxPixels 11'],
    [
      'maxBytes as given',
      small,
      { maxBytes: 11 },
      'image-too-large',
      'takes 12 bytes, more than maxBytes 11',
    ],
  ])('holds to %s before it takes memory', async (_what, file, options, code, says) => {
    const before = process.memoryUsage().arrayBuffers;
    for (const inflate of ['zlib', 'web'] as const) {
      const decoded = decodePng(file, { ...options, inflate });
      await expect(decoded).rejects.toMatchObject({ code });
      await expect(decoded).rejects.toThrow(says);
    }
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1e6);
  });

  it('takes an image that meets its limits', async () => {
    expect((await decodePng(small, { maxPixels: 12, maxBytes: 12 })).data).toHaveLength(12);
  });

  it('takes no memory for a chunk that declares 2 GB', async () => {
    const huge = chunk('tEXt', [1, 2, 3]);
    huge.writeUInt32BE(0x7fffffff, 0);
    await expect(decodePng(png(header(), huge, data(), END))).rejects.toThrow(
      'tEXt at byte 33 declares 2147483647 bytes',
    );
  });

  it.each([{ maxPixels: 0 }, { maxBytes: NaN }])('refuses the limit %o', async (options) => {
    await expect(decodePng(small, options)).rejects.toThrow(RangeError);
  });
});

describe('without getBuiltinModule, as in browsers', () => {
  it("'auto' uses DecompressionStream and 'zlib' says what is missing", async () => {
    const original = Object.getOwnPropertyDescriptor(process, 'getBuiltinModule')!;
    try {
      Object.defineProperty(process, 'getBuiltinModule', { ...original, value: undefined });
      expect([...(await decodePng(small)).data]).toEqual(samples);
      await expect(decodePng(small, { inflate: 'zlib' })).rejects.toMatchObject({
        code: 'engine-unavailable',
      });
    } finally {
      Object.defineProperty(process, 'getBuiltinModule', original);
    }
  });
});
