import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { openDiskCache } from '../../src/node/disk-cache';
import { bytesIn, imageOf, keyOf, makeFolder } from './disk-cache-images';
import { buildChild, killAgainAndAgain, runOnFullDisk, runTogether } from './disk-cache-processes';

let script: string;
beforeAll(() => {
  script = buildChild(makeFolder(afterAll));
});

const base = { keepUsedMs: 0, samples: 40, size: 24, seed: 0 };

it('two processes keep one bound at every moment, and each serves right images of both', async () => {
  const dir = makeFolder(onTestFinished);
  const shared = { ...base, dir, maxBytes: 60_000, visits: 600 };
  const { outcomes, most, looks } = await runTogether(script, [
    { ...shared, seed: 1 },
    { ...shared, seed: 2 },
  ]);
  expect(looks).toBeGreaterThan(20);
  expect(most).toBeLessThanOrEqual(60_000);
  expect(most).toBeGreaterThan(30_000);
  for (const outcome of outcomes) {
    expect(outcome).toMatchObject({ wrong: 0, discarded: 0 });
    expect(outcome.warning).toBeUndefined();
    expect(outcome.hits).toBeGreaterThan(50);
  }
});

it('two processes with room for all hold each image about once', async () => {
  const dir = makeFolder(onTestFinished);
  const shared = { ...base, dir, maxBytes: 1e8, visits: 400 };
  const { outcomes } = await runTogether(script, [
    { ...shared, seed: 1 },
    { ...shared, seed: 2 },
  ]);
  for (const outcome of outcomes) expect(outcome).toMatchObject({ wrong: 0, discarded: 0 });
  expect(readdirSync(dir).length).toBeLessThanOrEqual(2);
  const cache = await openDiskCache(dir, { maxBytes: 1e8 });
  expect(cache.stats.entries).toBe(40);
  for (let id = 0; id < 40; id++) expect(await cache.get(keyOf(`${id}`))).toEqual(imageOf(id, 24));
  await cache.close();
});

it('processes killed at any moment leave right images only, and within the bound', async () => {
  const dir = makeFolder(onTestFinished);
  const settings = { ...base, dir, maxBytes: 3e6, size: 128, visits: 0 };
  expect(await killAgainAndAgain(script, settings, 4)).toBeGreaterThan(20);
});

it.skipIf(process.platform === 'win32')(
  'a full disk ends the keeping with one warning, not the process',
  async () => {
    const dir = makeFolder(onTestFinished);
    const settings = { ...base, dir, maxBytes: 1e9, visits: 300 };
    const outcome = runOnFullDisk(script, settings, 41);
    expect(outcome).toMatchObject({ wrong: 0, discarded: 0 });
    expect(outcome.warning).toMatch(/^The disk cache keeps no more images: .*EFBIG/);
    expect(outcome.entries).toBeGreaterThan(3);
    expect(outcome.hits).toBeGreaterThan(20);
    expect(bytesIn(dir)).toBeLessThanOrEqual(41 * 512);
    const cache = await openDiskCache(dir, { maxBytes: 1e9 });
    expect(cache.stats).toMatchObject({ entries: outcome.entries, discarded: 0 });
    await cache.close();
  },
);
