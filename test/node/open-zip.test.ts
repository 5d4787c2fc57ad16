import { mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BlobWriter, TextReader, ZipWriter } from '@zip.js/zip.js';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { encodePng, type FileSourceOptions } from 'hpa-kit';
import { openZip as openBlob } from 'hpa-kit/browser';
import { openFolder, openZip, type OpenZipOptions } from 'hpa-kit/node';
import { readZipDirectory } from '../../src/data/sources/zip-archive';
import { makeZip, type ZipPart } from '../data/make-zip';
import { failure } from '../failure';
import kinds from '../golden/zip_kinds.json';
import { hasRealData, realData } from '../real-data';

let dir: string;
let red: Uint8Array;
let green: Uint8Array;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'hpa-kit-zip-'));
  const grey = (value: number) =>
    encodePng({ width: 2, height: 2, channels: 1, data: new Uint8Array(4).fill(value) });
  [red, green] = [await grey(1), await grey(2)];
});
afterAll(() => rm(dir, { recursive: true }));

const TWO: FileSourceOptions = { channels: ['red', 'green'] };
let count = 0;

async function write(bytes: Uint8Array): Promise<string> {
  const file = join(dir, `${++count}.zip`);
  await writeFile(file, bytes);
  return file;
}

/** A sample of two channels, the second one as it should be but for what `lies` changes. */
const sample = (lies: Partial<ZipPart> = {}, id = 'a'): ZipPart[] => [
  { name: `${id}_red.png`, data: red },
  { name: `${id}_green.png`, data: green, ...lies },
];

/** Both readers: the path by Node's zlib, the Blob by DecompressionStream. */
const openers = [
  ['from a path', async (zip: Uint8Array, options: OpenZipOptions) => openZip(await write(zip), options)],
  [
    'from a Blob',
    (zip: Uint8Array, options: OpenZipOptions) =>
      openBlob(new File([zip as Uint8Array<ArrayBuffer>], 'a.zip'), {
        ...options,
        labels: undefined,
        groups: undefined,
      }),
  ],
] as const;

describe.each(openers)('openZip %s', (_, open) => {
  it.each(Object.entries(kinds))('reads what Python writes: %s', async (_, base64) => {
    const source = await open(new Uint8Array(Buffer.from(base64, 'base64')), TWO);
    expect(source.ids).toEqual(['Zelle ß']);
    expect((await source.load(0)).data).toEqual(Uint8Array.of(10, 11, 10, 11, 10, 11, 10, 11));
  });

  it.each([
    ['longer than it declares', { size: 20 }, /longer than the entry declares|holds/],
    ['shorter than it declares', { size: 500 }, /holds \d+ bytes and declares 500/],
    ['declared beyond what deflate can make', { size: 2 ** 30 }, /cannot hold the 1073741824/],
    ['cut', { compressedSize: 20 }, /damaged|holds/],
    ['no deflate stream', { body: new Uint8Array(50).fill(255) }, /damaged/],
    ['said to be longer than the archive', { compressedSize: 2 ** 29, size: 2 ** 29 }, /archive ends within/],
    ['stored, but in another size', { method: 0, size: 1 }, /cannot hold the 1 that/],
    ['damaged', { crc: 1 }, /CRC-32/],
    ['compressed by another method', { method: 93 }, /method 93; only stored and deflated/],
  ])('refuses an entry that is %s, naming it', async (_, lies: Partial<ZipPart>, message) => {
    const source = await open(makeZip([...sample(lies), ...sample({}, 'b')]), TWO);
    const error = await failure(source.load(0));
    expect(error).toMatchObject({ code: 'zip-invalid', sample: 'a', channel: 'green', file: 'a_green.png' });
    expect(error.message).toMatch(message);
    expect((await source.load(1)).channels).toBe(2);
  });

  it('makes no more of a bomb than it declares, and refuses one that declares too much', async () => {
    const zeros = new Uint8Array(5_000_000);
    const lying = await open(makeZip(sample({ data: zeros, size: 1000 })), TWO);
    expect(await failure(lying.load(0))).toMatchObject({ code: 'zip-invalid', channel: 'green' });
    const honest = await open(makeZip(sample({ data: zeros })), { ...TWO, maxFileBytes: 4_999_999 });
    expect(await failure(honest.load(0))).toMatchObject({
      code: 'file-too-large',
      message: expect.stringContaining('5000000 bytes, more than the 4999999') as string,
    });
  });

  it('finds data behind long extra fields', async () => {
    const source = await open(makeZip(sample({ localExtra: 3000 })), TWO);
    expect((await source.load(0)).data).toEqual(Uint8Array.of(1, 2, 1, 2, 1, 2, 1, 2));
  });

  it.each([
    ['two entries of one name', () => makeZip([...sample(), ...sample()]), /two entries named a_red.png/],
    [
      'names that go up',
      () => makeZip([...sample(), { name: '../x', data: red }]),
      /Unsafe filename: \.\.\/x/,
    ],
    [
      'names that go up the other way',
      () => makeZip([{ name: 'a\\..\\..\\x', data: red }]),
      /Unsafe filename/,
    ],
    ['absolute names', () => makeZip([{ name: '/etc/x', data: red }]), /Unsafe filename/],
    ['a torn end', () => makeZip(sample()).slice(0, -30), /can't be read/],
    ['half of it', () => makeZip(sample()).slice(0, 150), /can't be read/],
    ['no ZIP', () => red, /can't be read/],
    ['nothing', () => new Uint8Array(), /can't be read/],
    ['more entries than there are', () => makeZip(sample(), { entries: 9 }), /can't be read/],
    [
      'absurdly many entries',
      () => makeZip(sample(), { zip64: { entries: 2n ** 40n, directoryBytes: 114n } }),
      /can't be read/,
    ],
    [
      'more entries than numbers can say',
      () => makeZip(sample(), { zip64: { entries: 2n ** 63n, directoryBytes: 114n } }),
      /can't be read/,
    ],
    [
      'a directory larger than itself',
      () => makeZip(sample(), { zip64: { entries: 2n, directoryBytes: 2n ** 40n } }),
      /can't be read/,
    ],
  ])('refuses an archive with %s', async (_, zip, message) => {
    const error = await failure(open(zip(), TWO));
    expect(error.code).toBe('zip-invalid');
    expect(error.message).toMatch(message);
    expect(error.file).toMatch(/\.zip$/);
  });

  it('refuses encrypted entries', async () => {
    const writer = new ZipWriter(new BlobWriter(), { password: 'secret', useWebWorkers: false });
    await writer.add('a_red.png', new TextReader('x'));
    const zip = new Uint8Array(await (await writer.close()).arrayBuffer());
    const error = await failure(open(zip, TWO));
    expect(error).toMatchObject({ code: 'zip-invalid' });
    expect(error.message).toMatch(/a_red.png is encrypted/);
  });

  it('says in which folders samples are when there are several, and takes the one that is named', async () => {
    const inFolder = (folder: string) => sample().map((part) => ({ ...part, name: folder + part.name }));
    const zip = makeZip([...inFolder('x/train/'), ...inFolder('x/test/'), { name: 'read.me', data: red }]);
    const error = await failure(open(zip, TWO));
    expect(error.code).toBe('file-ambiguous');
    expect(error.message).toMatch(/2 folders: "x\/train\/" \(2 files\), "x\/test\/" \(2 files\)/);
    const source = await open(zip, { ...TWO, folder: 'x/test' });
    expect((await source.load(0)).data[1]).toBe(2);
  });

  it('stops when it is aborted', async () => {
    const source = await open(makeZip(sample()), TWO);
    expect(await failure(source.load(0, { signal: AbortSignal.abort() }))).toMatchObject({
      code: 'aborted',
    });
    expect(await failure(open(makeZip(sample()), { ...TWO, signal: AbortSignal.abort() }))).toMatchObject({
      code: 'aborted',
    });
  });
});

describe('openZip', () => {
  it('lets an abort through while it reads a long directory', async () => {
    const parts = Array.from({ length: 2100 }, (_, i) => ({ name: `${i}.png`, data: red, method: 0 }));
    const zip = makeZip(parts);
    let abort = new AbortController();
    // Reads are done before any timer fires, so that only a pause within the directory lets the abort through.
    const read = (start: number, length: number) => {
      setTimeout(() => {
        abort.abort();
      });
      return Promise.resolve(zip.slice(start, start + length));
    };
    const archive = { name: 'a.zip', size: zip.length, read };
    expect((await readZipDirectory(archive)).size).toBe(2100);
    abort = new AbortController();
    expect((await failure(readZipDirectory(archive, abort.signal))).code).toBe('aborted');
  });

  it('reads tables inside and outside of the archive', async () => {
    const csv = 'Id,Target\na,25\n';
    const file = await write(makeZip([...sample(), { name: 'tables/t.csv', data: Buffer.from(csv) }]));
    const inside = await openZip(file, { ...TWO, labels: { entry: 'tables/t.csv' } });
    await writeFile(join(dir, 't.csv'), csv.replace('25', '3'));
    const outside = await openZip(file, { ...TWO, labels: join(dir, 't.csv') });
    expect([inside.labels!.indexOf(1), outside.labels!.indexOf(1)]).toEqual([25, 3]);
    const error = await failure(openZip(file, { ...TWO, labels: { entry: 't.csv' } }));
    expect(error).toMatchObject({ code: 'file-missing', file: 't.csv' });
  });

  it('says that the archive has changed, rather than read something else', async () => {
    const file = await write(makeZip(sample()));
    const source = await openZip(file, TWO);
    await writeFile(file, makeZip([...sample(), ...sample({}, 'b')]));
    expect((await failure(source.load(0))).message).toMatch(/changed since it was opened/);
  });

  it('is identified by its entries and times, and by the same digest as the files in a folder', async () => {
    const file = await write(makeZip(sample()));
    const source = await openZip(file, TWO);
    const now = Date.now;
    vi.spyOn(Date, 'now').mockImplementation(() => now() + 10_000);
    onTestFinished(() => {
      vi.restoreAllMocks();
    });
    const first = await source.identify!(0);
    expect(first.stamp).toBeTypeOf('string');
    expect((await source.identify!(0)).stamp).toBe(first.stamp);
    await utimes(file, 1, 1);
    expect((await source.identify!(0)).stamp).not.toBe(first.stamp);
    await writeFile(join(dir, 'a_red.png'), red);
    await writeFile(join(dir, 'a_green.png'), green);
    const folder = await (await openFolder(dir, TWO)).identify!(0);
    const again = await (await openZip(file, TWO)).identify!(0);
    expect(await again.digest()).toBe(await folder.digest());
    expect((await failure(first.digest())).message).toMatch(/changed/);
  });

  it('names an archive that is not there', async () => {
    const file = join(dir, 'none.zip');
    expect(await failure(openZip(file))).toMatchObject({ code: 'file-missing', file });
  });

  it.skipIf(!hasRealData)('gives the pixels of the real collages as their folder does', async () => {
    const folder = await openFolder(realData('duloc/train'), { labels: realData('duloc/train.csv') });
    const parts: ZipPart[] = [];
    for (const id of folder.ids.slice(0, 5))
      for (const channel of folder.channels) {
        const name = `${id}_${channel}.png`;
        parts.push({ name: `train/${name}`, data: await readFile(realData(`duloc/train/${name}`)) });
      }
    const zip = await openZip(await write(makeZip(parts)), {
      labels: realData('duloc/train.csv'),
      onMissing: 'skip',
    });
    expect(zip.ids).toEqual(folder.ids.slice(0, 5));
    expect(zip.missing.size).toBe(340);
    for (const i of zip.ids.keys()) {
      const [zipped, plain] = [await zip.load(i), await folder.load(i)];
      expect([zipped.width, zipped.height, zipped.channels]).toEqual([256, 256, 4]);
      expect(Buffer.compare(zipped.data as Uint8Array, plain.data as Uint8Array)).toBe(0);
    }
  });
});
