/** Damaged files: whatever is in them, decoding ends, with an image or an `HpaError`. */
import { describe, expect, it } from 'vitest';
import { decodePng, encodePng, isHpaError, Random } from 'hpa-kit';
import { meterAllocations } from './allocation-meter';
import { fuzz, goldenSeeds, judge, mutate, type SeedFile } from './fuzzer';

const seeds = goldenSeeds();

it('the meter sees arrays, copies and buffers, and no views', async () => {
  const { bytes } = await meterAllocations(async () => {
    const array = new Uint16Array(500);
    array.slice(0, 100);
    new Uint8Array(array.buffer, 0, 10);
    new ArrayBuffer(7);
    await Promise.resolve();
  });
  expect(bytes).toBe(1000 + 200 + 7);
});

it('PNGs end the same for both ways to inflate', async () => {
  const pngs: SeedFile[] = seeds.filter(({ name }) => name.startsWith('png'));
  for (const channels of [1, 4]) {
    const data = new Uint8Array(24 * 16 * channels).map((_, i) => i * 3 + (i >> 4));
    pngs.push({
      name: 'encoded',
      bytes: Buffer.from(await encodePng({ width: 24, height: 16, channels, data })),
    });
  }
  const outcomes = new Set<string>();
  for (let round = 0; round < 1500; round++) {
    const random = new Random('fuzz PNG', round);
    const file = mutate(random.pick(pngs).bytes, random, pngs);
    // Sizes are left to the limits: a lower one keeps the test from inflating gigabytes.
    const results = await Promise.all(
      (['zlib', 'web'] as const).map((inflate) =>
        decodePng(file, { inflate, maxPixels: 1e6 }).then(
          () => 'decoded',
          (error: unknown) => (isHpaError(error) ? error.code : String(error)),
        ),
      ),
    );
    expect([round, results[1]]).toEqual([round, results[0]]);
    outcomes.add(results[0]!);
  }
  expect([...outcomes].sort()).toEqual([
    'decoded',
    'image-too-large',
    'png-checksum',
    'png-invalid',
    'png-signature',
    'png-truncated',
  ]);
});

describe('PNG, TIFF and JPEG', () => {
  it('as they are, are decoded or refused as the golden tests have it', async () => {
    for (const { name, bytes } of seeds)
      expect([name, (await judge(bytes)).fault]).toEqual([name, undefined]);
  });

  it('damaged, end soon, within the limits, with an image or an HpaError', async () => {
    const { outcomes, faults } = await fuzz(seeds, { milliseconds: 3000 });
    expect(faults).toEqual([]);
    for (const code of ['decoded', 'png-invalid', 'tiff-invalid', 'tiff-unsupported', 'jpeg-invalid'])
      expect([...outcomes.keys()]).toContain(code);
  });
});
