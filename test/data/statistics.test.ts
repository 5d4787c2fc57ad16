import { beforeAll, describe, expect, it } from 'vitest';
import fc from 'fast-check';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import {
  HpaDataset,
  HpaError,
  labelStatistics,
  type CellImage,
  type DatasetStatistics,
  type ImageSource,
  type Progress,
  type Samples,
} from 'hpa-kit';
import { flip } from 'hpa-kit/augment';
import { openFolder } from 'hpa-kit/node';
import golden from '../golden/numpy_statistics.json';
import { hasRealData, realData } from '../real-data';
import { memorySource } from './memory-source';

beforeAll(() => tf.setBackend('cpu'));

const arrays = { uint8: Uint8Array, uint16: Uint16Array, float32: Float32Array };
const { width, height, channels, percentiles } = golden;

/** A source of images that are there already. */
function sourceOf(images: Samples[], size = { width, height, channels }, labels?: Uint8Array): ImageSource {
  return {
    name: 'given',
    ids: images.map((_, i) => `s${i}`),
    channels: Array.from({ length: size.channels }, (_, c) => `c${c}`),
    classes: ['a', 'b'],
    ...(labels && { labels }),
    load: (index): Promise<CellImage> => Promise.resolve({ ...size, data: images[index]! }),
  };
}

const imagesOf = (kind: keyof typeof arrays) =>
  golden.kinds[kind].images.map((values) => arrays[kind].from(values));

function expectClose(
  actual: DatasetStatistics,
  expected: typeof golden.field,
  percentileError = 1e-12,
): void {
  for (const name of ['mean', 'std', 'min', 'max'] as const)
    actual[name].forEach((value, c) => {
      expect(Math.abs(value - expected[name][c]!)).toBeLessThan(1e-12);
    });
  expect(actual.percentiles.map(({ percentile }) => percentile)).toEqual(percentiles);
  actual.percentiles.forEach(({ values }, p) => {
    values.forEach((value, c) => {
      expect(Math.abs(value - expected.percentiles[p]![c]!)).toBeLessThanOrEqual(percentileError);
    });
  });
}

describe('intensities', () => {
  it.each(['uint8', 'uint16', 'float32'] as const)('are those of NumPy for %s', async (kind) => {
    const statistics = await new HpaDataset(sourceOf(imagesOf(kind))).statistics({ percentiles });
    expectClose(statistics, golden.kinds[kind], kind === 'float32' ? 2 ** -17 : undefined);
    expect(statistics).toMatchObject({ images: 3, skipped: [], channels: ['c0', 'c1', 'c2'] });
    expect(JSON.parse(JSON.stringify(statistics))).toEqual(statistics);
  });

  it('are those of NumPy for images of all three types, each on its own scale', async () => {
    const images = [...imagesOf('uint8'), ...imagesOf('uint16'), ...imagesOf('float32')];
    const statistics = await new HpaDataset(sourceOf(images)).statistics({ percentiles });
    expectClose(statistics, golden.mixed, 2 ** -17);
  });

  it.skipIf(!hasRealData)('are those of NumPy for a real field', async () => {
    const field = await openFolder(realData('field'), { labels: realData('field/train.csv') });
    const statistics = await new HpaDataset(field).statistics({ percentiles });
    expectClose(statistics, golden.field);
    expect(statistics.labels!.counts.flatMap((count, k) => (count > 0 ? [k] : []))).toEqual([21, 25]);
  });

  it('make a dataset of mean 0 and deviation 1 when they are its normalization', async () => {
    const source = memorySource(7);
    for (const scale of [undefined, 100]) {
      const normalization = await new HpaDataset(source, { normalization: { scale } }).statistics();
      expect(normalization.scale).toBe(scale);
      const sums = new Float64Array(8);
      for await (const { xs, ys } of new HpaDataset(source, { normalization }).batches()) {
        (await xs.data()).forEach((x, i) => {
          sums[i % 4]! += x;
          sums[4 + (i % 4)]! += x * x;
        });
        tf.dispose([xs, ys]);
      }
      for (let c = 0; c < 4; c++) {
        expect(Math.abs(sums[c]! / (7 * 64))).toBeLessThan(1e-6);
        expect(sums[4 + c]! / (7 * 64)).toBeCloseTo(1, 5);
      }
    }
  });

  it('do not depend on how images are loaded, nor on augmentation, and need each image once', async () => {
    const source = memorySource(9);
    const dataset = new HpaDataset(source);
    const expected = await dataset.statistics({ concurrency: 1 });
    expect(await dataset.augmented(flip()).statistics({ concurrency: 5 })).toEqual(expected);
    expect(source.loads).toEqual(new Array(9).fill(1));
    expect((await dataset.subset([2, 5]).statistics()).images).toBe(2);
    expect(expected.classes).toEqual(source.classes);
  });

  it('stand still where floats are far from zero, and clamp percentiles beyond the bins', async () => {
    const data = Float32Array.from({ length: 1000 }, (_, i) => 4096 + (i % 2) / 2048);
    const size = { width: 1000, height: 1, channels: 1 };
    const {
      mean,
      std,
      percentiles: cuts,
    } = await new HpaDataset(sourceOf([data], size)).statistics({ percentiles: [0, 100] });
    expect(mean[0]).toBeCloseTo(4096 + 1 / 4096, 9);
    expect(std[0]).toBeCloseTo(1 / 4096, 9);
    for (const { values } of cuts) expect(values).toEqual([4096 + 1 / 2048]);
  });

  it('refuse pixels that are no numbers, naming sample and channel', async () => {
    const bad = new Float32Array(90);
    bad[31] = NaN;
    await expect(new HpaDataset(sourceOf([new Float32Array(90), bad])).statistics()).rejects.toMatchObject({
      code: 'pixel-invalid',
      sample: 's1',
      channel: 'c1',
    });
  });

  it('leave out skipped samples, their labels too, and report them', async () => {
    const labels = Uint8Array.of(1, 0, 1, 1, 0, 1);
    const images = imagesOf('uint8');
    const source = sourceOf(images, undefined, labels);
    const broken: ImageSource = {
      ...source,
      load: (i) =>
        i === 1 ? Promise.reject(new HpaError('png-truncated', 'It ends early')) : source.load(i),
    };
    const statistics = await new HpaDataset(broken, { onBroken: 'skip' }).statistics();
    expect(statistics).toMatchObject({ images: 2, skipped: ['s1'] });
    expect(statistics.labels).toMatchObject({
      samples: 2,
      counts: [1, 1],
      coOccurrence: [
        [1, 0],
        [0, 1],
      ],
    });
    expect(statistics.mean).toEqual(
      (await new HpaDataset(sourceOf([images[0]!, images[2]!])).statistics()).mean,
    );
    await expect(new HpaDataset(broken).statistics()).rejects.toMatchObject({ code: 'png-truncated' });
    await expect(new HpaDataset(broken, { onBroken: 'skip' }).subset([1]).statistics()).rejects.toMatchObject(
      {
        code: 'file-unreadable',
      },
    );
  });

  it('report progress and stop when aborted, also where all images are cached', async () => {
    const dataset = new HpaDataset(memorySource(80));
    const reports: Progress[] = [];
    await dataset.statistics({ onProgress: (progress) => reports.push(progress) });
    expect(reports).toHaveLength(81);
    expect(reports[39]).toMatchObject({ phase: 'statistics', done: 40, total: 80, ended: false });
    expect(reports.at(-1)).toMatchObject({ done: 80, ended: true });
    const controller = new AbortController();
    setImmediate(() => {
      controller.abort();
    });
    await expect(dataset.statistics({ signal: controller.signal })).rejects.toMatchObject({
      code: 'aborted',
    });
  });

  it('say what is wrong with their options', async () => {
    const dataset = new HpaDataset(memorySource(2));
    await expect(dataset.statistics({ percentiles: [50, 101] })).rejects.toThrow(
      'percentiles must be from 0 to 100. Received 101.',
    );
    await expect(dataset.statistics({ concurrency: 0 })).rejects.toThrow(/concurrency must be/);
    await expect(dataset.subset([]).statistics()).rejects.toThrow('The dataset is empty.');
  });
});

describe('labelStatistics', () => {
  it('agrees with counting by hand', () => {
    const labels = Uint8Array.of(1, 1, 0, 0, 0, 0, 1, 1, 1, 1, 0, 0);
    expect(labelStatistics(labels, 3)).toEqual({
      samples: 4,
      counts: [3, 2, 1],
      cardinality: 1.5,
      samplesByLabelCount: [1, 1, 1, 1],
      coOccurrence: [
        [3, 2, 1],
        [2, 2, 1],
        [1, 1, 1],
      ],
    });
    expect(labelStatistics([], 2)).toMatchObject({ samples: 0, counts: [0, 0], cardinality: 0 });
  });

  it('is the product of the transposed labels with the labels', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.boolean(), fc.boolean(), fc.boolean(), fc.boolean())), (rows) => {
        const { coOccurrence, counts, samplesByLabelCount, cardinality } = labelStatistics(
          Uint8Array.from(rows.flat(), Number),
          4,
        );
        for (let a = 0; a < 4; a++)
          for (let b = 0; b < 4; b++)
            expect(coOccurrence[a]![b]).toBe(rows.filter((row) => row[a] && row[b]).length);
        const labels = counts.reduce((x, y) => x + y, 0);
        expect(samplesByLabelCount.reduce((sum, n) => sum + n, 0)).toBe(rows.length);
        expect(samplesByLabelCount.reduce((sum, n, held) => sum + n * held, 0)).toBe(labels);
        expect(cardinality).toBe(rows.length === 0 ? 0 : labels / rows.length);
      }),
      { seed: 1 },
    );
  });

  it('refuses labels that are not whole rows', () => {
    expect(() => labelStatistics(new Uint8Array(5), 2)).toThrow(/rows of 2 classes/);
    expect(() => labelStatistics(new Uint8Array(5), 0)).toThrow(/numClasses must be/);
  });
});
