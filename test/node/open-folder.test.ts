import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodePng, HpaDataset, HPA_CLASSES, type CellImage } from 'hpa-kit';
import { openFolder, saveFolder } from 'hpa-kit/node';
import { memorySource } from '../data/memory-source';
import { failure } from '../failure';
import { hasRealData, realData } from '../real-data';

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'hpa-kit-folder-'));
});
afterAll(() => rm(dir, { recursive: true }));

const grey = (value: number, size = 2): CellImage => ({
  width: size,
  height: size,
  channels: 1,
  data: new Uint8Array(size * size).fill(value),
});

async function writeSample(folder: string, id: string, files: Record<string, Uint8Array>): Promise<void> {
  for (const [channel, bytes] of Object.entries(files))
    await writeFile(join(folder, `${id}_${channel}.png`), bytes);
}

describe('saveFolder and openFolder', () => {
  it('give back the same pixels, labels and order', async () => {
    const source = memorySource(5, 7);
    const folder = join(dir, 'round-trip');
    const reports: number[] = [];
    await saveFolder(source, folder, { onProgress: ({ done }) => reports.push(done) });
    expect(reports).toEqual([1, 2, 3, 4, 5, 5]);
    expect((await readdir(folder)).filter((file) => file.endsWith('.tmp'))).toEqual([]);
    const opened = await openFolder(folder, { labels: join(folder, 'train.csv'), classes: source.classes });
    expect(opened.ids).toEqual(source.ids);
    expect(opened.labels).toEqual(source.labels);
    for (const index of source.ids.keys()) expect(await opened.load(index)).toEqual(await source.load(index));
  });

  it('opens a folder without a table, every sample unlabelled, and channels of another choice', async () => {
    const folder = join(dir, 'round-trip');
    const source = await openFolder(folder, { channels: ['green', 'blue'] });
    expect(source.ids).toEqual(['s0', 's1', 's2', 's3', 's4']);
    expect(source.labels).toBeUndefined();
    const [four, two] = [await memorySource(5, 7).load(3), await source.load(3)];
    expect(Array.from(two.data)).toEqual(Array.from(four.data).filter((_, i) => i % 4 === 1 || i % 4 === 2));
  });
});

describe('openFolder', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(dir, 'odd-'));
    const whole = {
      red: await encodePng(grey(1)),
      green: await encodePng(grey(2)),
      blue: await encodePng(grey(3)),
      yellow: await encodePng(grey(4)),
    };
    await writeSample(folder, 'whole', whole);
    await writeSample(folder, 'torn', { ...whole, green: whole.green.slice(0, 40) });
    await writeSample(folder, 'sizes', { ...whole, yellow: await encodePng(grey(4, 3)) });
    await writeSample(folder, 'colour', {
      ...whole,
      blue: await encodePng({ width: 2, height: 2, channels: 3, data: new Uint8Array(12) }),
    });
    await writeSample(folder, 'jpeg', {
      ...whole,
      red: Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, 0, 16, 74, 70, 73, 70, 0, 1),
    });
    const { red, green } = whole;
    await writeSample(folder, 'partial', { red, green });
    await writeFile(join(folder, 'train.csv'), 'Id,Target\nwhole,1\npartial,2\nabsent,3\n');
    await writeFile(join(folder, 'rest.csv'), 'Id,Target\nwhole,1\ntorn,2\nsizes,3\ncolour,4\njpeg,5\n');
    await writeFile(join(folder, 'groups.csv'), 'Id,plate\nwhole,A\n');
  });

  it('says which samples lack which files, and how to go on', async () => {
    const error = await failure(openFolder(folder, { labels: join(folder, 'train.csv') }));
    expect(error).toMatchObject({ code: 'file-missing', sample: 'partial', file: 'partial_blue.png' });
    expect(error.message).toMatch(/2 of 3 samples lack a file/);
    expect(error.message).toMatch(/partial lacks blue, yellow; absent lacks red, green, blue, yellow/);
    expect(error.message).toMatch(/onMissing: 'skip'/);
  });

  it('goes on without them on request, labels still with their ids', async () => {
    const source = await openFolder(folder, { labels: join(folder, 'train.csv'), onMissing: 'skip' });
    expect(source.ids).toEqual(['whole']);
    expect(source.labels![1]).toBe(1);
    expect([...source.missing.keys()]).toEqual(['partial', 'absent']);
  });

  it.each([
    ['torn', 'png-truncated', 'green', /end/i],
    ['sizes', 'image-shape', undefined, /3×3|3x3/],
    ['colour', 'image-shape', 'blue', /greyscale image, received 3 channels/],
    ['jpeg', 'jpeg-truncated', 'red', /ends after \d+ bytes/],
  ])('names file, sample and channel of the %s sample', async (sample, code, channel, message) => {
    const source = await openFolder(folder, { labels: join(folder, 'rest.csv') });
    const error = await failure(source.load(source.ids.indexOf(sample)));
    expect(error).toMatchObject({
      code,
      sample,
      ...(channel && { channel, file: `${sample}_${channel}.png` }),
    });
    expect(error.message).toMatch(message);
  });

  it('is told by the dataset when no engine is chosen yet', async () => {
    const dataset = new HpaDataset(await openFolder(folder, { labels: join(folder, 'rest.csv') }));
    await expect(dataset.batches()[Symbol.asyncIterator]().next()).rejects.toMatchObject({
      code: 'engine-unavailable',
      message: expect.stringContaining('useEngine') as string,
    });
  });

  it('skips and reports broken images through the dataset', async () => {
    await import('@tensorflow/tfjs-backend-cpu');
    const source = await openFolder(folder, { labels: join(folder, 'rest.csv') });
    const dataset = new HpaDataset(source, { onBroken: 'skip', imageSize: 2 });
    const ids: string[] = [];
    for await (const batch of dataset.batches()) ids.push(...batch.ids);
    expect(ids).toEqual(['whole']);
    expect([...dataset.skipped.keys()].sort()).toEqual(['colour', 'jpeg', 'sizes', 'torn']);
  });

  it.each(['../secret', 'a/b', 'a\\b', '..'])(
    'refuses the id %s, which could leave the folder',
    async (id) => {
      const file = join(folder, 'unsafe.csv');
      await writeFile(file, `Id,Target\n${id},1\n`);
      expect(await failure(openFolder(folder, { labels: file }))).toMatchObject({
        code: 'id-unsafe',
        sample: id,
      });
    },
  );

  it('reads groups, and names a sample that has none', async () => {
    const groups = { file: join(folder, 'groups.csv'), column: 'plate' };
    const source = await openFolder(folder, { labels: join(folder, 'train.csv'), onMissing: 'skip', groups });
    expect(source.groups).toEqual(['A']);
    expect(await failure(openFolder(folder, { labels: join(folder, 'rest.csv'), groups }))).toMatchObject({
      sample: 'torn',
    });
  });

  it('names a folder or table that is not there', async () => {
    expect(await failure(openFolder(join(dir, 'nowhere')))).toMatchObject({
      code: 'file-missing',
      file: join(dir, 'nowhere'),
    });
    expect(await failure(openFolder(folder, { labels: 'no.csv' }))).toMatchObject({
      code: 'file-missing',
      file: 'no.csv',
    });
  });

  it.skipIf(!hasRealData)('opens the real collages, and the field of another folder', async () => {
    const source = await openFolder(realData('duloc/train'), {
      labels: realData('duloc/train.csv'),
      groups: { file: realData('duloc/meta.csv'), column: 'leak_group' },
    });
    expect(source.ids).toHaveLength(345);
    expect(new Set(source.groups).size).toBe(308);
    expect(await source.load(0)).toMatchObject({ width: 256, height: 256, channels: 4 });
    const field = await openFolder(realData('field'), { labels: realData('field/train.csv') });
    const image = await field.load(0);
    const blue = await readFile(realData('field/57_F11_1_blue.png'));
    expect(image).toMatchObject({ width: 512, height: 512, channels: 4 });
    expect(blue.length).toBeGreaterThan(1000);
    expect(field.classes.filter((_, k) => field.labels![k])).toEqual([HPA_CLASSES[21], HPA_CLASSES[25]]);
  });
});
