import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fetchWeights, type HpaError } from 'hpa-kit';
import { weightCache } from 'hpa-kit/node';
import { safetensors } from '../models/weights/safetensors-file';

const FILE = safetensors({ bias: [[3], [1, 2, 3]] });
const HASH = createHash('sha256').update(FILE).digest('hex');
const KEY = `https://example.org/nets/densenet121 v1.safetensors#sha256=${HASH}`;

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'hpa-kit-weights-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

describe('weightCache', () => {
  it('gives back what it was given, also in another process, in files that say what they are', async () => {
    const folder = join(dir, 'deep', 'er');
    expect(await weightCache(folder).get(KEY)).toBeUndefined();
    await weightCache(folder).set(KEY, FILE);
    expect(await weightCache(folder).get(KEY)).toEqual(FILE);
    const names = await readdir(folder);
    expect(names).toEqual([expect.stringMatching(/^[0-9a-f]{32}-densenet121_v1\.safetensors$/)]);
    expect(new Uint8Array(await readFile(join(folder, names[0]!)))).toEqual(FILE);
  });

  it.each([
    'https://example.org/',
    'https://example.org/..',
    'https://example.org/%2e%2e%2f..#sha256=0',
    'https://example.org/con',
    'https://example.org/.hidden...',
    `https://example.org/${'long'.repeat(200)}`,
    'C:\\windows\\x',
    '../../etc/passwd',
    '',
  ])('keeps the key %j within the folder', async (key) => {
    const cache = weightCache(join(dir, 'in'));
    await cache.set(key, FILE);
    expect(await cache.get(key)).toEqual(FILE);
    expect(await readdir(dir)).toEqual(['in']);
    expect(await readdir(join(dir, 'in'))).toEqual([
      expect.stringMatching(/^[0-9a-f]{32}(-[\w.-]{0,79}[\w-])?$/),
    ]);
  });

  it('tells keys apart', async () => {
    const cache = weightCache(dir);
    await cache.set(KEY, FILE);
    expect(await cache.get(KEY.replace(/.$/, 'x'))).toBeUndefined();
    expect(await cache.get(KEY.replace('nets', 'net'))).toBeUndefined();
    await cache.set(KEY.replace('nets', 'net'), FILE.slice(1));
    expect(await cache.get(KEY)).toEqual(FILE);
  });

  it('has whole files only, whoever writes at the same time', async () => {
    const versions = Array.from({ length: 8 }, (_, i) => new Uint8Array(200_000).fill(i));
    const cache = weightCache(dir);
    const reads: (Uint8Array | undefined)[] = [];
    await Promise.all(
      versions.map(async (bytes) => {
        await weightCache(dir).set(KEY, bytes);
        reads.push(await cache.get(KEY));
      }),
    );
    const isWhole = (bytes: Uint8Array | undefined) =>
      bytes?.length === 200_000 && bytes.every((byte) => byte === bytes[0]);
    expect(reads.every(isWhole)).toBe(true);
    expect(await readdir(dir)).toHaveLength(1);
  });

  it('warns of a folder that can’t be, and does without', async () => {
    await writeFile(join(dir, 'file'), '');
    const warnings: HpaError[] = [];
    const cache = weightCache(join(dir, 'file'), { onWarning: (warning) => warnings.push(warning) });
    await cache.set(KEY, FILE);
    expect(await cache.get(KEY)).toBeUndefined();
    expect(warnings.map(({ code }) => code)).toEqual(['file-unwritable', 'file-unreadable']);
    const event = new Promise((resolve) => process.once('warning', resolve));
    await weightCache(join(dir, 'file')).set(KEY, FILE);
    expect(await event).toMatchObject({ code: 'file-unwritable' });
  });

  it('serves fetchWeights once it has been downloaded, and again once it is damaged', async () => {
    const asked: string[] = [];
    const fetch = (url: string) => {
      asked.push(url);
      return Promise.resolve(new Response(FILE as Uint8Array<ArrayBuffer>));
    };
    const take = async () => {
      const url = 'https://example.org/w.safetensors';
      const { entries } = await fetchWeights(url, { sha256: HASH, cache: weightCache(dir), fetch });
      return Array.from(await entries[0]!.read());
    };
    expect([await take(), await take()]).toEqual([
      [1, 2, 3],
      [1, 2, 3],
    ]);
    expect(asked).toHaveLength(1);
    const [name] = await readdir(dir);
    await truncate(join(dir, name!), 20);
    expect(await take()).toEqual([1, 2, 3]);
    expect(asked).toHaveLength(2);
    expect(new Uint8Array(await readFile(join(dir, name!)))).toEqual(FILE);
  });
});
