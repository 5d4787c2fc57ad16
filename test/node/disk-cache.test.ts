import {
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { HpaError } from 'hpa-kit';
import { openDiskCache } from 'hpa-kit/node';
import { bytesIn, imageOf, keyOf, makeFolder } from './disk-cache-images';

const folder = () => makeFolder(onTestFinished);

async function open(dir: string, options: Partial<Parameters<typeof openDiskCache>[1]> = {}) {
  const cache = await openDiskCache(dir, { maxBytes: 1e7, ...options });
  onTestFinished(() => cache.close());
  return cache;
}

/** What another process may do a moment later is seen on a miss, but not at once. */
const aMoment = () => setTimeout(25);

describe('a disk cache', () => {
  it('gives back images of every sample type, now and when it is opened again', async () => {
    const dir = folder();
    const cache = await open(dir);
    const ids = Array.from({ length: 40 }, (_, id) => id);
    expect(await cache.get(keyOf('0'))).toBeUndefined();
    await Promise.all(ids.map((id) => cache.set(keyOf(`${id}`), imageOf(id))));
    for (const now of [cache, await open(dir)])
      for (const id of ids) expect(await now.get(keyOf(`${id}`))).toEqual(imageOf(id));
    expect(cache.stats).toMatchObject({ hits: 40, misses: 1, stale: 0, entries: 40, bytes: bytesIn(dir) });
    expect(readdirSync(dir)).toHaveLength(1);
  });

  it('gives images that the caller owns, alone in their buffer', async () => {
    const cache = await open(folder());
    await cache.set(keyOf('a'), imageOf(5));
    const image = (await cache.get(keyOf('a')))!;
    expect(image.data.buffer.byteLength).toBe(image.data.byteLength);
    image.data.fill(0);
    expect(await cache.get(keyOf('a'))).toEqual(imageOf(5));
  });

  it('keeps a view on a larger buffer as the view', async () => {
    const cache = await open(folder());
    const { data, ...rest } = imageOf(4);
    const larger = new Uint16Array(data.length + 9).fill(7);
    larger.set(data, 3);
    await cache.set(keyOf('view'), { ...rest, data: larger.subarray(3, 3 + data.length) });
    expect(await cache.get(keyOf('view'))).toEqual(imageOf(4));
  });

  it('does not ask for the digest while the stamp is the same', async () => {
    const dir = folder();
    await (await open(dir)).set(keyOf('a', { stamp: '1' }), imageOf(1));
    const again = keyOf('a', { stamp: '1', digest: 'not to be computed' });
    expect(await (await open(dir)).get(again)).toEqual(imageOf(1));
    expect(again.digests).toBe(0);
  });

  it('finds what was touched but not changed by its digest, and learns the stamp for good', async () => {
    const dir = folder();
    const cache = await open(dir);
    await cache.set(keyOf('a', { stamp: '1', digest: 'd' }), imageOf(1));
    expect(await cache.get(keyOf('a', { stamp: '2', digest: 'd' }))).toEqual(imageOf(1));
    const learned = keyOf('a', { stamp: '2', digest: 'd' });
    expect(await (await open(dir)).get(learned)).toEqual(imageOf(1));
    expect(learned.digests).toBe(0);
    expect(cache.stats).toMatchObject({ hits: 1, misses: 0, entries: 1 });
  });

  it('finds what was moved or copied, and holds it once', async () => {
    const cache = await open(folder());
    await cache.set(keyOf('a', { stamp: '1', digest: 'd' }), imageOf(1));
    expect(await cache.get(keyOf('b', { stamp: '7', digest: 'd' }))).toEqual(imageOf(1));
    const before = cache.stats.bytes;
    await cache.set(keyOf('c', { stamp: '8', digest: 'd' }), imageOf(1));
    await cache.set(keyOf('d', { digest: 'd' }), imageOf(1));
    expect(cache.stats).toMatchObject({ entries: 1, bytes: before + 144 });
  });

  it('serves nothing stale, and the new content from then on', async () => {
    const cache = await open(folder());
    await cache.set(keyOf('a', { stamp: '1', digest: 'old' }), imageOf(1));
    const changed = () => keyOf('a', { stamp: '2', digest: 'new' });
    expect(await cache.get(changed())).toBeUndefined();
    expect(cache.stats).toMatchObject({ misses: 1, stale: 1 });
    await cache.set(changed(), imageOf(2));
    expect(await cache.get(changed())).toEqual(imageOf(2));
    expect(await cache.get(keyOf('a', { digest: 'new' }))).toEqual(imageOf(2));
    expect(await cache.get(keyOf('a', { stamp: '1', digest: 'third' }))).toBeUndefined();
    expect(cache.stats.stale).toBe(2);
  });

  it('compares digests where there is no stamp, and takes no two missing stamps for the same', async () => {
    const cache = await open(folder());
    await cache.set(keyOf('a', { digest: 'd' }), imageOf(1));
    expect(await cache.get(keyOf('a', { digest: 'e' }))).toBeUndefined();
    expect(await cache.get(keyOf('a', { digest: 'd' }))).toEqual(imageOf(1));
  });

  it('keeps preprocessings apart, whatever stamp and digest say', async () => {
    const cache = await open(folder());
    await cache.set(keyOf('a', { stamp: '1', preprocessing: '192' }), imageOf(1));
    expect(await cache.get(keyOf('a', { stamp: '1', preprocessing: '96' }))).toBeUndefined();
    await cache.set(keyOf('a', { stamp: '1', preprocessing: '96' }), imageOf(2));
    expect(await cache.get(keyOf('a', { stamp: '1', preprocessing: '192' }))).toEqual(imageOf(1));
  });

  it('sees what others keep, drop and clear in the folder', async () => {
    const dir = folder();
    const [mine, theirs] = [await open(dir), await open(dir)];
    await theirs.set(keyOf('a'), imageOf(1));
    await aMoment();
    expect(await mine.get(keyOf('a'))).toEqual(imageOf(1));
    await theirs.set(keyOf('b'), imageOf(2));
    await aMoment();
    expect(await mine.get(keyOf('b'))).toEqual(imageOf(2));
    await mine.set(keyOf('c'), imageOf(3));
    await mine.clear();
    for (const cache of [mine, theirs]) {
      for (const name of ['a', 'b', 'c']) expect(await cache.get(keyOf(name))).toBeUndefined();
      expect(cache.stats).toMatchObject({ bytes: 0, discarded: 0 });
    }
    await theirs.set(keyOf('a'), imageOf(4));
    expect(await theirs.get(keyOf('a'))).toEqual(imageOf(4));
  });

  it('has nothing and keeps nothing once it is closed', async () => {
    const dir = folder();
    const cache = await open(dir);
    const writing = cache.set(keyOf('a'), imageOf(1));
    await cache.close();
    await writing;
    await cache.set(keyOf('b'), imageOf(2));
    expect(await cache.get(keyOf('a'))).toBeUndefined();
    expect((await open(dir)).stats.entries).toBeLessThan(2);
  });

  it.skipIf(process.platform !== 'linux')(
    'leaves no file open, whatever goes on when it is closed',
    async () => {
      const dir = folder();
      const openFiles = () =>
        readdirSync('/proc/self/fd')
          .map((fd) => `/proc/self/fd/${fd}`)
          // The listing's own is closed by now.
          .filter((link) => lstatSync(link, { throwIfNoEntry: false }))
          .map((link) => readlinkSync(link))
          .filter((file) => file.startsWith(dir));
      const cache = await open(dir, { maxBytes: 60_000, keepUsedMs: 0 });
      const work = { done: false };
      const looking = (async () => {
        // Misses list the folder, also while a new file is being made.
        while (!work.done) await Promise.all([cache.get(keyOf('never')), setTimeout(1)]);
      })();
      for (let id = 0; id < 150; id++) await cache.set(keyOf(`${id}`), imageOf(id, 20));
      work.done = true;
      await looking;
      expect(new Set(openFiles()).size).toBe(openFiles().length);
      expect(openFiles().length).toBeGreaterThan(5);
      const asked = Array.from({ length: 20 }, (_, id) => [
        cache.set(keyOf(`late ${id}`), imageOf(id)),
        cache.get(keyOf(`never ${id}`)),
      ]);
      await cache.close();
      await Promise.all(asked.flat());
      await aMoment();
      expect(openFiles()).toEqual([]);
    },
  );

  it('passes on what the digest throws', async () => {
    const failing = { ...keyOf('a'), digest: () => Promise.reject(new Error('no such file')) };
    const cache = await open(folder());
    await expect(cache.get(failing)).rejects.toThrow('no such file');
    await expect(cache.set(failing, imageOf(1))).rejects.toThrow('no such file');
    expect(cache.stats.disabled).toBeUndefined();
  });

  it('says what is wrong with its options', async () => {
    await expect(openDiskCache('x', { maxBytes: 0 })).rejects.toThrow(
      'maxBytes must be a positive integer. Received 0.',
    );
    await expect(openDiskCache('x', { maxBytes: 1, keepUsedMs: -1 })).rejects.toThrow(
      'keepUsedMs must be 0 or more. Received -1.',
    );
    expect(existsSync('x')).toBe(false);
  });
});

describe('the bound', () => {
  const SIZE = 16; // 512 bytes and a header of 144
  const small = (id: number) => imageOf(3 * id + 3, SIZE);

  it('holds after each image, the least recently used going first', async () => {
    const dir = folder();
    const cache = await open(dir, { maxBytes: 20_000, keepUsedMs: 0 });
    for (let id = 0; id < 100; id++) {
      await cache.set(keyOf(`${id}`), small(id));
      expect(bytesIn(dir)).toBeLessThanOrEqual(20_000);
      expect(await cache.get(keyOf('0'))).toEqual(small(0));
      expect(await cache.get(keyOf(`${id}`))).toEqual(small(id));
    }
    expect(cache.stats.entries).toBeGreaterThan(10);
    expect(await cache.get(keyOf('1'))).toBeUndefined();
    expect(await cache.get(keyOf('98'))).toEqual(small(98));
  });

  it('keeps what is in use rather than what is new', async () => {
    const cache = await open(folder(), { maxBytes: 20_000 });
    for (let id = 0; id < 100; id++) await cache.set(keyOf(`${id}`), small(id));
    expect(await cache.get(keyOf('0'))).toEqual(small(0));
    expect(await cache.get(keyOf('99'))).toBeUndefined();
    expect(cache.stats).toMatchObject({ disabled: undefined });
  });

  it('is kept by packing into few files, also of images larger than a pack', async () => {
    const dir = folder();
    const cache = await open(dir, { maxBytes: 400_000 });
    for (let id = 0; id < 60; id++) await cache.set(keyOf(`${id}`), small(id));
    await cache.set(keyOf('large'), imageOf(0, 200));
    expect(await cache.get(keyOf('large'))).toEqual(imageOf(0, 200));
    await cache.set(keyOf('too large'), imageOf(0, 700));
    expect(await cache.get(keyOf('too large'))).toBeUndefined();
    expect(cache.stats).toMatchObject({ entries: 61, disabled: undefined });
    expect(readdirSync(dir).length).toBeLessThan(30);
  });

  it('is enforced when the folder is opened with a smaller one', async () => {
    const dir = folder();
    const cache = await open(dir, { maxBytes: 100_000 });
    for (let id = 0; id < 50; id++) await cache.set(keyOf(`${id}`), small(id));
    const [oldest] = readdirSync(dir);
    utimesSync(join(dir, oldest!), 1, 1);
    expect(bytesIn(dir)).toBeGreaterThan(30_000);
    const smaller = await open(dir, { maxBytes: 30_000 });
    expect(bytesIn(dir)).toBeLessThanOrEqual(30_000);
    expect(readdirSync(dir)).not.toContain(oldest);
    expect(smaller.stats.entries).toBeGreaterThan(10);
  });
});

describe('a folder with other things in it', () => {
  const NAME = `hpa-${'0'.repeat(32)}-5000.pack`;

  it('keeps them: files, folders and links, even under the name of a pack', async () => {
    const dir = folder();
    const outside = folder();
    writeFileSync(join(outside, 'precious'), 'hpa-kit cache 1\nprecious');
    writeFileSync(join(dir, 'notes.txt'), 'mine');
    writeFileSync(join(dir, NAME), 'a file of somebody else');
    mkdirSync(join(dir, NAME.replace('hpa-0', 'hpa-1')));
    symlinkSync(join(outside, 'precious'), join(dir, NAME.replace('hpa-0', 'hpa-2')));
    linkSync(join(outside, 'precious'), join(dir, NAME.replace('hpa-0', 'hpa-3')));
    const cache = await open(dir, { maxBytes: 6000, keepUsedMs: 0 });
    for (let id = 0; id < 50; id++) await cache.set(keyOf(`${id}`), imageOf(id));
    expect(await cache.get(keyOf('49'))).toEqual(imageOf(49));
    await cache.clear();
    expect(cache.stats).toMatchObject({ foreign: 3, discarded: 1, disabled: undefined });
    expect(readdirSync(dir).sort()).toEqual(
      ['notes.txt', NAME, NAME.replace('hpa-0', 'hpa-1'), NAME.replace('hpa-0', 'hpa-2')].sort(),
    );
    expect(readFileSync(join(dir, NAME), 'utf8')).toBe('a file of somebody else');
    expect(readFileSync(join(outside, 'precious'), 'utf8')).toBe('hpa-kit cache 1\nprecious');
  });

  it('has packs of other versions of the library counted and dropped, but not read', async () => {
    const dir = folder();
    writeFileSync(join(dir, NAME), `hpa-kit cache 2\n${'x'.repeat(3000)}`);
    utimesSync(join(dir, NAME), 1, 1);
    const cache = await open(dir, { maxBytes: 5500 });
    expect(cache.stats).toMatchObject({ entries: 0, bytes: 3016 });
    for (let id = 0; id < 5; id++) await cache.set(keyOf(`${id}`), imageOf(id));
    expect(await cache.get(keyOf('4'))).toEqual(imageOf(4));
    expect(readdirSync(dir)).not.toContain(NAME);
  });
});

describe('a folder that can not be used', () => {
  it('costs one warning, and nothing is kept', async () => {
    const file = join(folder(), 'file');
    writeFileSync(file, '');
    const warnings: HpaError[] = [];
    const cache = await open(join(file, 'below'), { onWarning: (warning) => warnings.push(warning) });
    const key = keyOf('a');
    await cache.set(key, imageOf(1));
    expect(await cache.get(key)).toBeUndefined();
    await cache.clear();
    expect(key.digests).toBe(0);
    expect(warnings).toMatchObject([{ code: 'file-unwritable', file: join(file, 'below') }]);
    expect(cache.stats).toMatchObject({ disabled: warnings[0], entries: 0, bytes: 0 });
  });

  it('may become so at any time', async () => {
    const dir = folder();
    const warnings: HpaError[] = [];
    const cache = await open(dir, { onWarning: (warning) => warnings.push(warning) });
    await cache.set(keyOf('a'), imageOf(1));
    rmSync(dir, { recursive: true });
    await aMoment();
    await cache.set(keyOf('b'), imageOf(2));
    await cache.set(keyOf('c'), imageOf(3));
    expect(await cache.get(keyOf('c'))).toBeUndefined();
    expect(warnings).toHaveLength(1);
  });
});
