import { statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it, onTestFinished, vi } from 'vitest';
import {
  encodePng,
  HpaDataset,
  HpaError,
  Random,
  type CellImage,
  type DiskCache,
  type ImageSource,
} from 'hpa-kit';
import type { SampleIdentity } from '../../src/data/source';
import { openDiskCache, openFolder, type DiskCacheStats } from 'hpa-kit/node';
import { memorySource } from '../data/memory-source';
import { makeFolder } from './disk-cache-images';

const CHANNELS = ['red', 'green'];
const IDS = ['a', 'b', 'c', 'd', 'e'];

/** Files of noise, which PNG can't compress, so that all are of one size. */
async function writeSample(dir: string, id: string, seed: number): Promise<void> {
  for (const channel of CHANNELS) {
    const random = new Random(seed, id, channel);
    const data = Uint8Array.from({ length: 64 }, () => random.int(256));
    writeFileSync(
      join(dir, `${id}_${channel}.png`),
      await encodePng({ width: 8, height: 8, channels: 1, data }),
    );
  }
}

async function makeImages(): Promise<string> {
  const dir = makeFolder(onTestFinished);
  for (const id of IDS) await writeSample(dir, id, 0);
  return dir;
}

/** Loads all images as a new process would, and compares them with those of a dataset without a cache. */
async function loadAll(
  images: string,
  cacheDir: string,
  imageSize = 4,
): Promise<{ loads: number; digests: number; diskHits: number | undefined; stats: DiskCacheStats }> {
  const disk = await openDiskCache(cacheDir, { maxBytes: 1e7 });
  const source = await openFolder(images, { channels: CHANNELS });
  const load = vi.spyOn(source, 'load');
  let digests = 0;
  const counted = (identity: SampleIdentity) => ({
    ...identity,
    digest: () => (digests++, identity.digest()),
  });
  const identify: ImageSource['identify'] = async (index) => counted(await source.identify!(index));
  const dataset = new HpaDataset(
    { ...source, load, identify },
    { imageSize, cache: { maxBytes: 1e6, disk } },
  );
  const loaded = await Promise.all(IDS.map((_, i) => dataset.image(i)));
  const { diskHits, misses } = dataset.cacheStats;
  const loads = load.mock.calls.length;
  expect(misses).toBe(loads);
  const { stats } = disk;
  await disk.close();
  const plain = new HpaDataset(source, { imageSize, cache: false });
  for (const [i, image] of loaded.entries()) expect(image).toEqual(await plain.image(i));
  return { loads, digests, diskHits, stats };
}

/** As if the files had been written some time ago: of those just written no stamp is trusted. */
function letFilesSettle(): void {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 10_000 });
}

afterEach(() => {
  vi.useRealTimers();
});

it.each([true, false])('loads each file once for all processes (files settled: %s)', async (settled) => {
  const [images, cacheDir] = [await makeImages(), makeFolder(onTestFinished)];
  if (settled) letFilesSettle();
  expect(await loadAll(images, cacheDir)).toMatchObject({ loads: 5, diskHits: 0 });
  const digests = settled ? 0 : 5;
  expect(await loadAll(images, cacheDir)).toMatchObject({
    loads: 0,
    digests,
    diskHits: 5,
    stats: { stale: 0 },
  });
  expect(await loadAll(images, cacheDir, 3)).toMatchObject({ loads: 5, diskHits: 0 });
  expect(await loadAll(images, cacheDir, 4)).toMatchObject({ loads: 0, diskHits: 5, stats: { entries: 10 } });
});

it('loads again what was changed, also with its size and time of change restored', async () => {
  const [images, cacheDir] = [await makeImages(), makeFolder(onTestFinished)];
  const files = CHANNELS.map((channel) => join(images, `c_${channel}.png`));
  const setTime = () => {
    for (const file of files) utimesSync(file, 1e9, 1e9);
    return files.map((file) => statSync(file)).map(({ size, mtimeMs, ino }) => ({ size, mtimeMs, ino }));
  };
  const before = setTime();
  letFilesSettle();
  await loadAll(images, cacheDir);
  await writeSample(images, 'c', 1);
  expect(setTime()).toEqual(before);
  expect(await loadAll(images, cacheDir)).toMatchObject({ loads: 1, diskHits: 4, stats: { stale: 1 } });
  expect(await loadAll(images, cacheDir)).toMatchObject({ loads: 0, diskHits: 5, stats: { stale: 0 } });
});

it('does not load again what was only touched, moved or copied', async () => {
  const [images, cacheDir] = [await makeImages(), makeFolder(onTestFinished)];
  letFilesSettle();
  await loadAll(images, cacheDir);
  utimesSync(join(images, 'b_red.png'), 1, 1);
  expect(await loadAll(images, cacheDir)).toMatchObject({ loads: 0, diskHits: 5, stats: { stale: 0 } });
  expect(await loadAll(await makeImages(), cacheDir)).toMatchObject({ loads: 0, diskHits: 5 });
});

it('serves several datasets at once, each image held once', async () => {
  const images = await makeImages();
  const disk = await openDiskCache(makeFolder(onTestFinished), { maxBytes: 1e7 });
  const datasets = await Promise.all(
    [4, 4, 3].map(async (imageSize) => {
      const source = await openFolder(images, { channels: CHANNELS });
      return new HpaDataset(source, { imageSize, cache: { disk } });
    }),
  );
  const plain = new HpaDataset(datasets[0]!.source, { imageSize: 4, cache: false });
  const visits = datasets.flatMap((dataset) => IDS.map((_, i) => dataset.image(i)));
  const loaded = await Promise.all(visits);
  for (let i = 0; i < 10; i++) expect(loaded[i]).toEqual(await plain.image(i % 5));
  expect(disk.stats).toMatchObject({ entries: 10, discarded: 0 });
  expect(disk.stats.hits + disk.stats.misses).toBe(15);
  await disk.close();
});

it('reports broken files as without a cache, and keeps nothing of them', async () => {
  const images = await makeImages();
  writeFileSync(join(images, 'b_red.png'), 'no PNG');
  const source = await openFolder(images, { channels: CHANNELS });
  const disk = await openDiskCache(makeFolder(onTestFinished), { maxBytes: 1e7 });
  const cached = new HpaDataset(source, { cache: { disk } });
  const error: unknown = await new HpaDataset(source, { cache: false }).image(1).catch((e: unknown) => e);
  expect(error).toMatchObject({ sample: 'b', channel: 'red', file: 'b_red.png' });
  await expect(cached.image(1)).rejects.toEqual(error);
  expect(disk.stats.entries).toBe(0);
  await disk.close();
});

/** A cache as a user may write one, and how it was asked. */
function mapCache() {
  const images = new Map<string, CellImage>();
  const at = async (key: Parameters<DiskCache['get']>[0]) => `${key.preprocessing} ${await key.digest()}`;
  const disk: DiskCache = {
    get: vi.fn<DiskCache['get']>(async (key) => images.get(await at(key))),
    set: async (key, image) => images.set(await at(key), image),
  };
  return { images, disk };
}

/** Three images, and digests of them. */
function identified(changes: Partial<ImageSource> = {}): ReturnType<typeof memorySource> {
  const source = memorySource(3);
  const identify = (index: number) => Promise.resolve({ digest: () => Promise.resolve(`digest ${index}`) });
  return Object.assign(source, { identify }, changes);
}

it('may be written by the user', async () => {
  const { images, disk } = mapCache();
  const source = identified();
  for (const hits of [0, 1]) {
    const dataset = new HpaDataset(source, { cache: { disk } });
    const image = await dataset.image(1);
    expect(image).toEqual(await source.load(1));
    expect(dataset.cacheStats).toMatchObject({ hits: 0, diskHits: hits, misses: 1 - hits });
  }
  expect(images.size).toBe(1);
  // What can't be an image of this dataset is not taken for one.
  for (const key of images.keys())
    images.set(key, { width: 1, height: 1, channels: 3, data: new Uint8Array(3) });
  expect(await new HpaDataset(source, { cache: { disk } }).image(1)).toEqual(await source.load(1));
});

it('may fail: its errors are not hidden', async () => {
  const { disk } = mapCache();
  const failing = { ...disk, set: () => Promise.reject(new Error('no connection')) };
  await expect(new HpaDataset(identified(), { cache: { disk: failing } }).image(0)).rejects.toThrow(
    'no connection',
  );
});

it.each<[string, Partial<ImageSource>]>([
  ['can not identify its samples', { identify: undefined }],
  ['fails to', { identify: () => Promise.reject(new HpaError('file-missing', 'gone')) }],
  [
    'fails to read them',
    { identify: () => Promise.resolve({ digest: () => Promise.reject(new Error('unreadable')) }) },
  ],
])('is left alone by a source that %s', async (_, changes) => {
  const { images, disk } = mapCache();
  const source = identified(changes);
  const dataset = new HpaDataset(source, { cache: { disk } });
  expect(await dataset.image(2)).toEqual(await source.load(2));
  expect(images.size).toBe(0);
});

it.each<[string, (version: () => number) => NonNullable<ImageSource['identify']>]>([
  [
    'stamp',
    (version) => () =>
      Promise.resolve({ stamp: `${version()}`, digest: () => Promise.resolve(`${version()}`) }),
  ],
  ['digest', (version) => () => Promise.resolve({ digest: () => Promise.resolve(`${version()}`) })],
])('keeps nothing of a sample that changes while it is loaded, by its %s', async (_, identify) => {
  const { images, disk } = mapCache();
  let version = 1;
  const source = identified({ identify: identify(() => version) });
  const changing: ImageSource = {
    ...source,
    load: (index) => {
      version++;
      return source.load(index);
    },
  };
  await new HpaDataset(changing, { cache: { disk } }).image(0);
  expect(images.size).toBe(0);
  await new HpaDataset(source, { cache: { disk } }).image(0);
  expect(images.size).toBe(1);
});

it('takes no digest for that of a stamp which changed while it was computed', async () => {
  const { disk } = mapCache();
  const before = identified({
    identify: () => Promise.resolve({ stamp: '1', digest: () => Promise.resolve('digest 2') }),
  });
  await new HpaDataset(before, { cache: { disk } }).image(0);
  let version = 1;
  const changing = identified({
    identify: () =>
      Promise.resolve({ stamp: `${version}`, digest: () => Promise.resolve(`digest ${++version}`) }),
  });
  const dataset = new HpaDataset(changing, { cache: { disk } });
  expect(await dataset.image(0)).toEqual(await changing.load(0));
  expect(dataset.cacheStats).toMatchObject({ diskHits: 0, misses: 1 });
});
