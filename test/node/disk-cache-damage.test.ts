import { mkdirSync, readdirSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDiskCache, type DiskCacheStats } from '../../src/node/disk-cache';
import { encodeHeader, HEADER_BYTES, PACK_START } from '../../src/node/disk-cache/record';
import { Random } from '../../src/random';
import { imageOf, keyOf, makeFolder, sameImage } from './disk-cache-images';

/** In one pack: images of three sample types, and then a new name for the first. */
const IDS = [15, 1, 8];
const aliasOf = (digest: string) => ({ id: IDS[0]!, key: keyOf('alias', { stamp: 't', digest }) });
/** The new name is to be found by its stamp alone. */
const keys = (aliased = 'another digest') => [
  ...IDS.map((id) => ({ id, key: keyOf(`${id}`, { stamp: 's' }) })),
  aliasOf(aliased),
];

let folder: string;
let name: string;
let pack: Buffer;
/** Where each record ends. */
const ends: number[] = [];

beforeAll(async () => {
  folder = makeFolder(afterAll);
  const dir = join(folder, 'whole');
  const cache = await openDiskCache(dir, { maxBytes: 1e6 });
  for (const { id, key } of keys(`${IDS[0]!}`)) {
    if (!(await cache.get(key))) await cache.set(key, imageOf(id));
    ends.push(cache.stats.bytes);
  }
  await cache.close();
  [name] = readdirSync(dir) as [string];
  pack = readFileSync(join(dir, name));
});

/** Opens a folder with this pack alone, and says which keys are served; each image must be the right one. */
async function served(bytes: Uint8Array, repair = false): Promise<boolean[] & { stats?: DiskCacheStats }> {
  const dir = join(folder, 'damaged');
  mkdirSync(dir, { recursive: true });
  for (const left of readdirSync(dir)) unlinkSync(join(dir, left));
  writeFileSync(join(dir, name), bytes);
  let cache = await openDiskCache(dir, { maxBytes: 1e6 });
  const found: boolean[] & { stats?: DiskCacheStats } = [];
  for (const { id, key } of keys()) {
    const image = await cache.get(key);
    found.push(image !== undefined);
    if (image && !sameImage(image, imageOf(id))) throw new Error(`Wrong pixels for ${key.name}`);
    if (repair) await cache.set(key, imageOf(id));
  }
  found.stats = cache.stats;
  await cache.close();
  if (!repair) return found;
  cache = await openDiskCache(dir, { maxBytes: 1e6 });
  for (const { id, key } of keys()) expect(await cache.get(key)).toEqual(imageOf(id));
  await cache.close();
  return found;
}

describe('a damaged pack', () => {
  it('serves all its images while it is whole', async () => {
    expect([...(await served(pack))]).toEqual([true, true, true, true]);
    expect(ends.at(-1)).toBe(pack.length);
  });

  it('serves the right pixels or none, whichever byte is flipped, and what is before it all the same', async () => {
    for (let at = 0; at < pack.length; at++) {
      const damaged = Buffer.from(pack);
      damaged[at]! ^= 1 << (at % 8);
      const found = await served(damaged);
      expect(found.stats!.discarded, `at ${at}`).toBeGreaterThan(0);
      IDS.forEach((_, i) => {
        const [start, end] = [ends[i - 1] ?? 0, ends[i]!];
        if (at >= end) expect(found[i], `image ${i} at ${at}`).toBe(true);
        else if (at >= start) expect(found[i], `image ${i} at ${at}`).toBe(false);
      });
    }
  });

  it('is made good by loading again', async () => {
    for (let at = 0; at < pack.length; at += 29) {
      const damaged = Buffer.from(pack);
      damaged[at] = ~damaged[at]!;
      await served(damaged, true);
    }
  });

  it('serves exactly the images that are complete when it is cut at any length', async () => {
    for (let length = 0; length <= pack.length; length++) {
      const found = await served(pack.subarray(0, length));
      expect([...found], `${length} bytes`).toEqual(ends.map((end) => length >= end));
      expect(found.stats!.discarded).toBe(0);
    }
  });

  it('serves a record that others were still writing once it is complete', async () => {
    const dir = join(folder, 'growing');
    mkdirSync(dir);
    for (const missing of [1, 17, HEADER_BYTES + 1]) {
      writeFileSync(join(dir, name), pack.subarray(0, ends[1]! - missing));
      const cache = await openDiskCache(dir, { maxBytes: 1e6 });
      const late = () => cache.get(keyOf(`${IDS[1]!}`, { stamp: 's' }));
      expect(cache.stats.entries).toBe(1);
      expect(await late()).toBeUndefined();
      writeFileSync(join(dir, name), pack);
      await setTimeout(25);
      expect(await late()).toEqual(imageOf(IDS[1]!));
      expect(cache.stats).toMatchObject({ entries: IDS.length, discarded: 0 });
      await cache.close();
    }
  });

  it('serves no pixels from blocks that a power cut left empty or old', async () => {
    const random = new Random(7);
    for (let round = 0; round < 100; round++) {
      const damaged = Buffer.from(pack);
      const from = random.int(pack.length);
      const to = from + 1 + random.int(pack.length - from);
      if (round % 2) damaged.fill(0, from, to);
      else pack.copy(damaged, from, random.int(pack.length), pack.length);
      await served(damaged);
    }
  });

  it('serves no record under the name of another', async () => {
    const [first, second] = [pack.subarray(PACK_START.length, ends[0]), pack.subarray(ends[0], ends[1])];
    const mixed = Buffer.concat([
      PACK_START,
      first.subarray(0, HEADER_BYTES),
      second.subarray(HEADER_BYTES),
      first.subarray(HEADER_BYTES),
      second.subarray(0, HEADER_BYTES),
    ]);
    expect([...(await served(mixed))]).toEqual([false, false, false, false]);
  });
});

describe('a hostile pack', () => {
  it('takes no memory for what it only claims to hold', async () => {
    const { data, ...shape } = imageOf(15);
    const label = { name: 'n'.repeat(32), stamp: 's'.repeat(32), content: 'c'.repeat(32), time: 0 };
    for (const claim of [
      { ...shape, width: 65535, height: 65535, channels: 1, data },
      { ...shape, width: 0, data },
      { ...shape, channels: 2 ** 31, data },
    ]) {
      const before = process.memoryUsage().rss;
      const found = await served(Buffer.concat([PACK_START, encodeHeader(label, claim), Buffer.alloc(5000)]));
      expect(found.some(Boolean)).toBe(false);
      expect(process.memoryUsage().rss - before).toBeLessThan(1e8);
    }
  });

  it('is no more than a miss, whatever it holds', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 700 }), fc.boolean(), async (noise, start) => {
        const found = await served(start ? Buffer.concat([PACK_START, noise]) : noise);
        expect(found.some(Boolean)).toBe(false);
      }),
      { seed: 11, numRuns: 60 },
    );
  });

  it('does not stop others in its folder from being read', async () => {
    const dir = join(folder, 'mixed');
    mkdirSync(dir);
    writeFileSync(join(dir, name), pack);
    writeFileSync(join(dir, name.replace(/-[0-9a-f]{32}/, `-${'0'.repeat(32)}`)), PACK_START);
    writeFileSync(join(dir, name.replace(/-[0-9a-f]{32}/, `-${'1'.repeat(32)}`)), Buffer.alloc(3000, 1));
    const cache = await openDiskCache(dir, { maxBytes: 1e6 });
    for (const { id, key } of keys()) expect(await cache.get(key)).toEqual(imageOf(id));
    expect(cache.stats).toMatchObject({ entries: 3, discarded: 1 });
    await cache.close();
  });
});
