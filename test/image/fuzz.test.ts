/** Damaged files: whatever is in them, decoding ends, with an image or an `HpaError`. */
import { crc32 } from 'node:zlib';
import { expect, it } from 'vitest';
import { decodePng, encodePng, isHpaError, Random } from 'hpa-kit';
import { chunk, data, END, header, png } from './make-png';

const gradient = (length: number) => new Uint8Array(length).map((_, i) => i * 3 + (i >> 4));

async function seedFiles(): Promise<Buffer[]> {
  const palette = chunk('PLTE', gradient(48));
  const rows = Array.from({ length: 8 }, (_, y) => [y % 5, 0x12, 0x34, 0x56, 0x78]).flat();
  const encoded = await Promise.all([
    encodePng({ width: 24, height: 16, channels: 1, data: gradient(384) }),
    encodePng({ width: 9, height: 7, channels: 4, data: gradient(252) }),
    encodePng({ width: 11, height: 5, channels: 1, data: new Uint16Array(55).map((_, i) => i * 999) }),
  ]);
  return [
    ...encoded.map((bytes) => Buffer.from(bytes)),
    png(
      header({ width: 8, height: 8, bitDepth: 4, colorType: 3 }),
      palette,
      chunk('tRNS', [0, 9]),
      data(rows),
      END,
    ),
    png(header({ width: 3, height: 2, bitDepth: 2, interlace: 1 }), data(Array<number>(8).fill(1)), END),
  ];
}

/** Changes bytes, cuts, repeats or moves parts; mostly mends the checksums, so that the damage gets in. */
function mutate(file: Buffer, random: Random): Buffer {
  let out = Buffer.from(file);
  for (let n = random.int(4) + 1; n > 0; n--) {
    const at = random.int(out.length);
    const kind = random.int(8);
    if (kind < 4) out[at] = random.pick([0, 1, 3, 4, 16, 127, 128, 255, random.int(256)]);
    else if (kind === 4) out[at] = out[at]! ^ (1 << random.int(8));
    else if (kind === 5) out = out.subarray(0, at + 1);
    else if (kind === 6) out = Buffer.concat([out.subarray(0, at), out.subarray(random.int(out.length))]);
    else out.writeUInt32BE(random.uint32(), Math.min(at, Math.max(0, out.length - 4)) & ~3);
    if (out.length < 4) break;
  }
  return random.bool(0.8) ? mendChecksums(out) : out;
}

function mendChecksums(file: Buffer): Buffer {
  for (let at = 8; at + 12 <= file.length;) {
    const end = at + 8 + file.readUInt32BE(at);
    if (end + 4 > file.length) break;
    file.writeUInt32BE(crc32(file.subarray(at + 4, end)), end);
    at = end + 4;
  }
  return file;
}

it('ends with an image or an HpaError, the same for both ways to inflate', async () => {
  const seeds = await seedFiles();
  const outcomes = new Map<string, number>();
  for (let round = 0; round < 4000; round++) {
    const random = new Random('fuzz', round);
    const file = mutate(random.pick(seeds), random);
    // Sizes are left to the limits: a lower one keeps the test from inflating gigabytes.
    const results = await Promise.all(
      (['zlib', 'web'] as const).map((inflate) =>
        decodePng(file, { inflate, maxPixels: 1e6 }).then(
          (image) => {
            expect(image.data).toHaveLength(image.width * image.height * image.channels);
            return 'decoded';
          },
          (error: unknown) => (isHpaError(error) ? error.code : String(error)),
        ),
      ),
    );
    expect([round, results[1]]).toEqual([round, results[0]]);
    outcomes.set(results[0]!, (outcomes.get(results[0]!) ?? 0) + 1);
  }
  expect([...outcomes.keys()].sort()).toEqual([
    'decoded',
    'image-too-large',
    'png-checksum',
    'png-invalid',
    'png-signature',
    'png-truncated',
  ]);
});
