/** What is encoded comes back the same, here and in another decoder. */
import { crc32 as nodeCrc32 } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodePng, encodePng, type CellImage } from 'hpa-kit';
import { crc32 } from '../../src/image/png/crc32';

const images: fc.Arbitrary<CellImage> = fc
  .record({
    width: fc.integer({ min: 1, max: 40 }),
    height: fc.integer({ min: 1, max: 20 }),
    channels: fc.integer({ min: 1, max: 4 }),
    wide: fc.boolean(),
    smooth: fc.boolean(),
    seed: fc.integer(),
  })
  .map(({ width, height, channels, wide, smooth, seed }) => {
    // Noise is best left unfiltered; ramps bring the other filters in.
    const value = (i: number) =>
      smooth ? i * (seed % 97) + ((i * i) >> 5) : Math.imul(i + seed, 2654435761) >>> 11;
    const data = new (wide ? Uint16Array : Uint8Array)(width * height * channels).map((_, i) => value(i));
    return { width, height, channels, data };
  });

describe.each(['zlib', 'web'] as const)('deflate by %s', (deflate) => {
  it('decodes to the same samples, for any size, channels and both depths', async () => {
    await fc.assert(
      fc.asyncProperty(images, async (image) => {
        const bytes = await encodePng(image, { deflate });
        const decoded = await decodePng(bytes, { inflate: deflate });
        expect(decoded).toEqual({ ...image, bitDepth: image.data.BYTES_PER_ELEMENT * 8 });
      }),
      { numRuns: 200, seed: 1 },
    );
  });
});

it('stores 16-bit samples big-endian, as the format says', async () => {
  const bytes = Buffer.from(
    await encodePng({ width: 1, height: 1, channels: 1, data: Uint16Array.of(0x1234) }),
  );
  expect(bytes.readUInt8(24)).toBe(16);
  expect([...(await decodePng(bytes)).data]).toEqual([0x1234]);
});

it('compresses a smooth image far below its size', async () => {
  const data = new Uint8Array(256 * 256).map((_, i) => (i & 255) / 2 + (i >> 8) / 2);
  expect((await encodePng({ width: 256, height: 256, channels: 1, data })).length).toBeLessThan(
    data.length / 20,
  );
});

it.each([
  ['five channels', { width: 1, height: 1, channels: 5, data: new Uint8Array(5) }, RangeError, 'Received 5'],
  [
    'floats',
    { width: 1, height: 1, channels: 1, data: new Float32Array(1) },
    TypeError,
    'Received Float32Array',
  ],
  [
    'a wrong length',
    { width: 2, height: 2, channels: 1, data: new Uint8Array(3) },
    RangeError,
    'must have 4 samples',
  ],
  [
    'no width',
    { width: 0, height: 2, channels: 1, data: new Uint8Array(0) },
    RangeError,
    'width must be a positive',
  ],
])('refuses %s', async (_what, image, kind, says) => {
  await expect(encodePng(image)).rejects.toThrow(kind);
  await expect(encodePng(image)).rejects.toThrow(says);
});

it('has the CRC-32 of zlib, for all lengths around its step of eight', () => {
  const bytes = new Uint8Array(100).map((_, i) => i * 89);
  for (let start = 0; start < 9; start++) {
    for (let end = start; end <= 100; end++)
      expect(crc32(bytes, start, end)).toBe(nodeCrc32(bytes.subarray(start, end)));
  }
});
