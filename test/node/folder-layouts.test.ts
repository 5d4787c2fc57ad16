import { mkdir, mkdtemp, readFile, rename, rm, symlink, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { decodeTiff, encodePng } from 'hpa-kit';
import { openFolder, type OpenFolderOptions } from 'hpa-kit/node';
import { decodeStack, type StackJob } from '../../src/image/decode-stack';
import { failure } from '../failure';
import { hasRealData, realData } from '../real-data';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'hpa-kit-layouts-'));
});
afterAll(() => rm(root, { recursive: true }));

/** A PNG of one pixel, with a value for each plane. */
const pixel = (...values: number[]) =>
  encodePng({ width: 1, height: 1, channels: values.length, data: Uint8Array.from(values) });

let count = 0;
/** A folder of one-pixel PNGs, by the values of their planes. */
async function folderOf(files: Readonly<Record<string, readonly number[]>>): Promise<string> {
  const dir = join(root, String(++count));
  await mkdir(dir);
  for (const [name, values] of Object.entries(files)) {
    await mkdir(dirname(join(dir, name)), { recursive: true });
    await writeFile(join(dir, name), await pixel(...values));
  }
  return dir;
}

async function pixels(dir: string, options: OpenFolderOptions): Promise<Record<string, number[]>> {
  const source = await openFolder(dir, options);
  const images = await Promise.all(source.ids.map((_, i) => source.load(i)));
  return Object.fromEntries(source.ids.map((id, i) => [id, Array.from(images[i]!.data)]));
}

describe('openFolder reads', () => {
  it.each<[string, Record<string, number[]>, OpenFolderOptions, Record<string, number[]>]>([
    [
      'any number of channels of any names',
      { 'a_d0.png': [1], 'a_d1.png': [2], 'a_x y.png': [3], 'a_µ.png': [4], 'a_+5.png': [5] },
      { channels: ['+5', 'µ', 'd0', 'x y', 'd1'] },
      { a: [5, 4, 1, 3, 2] },
    ],
    [
      'ids and channels with underscores, and names without an image extension',
      { 'p_1_anti_er.raw': [1], 'p_1_er.raw': [2], 'p_2_anti_er.raw': [3], 'p_2_er.raw': [4] },
      { channels: ['er', 'anti_er'], template: '{id}_{channel}.raw' },
      { p_1: [2, 1], p_2: [4, 3] },
    ],
    [
      'a folder for each channel',
      { 'dapi/a.tif': [1], 'er/a.tif': [2], 'dapi/b.tif': [3], 'er/b.tif': [4], 'masks/a.tif': [9] },
      { channels: ['dapi', 'er'], template: '{channel}/{id}.tif' },
      { a: [1, 2], b: [3, 4] },
    ],
    [
      'a folder for each sample, two deep',
      { 'w/well-a/s1/er.png': [1], 'w/well-b/s1/er.png': [2], 'w/x/s1/er.png': [3], 'note.txt/er.png': [4] },
      { channels: ['er'], template: 'w/well-{id}/s1/{channel}.png' },
      { a: [1], b: [2] },
    ],
    [
      'all channels from one file, plane by plane',
      { 'a.png': [1, 2, 3, 4], 'b.png': [5, 6, 7, 8] },
      { channels: ['p', 'q', 'r'], template: '{id}.png' },
      { a: [1, 2, 3], b: [5, 6, 7] },
    ],
    [
      'no sample where macOS left its notes',
      { 'a_p.png': [1], '._a_p.png': [0], '.DS_Store': [0] },
      { channels: ['p'] },
      { a: [1] },
    ],
    [
      'chosen planes of one file, one of them twice',
      { 'a.png': [1, 2, 3] },
      { channels: ['p', 'q', 'r', 's'], template: '{id}.png', planes: { p: 2, q: 0, r: 2, s: 1 } },
      { a: [3, 1, 3, 2] },
    ],
    [
      "each stain's own plane of its own file",
      {
        'a_red.png': [1, 0, 0],
        'a_green.png': [0, 2, 0],
        'a_blue.png': [0, 0, 3],
        'a_yellow.png': [4, 4, 0],
      },
      { planes: 'hpa-v18' },
      { a: [1, 2, 3, 4] },
    ],
    [
      'greyscale files too, where a rule names planes',
      { 'a_red.png': [1], 'a_green.png': [2], 'a_blue.png': [0, 0, 3], 'a_yellow.png': [4] },
      { planes: 'hpa-v18' },
      { a: [1, 2, 3, 4] },
    ],
    [
      'channels from files of different kinds',
      { 'rgb/a.png': [1, 2, 3], 'er/a-er.png': [4] },
      {
        channels: ['er', 'r', 'g', 'b'],
        template: { r: 'rgb/{id}.png', g: 'rgb/{id}.png', b: 'rgb/{id}.png', er: 'er/{id}-er.png' },
      },
      { a: [4, 1, 2, 3] },
    ],
  ])('%s', async (_, files, options, expected) => {
    expect(await pixels(await folderOf(files), options)).toEqual(expected);
  });

  it('links, also to folders elsewhere, and passes over broken ones', async () => {
    const elsewhere = await folderOf({ 'a.png': [7], 'b.png': [8] });
    const dir = await folderOf({ 'dapi/c.png': [9] });
    await symlink(elsewhere, join(dir, 'er'));
    await symlink(join(elsewhere, 'b.png'), join(dir, 'dapi/b.png'));
    await symlink(join(dir, 'nowhere'), join(dir, 'x'));
    const options: OpenFolderOptions = {
      channels: ['dapi', 'er'],
      template: '{channel}/{id}.png',
      onMissing: 'skip',
    };
    expect(await pixels(dir, options)).toEqual({ b: [8, 8] });
  });

  it('chosen pages of a TIFF, in the order asked for', async () => {
    const kinds = JSON.parse(
      await readFile(new URL('../golden/tiff_kinds.json', import.meta.url), 'utf8'),
    ) as { name: string; tiff: string }[];
    const dir = await mkdtemp(join(tmpdir(), 'hpa-kit-pages-'));
    const bytes = Buffer.from(kinds.find(({ name }) => name === 'several pages')!.tiff, 'base64');
    await writeFile(join(dir, 'a.tif'), bytes);
    const options = { channels: ['late', 'early'], template: '{id}.tif', pages: [2, 0] };
    const found = await (await openFolder(dir, options)).load(0);
    expect(found.data).toEqual((await decodeTiff(bytes, { pages: [2, 0] })).data);
    expect(found.channels).toBe(2);
    await rm(dir, { recursive: true });
  });

  it.skipIf(!hasRealData)('the three stains of a real field, in the order asked for', async () => {
    const options = { channels: ['d2', 'd0'], template: '{id}{channel}.tif' };
    const source = await openFolder(realData('tiff'), options);
    expect(source.ids).toEqual(['AS_09125_050116030001_D03f00']);
  });
});

describe('channels that are missing', () => {
  const files = { 'a_p.png': [1], 'a_q.png': [2], 'b_q.png': [3], 'c.txt': [0] };
  const channels = ['p', 'q'];
  const table = async (dir: string) => {
    const labels = join(dir, 'train.csv');
    await writeFile(labels, 'Id,Target\na,1\nb,2\nc,3\n');
    return labels;
  };

  it('become zeros on request, and are reported; samples without any file are left out', async () => {
    const dir = await folderOf(files);
    const source = await openFolder(dir, { channels, labels: await table(dir), onMissing: 'zeros' });
    expect(source.ids).toEqual(['a', 'b']);
    expect([...source.incomplete]).toEqual([['b', ['p']]]);
    expect([...source.missing.keys()]).toEqual(['c']);
    expect(Array.from((await source.load(1)).data)).toEqual([0, 3]);
    expect([source.labels![1], source.labels![28 + 2], source.labels!.length]).toEqual([1, 1, 56]);
  });

  it('drop their sample on request', async () => {
    const dir = await folderOf(files);
    const source = await openFolder(dir, { channels, labels: await table(dir), onMissing: 'skip' });
    expect(source.ids).toEqual(['a']);
    expect([...source.missing.keys()]).toEqual(['b', 'c']);
    expect(source.incomplete.size).toBe(0);
    expect(source.missing.get('b')).toMatchObject({ code: 'file-missing', channel: 'p', file: 'b_p.png' });
  });

  it('are counted, not listed, when many are', async () => {
    const dir = await folderOf(files);
    const rows = Array.from({ length: 4000 }, (_, i) => `s${i},0`).join('\n');
    await writeFile(join(dir, 'many.csv'), `Id,Target\na,1\n${rows}\n`);
    const error = await failure(openFolder(dir, { channels, labels: join(dir, 'many.csv') }));
    expect(error.message).toMatch(
      /^4000 of 4001 samples lack a file in .*: s0 lacks p, q; s1 lacks p, q; s2 lacks p, q, and 3997 more\. Add/,
    );
    expect(error.message.length).toBeLessThan(500);
  });

  it('stop everything when no sample is left, and show what was looked for', async () => {
    const dir = await folderOf(files);
    const options = {
      channels,
      labels: await table(dir),
      template: '{channel}-{id}.png',
      onMissing: 'skip',
    } as const;
    const error = await failure(openFolder(dir, options));
    expect(error.code).toBe('file-missing');
    expect(error.message).toMatch(/3 of 3 samples lack.*Looked for p-a\.png.*template/);
    const none = await failure(openFolder(dir, { channels, template: '{id}-{channel}.png' }));
    expect(none.message).toMatch(/No file fits the template\. It has .*a_p\.png/);
  });

  it('include planes that a file does not have', async () => {
    const dir = await folderOf({ 'a.png': [1, 2, 3] });
    const options = { channels: ['p', 'q', 'r', 's'], template: '{id}.png' };
    const error = await failure((await openFolder(dir, options)).load(0));
    expect(error).toMatchObject({ code: 'image-shape', file: 'a.png', sample: 'a', channel: 's' });
  });
});

describe('files', () => {
  it('above the bound are refused before they are read', async () => {
    const dir = await folderOf({ 'a_p.png': [1], 'a_q.png': [2] });
    await truncate(join(dir, 'a_q.png'), 3 * 2 ** 30);
    const error = await failure((await openFolder(dir, { channels: ['p', 'q'] })).load(0));
    expect(error).toMatchObject({ code: 'file-too-large', sample: 'a', channel: 'q' });
    expect(error.file).toBe(join(dir, 'a_q.png'));
    expect(error.message).toMatch(/3221225472 bytes, more than the 1073741824.*maxFileBytes/);
    await expect(openFolder(dir, { maxFileBytes: 0 })).rejects.toThrow(
      /maxFileBytes must be a positive integer/,
    );
  });

  it('that are folders or gone are said to be', async () => {
    const dir = await folderOf({ 'a_p.png/x': [1], 'b_p.png': [1] });
    const source = await openFolder(dir, { channels: ['p'] });
    expect(await failure(source.load(0))).toMatchObject({ code: 'file-unreadable', sample: 'a' });
    await rm(join(dir, 'b_p.png'));
    expect(await failure(source.load(1))).toMatchObject({ code: 'file-missing', sample: 'b', channel: 'p' });
    expect(await failure(source.load(1, { signal: AbortSignal.abort() }))).toMatchObject({ code: 'aborted' });
  });

  it('are handed to the decoder as bytes that own their buffer, each file once, with limits and size', async () => {
    const dir = await folderOf({ 'a.png': [1, 2], 'a_s.png': [3] });
    const jobs: StackJob[] = [];
    const source = await openFolder(dir, {
      channels: ['p', 's', 'q', 'none'],
      template: { p: '{id}.png', q: '{id}.png', s: '{id}_s.png', none: '{id}_none.png' },
      onMissing: 'zeros',
      maxPixels: 100,
      maxBytes: 1000,
      decoder: (job, options) => {
        jobs.push(job);
        return decodeStack(job, options);
      },
    });
    const index = source.ids.indexOf('a');
    expect(Array.from((await source.load(index, { size: [1, 1] })).data)).toEqual([1, 3, 2, 0]);
    const [{ files, ...job }] = jobs as [StackJob];
    expect(job).toEqual({
      sample: 'a',
      channels: [
        { name: 'p', file: 0, plane: 0 },
        { name: 's', file: 1, plane: undefined },
        { name: 'q', file: 0, plane: 1 },
        { name: 'none' },
      ],
      size: [1, 1],
      maxPixels: 100,
      maxBytes: 1000,
    });
    expect(files.map(({ name }) => name)).toEqual(['a.png', 'a_s.png']);
    for (const { bytes } of files) expect(bytes.buffer.byteLength).toBe(bytes.byteLength);
  });
});

describe('identify', () => {
  const identity = async (dir: string, options: OpenFolderOptions = {}) => {
    const found = await (await openFolder(dir, { channels: ['p', 'q'], ...options })).identify!(0);
    return { stamp: found.stamp, digest: await found.digest() };
  };

  // Stamps are given of files that have not changed for two seconds.
  const now = Date.now;
  beforeEach(() => {
    vi.spyOn(Date, 'now').mockImplementation(() => now() + 10_000);
  });
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it('gives no stamp of a file that changed just now', async () => {
    const dir = await folderOf({ 'a_p.png': [1], 'a_q.png': [2] });
    vi.restoreAllMocks();
    expect((await identity(dir)).stamp).toBeUndefined();
  });

  it('gives a stamp that changes with the files, and a digest that changes with what they hold', async () => {
    const dir = await folderOf({ 'a_p.png': [1], 'a_q.png': [2] });
    const first = await identity(dir);
    expect(await identity(dir)).toEqual(first);
    expect(first.digest).toMatch(/^[0-9a-f]{64}$/);

    await utimes(join(dir, 'a_q.png'), 1, 1);
    const touched = await identity(dir);
    expect(touched.stamp).not.toBe(first.stamp);
    expect(touched.digest).toBe(first.digest);

    await writeFile(join(dir, 'new'), await pixel(3));
    await utimes(join(dir, 'new'), 1, 1);
    await rename(join(dir, 'new'), join(dir, 'a_q.png'));
    const replaced = await identity(dir);
    expect(replaced.stamp).not.toBe(touched.stamp);
    expect(replaced.digest).not.toBe(first.digest);
  });

  it('tells order, planes and absent channels apart, in both', async () => {
    const dir = await folderOf({ 'a.png': [1, 2], 'b_p.png': [1], 'b_q.png': [1] });
    const one = { template: '{id}.png', labels: join(dir, 'a.csv') };
    await writeFile(one.labels, 'Id,Target\na,\n');
    const two = { labels: join(dir, 'b.csv') };
    await writeFile(two.labels, 'Id,Target\nb,\n');
    const found = await Promise.all([
      identity(dir, one),
      identity(dir, { ...one, planes: { p: 1, q: 0 } }),
      identity(dir, { ...one, planes: { p: 1, q: 1 } }),
      identity(dir, two),
      identity(dir, { ...two, channels: ['p', 'q', 'r'], onMissing: 'zeros' }),
      identity(dir, { ...two, channels: ['r', 'p', 'q'], onMissing: 'zeros' }),
    ]);
    expect(new Set(found.map(({ stamp }) => stamp)).size).toBe(found.length);
    expect(new Set(found.map(({ digest }) => digest)).size).toBe(found.length);
  });
});

it('groups that lack samples are counted', async () => {
  const dir = await folderOf({ 'a_p.png': [1], 'b_p.png': [2], 'c_p.png': [3] });
  await writeFile(join(dir, 'g.csv'), 'Id,plate\nb,1\n');
  const groups = { file: join(dir, 'g.csv'), column: 'plate' };
  const error = await failure(openFolder(dir, { channels: ['p'], groups }));
  expect(error).toMatchObject({ code: 'csv-invalid', file: groups.file, sample: 'a' });
  expect(error.message).toMatch(/2 of 3 samples have no row in the table of groups: a, c/);
});
