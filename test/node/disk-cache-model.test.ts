import { readdirSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, it } from 'vitest';
import { openDiskCache } from '../../src/node/disk-cache';
import { bytesIn, imageOf, keyOf, makeFolder, sameImage } from './disk-cache-images';

/** What happens to five files and two caches on one folder. */
const step = fc.oneof(
  {
    weight: 24,
    arbitrary: fc.record({
      do: fc.constant('load' as const),
      file: fc.nat(4),
      size: fc.nat(1),
      cache: fc.nat(1),
      stamped: fc.boolean(),
    }),
  },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('change' as const), file: fc.nat(4), to: fc.nat(3) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('touch' as const), file: fc.nat(4) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('reopen' as const), cache: fc.nat(1) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('clear' as const), cache: fc.nat(1) }) },
);

/** The content that a file holds decides its pixels, and so does the size that they are asked for in. */
const pixelsOf = (content: number, size: number) => imageOf(5 * content + size + 1, 4 + size);

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

const folder = makeFolder(afterAll);

/** Plays the steps and compares with a plain map: of pixels always, of what must be there where all has room. */
async function play(steps: readonly Step[], maxBytes: number): Promise<void> {
  const roomy = maxBytes > 1e5;
  for (const left of readdirSync(folder)) unlinkSync(join(folder, left));
  const open = () => openDiskCache(folder, { maxBytes, keepUsedMs: 0 });
  const caches = [await open(), await open()];
  const files = Array.from({ length: 5 }, (_, content) => ({ content, stamp: 0 }));
  /** By size and content: which caches must have it. */
  const kept = new Map<string, Set<number>>();
  let clock = 1;
  for (const now of steps) {
    if (now.do === 'change') Object.assign(files[now.file]!, { content: now.to, stamp: clock++ });
    else if (now.do === 'touch') files[now.file]!.stamp = clock++;
    else if (now.do === 'clear') {
      await caches[now.cache]!.clear();
      expect(bytesIn(folder)).toBe(0);
      kept.clear();
    } else if (now.do === 'reopen') {
      await caches[now.cache]!.close();
      caches[now.cache] = await open();
      for (const holders of kept.values()) holders.add(now.cache);
    } else {
      const { content, stamp } = files[now.file]!;
      const size = `${now.size}`;
      const key = keyOf(`file ${now.file}`, {
        digest: `content ${content}`,
        preprocessing: size,
        ...(now.stamped && { stamp: `${stamp}` }),
      });
      const cache = caches[now.cache]!;
      const image = await cache.get(key);
      const id = `${size} ${content}`;
      if (image) expect(sameImage(image, pixelsOf(content, now.size))).toBe(true);
      if (!kept.has(id)) expect(image).toBeUndefined();
      if (roomy && kept.get(id)?.has(now.cache)) expect(image).toBeDefined();
      if (!image) await cache.set(key, pixelsOf(content, now.size));
      kept.set(id, (kept.get(id) ?? new Set()).add(now.cache));
    }
    expect(bytesIn(folder)).toBeLessThanOrEqual(maxBytes);
  }
  for (const cache of caches) {
    expect(cache.stats).toMatchObject({ discarded: 0, foreign: 0, disabled: undefined });
    await cache.close();
  }
}

it.each([1e7, 3000, 800])('behaves as a map of contents, with room for %i bytes', async (maxBytes) => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 60 }), (steps) => play(steps, maxBytes)),
    { seed: 23, numRuns: 50 },
  );
});
