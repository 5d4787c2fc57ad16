import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { HpaDataset, HpaError, Random, type BatchOptions, type CellImage, type ImageSource } from 'hpa-kit';
import { augmentBatch, flip, mixUp, rotate90 } from 'hpa-kit/augment';
import { memorySource } from './memory-source';

beforeAll(() => tf.setBackend('cpu'));

interface PlainBatch {
  ids: string[];
  xs: number[];
  ys: number[];
  shape: number[];
}

async function collect(dataset: HpaDataset, options: BatchOptions = {}): Promise<PlainBatch[]> {
  const batches: PlainBatch[] = [];
  for await (const { xs, ys, ids } of dataset.batches(options)) {
    batches.push({ ids, xs: Array.from(await xs.data()), ys: Array.from(await ys.data()), shape: xs.shape });
    tf.dispose([xs, ys]);
  }
  return batches;
}

describe('batches', () => {
  it('hold each sample once, pixels on the 0–1 scale in the rows of their labels', async () => {
    const source = memorySource(10);
    const batches = await collect(new HpaDataset(source), { batchSize: 4 });
    expect(batches.map(({ shape }) => shape)).toEqual([
      [4, 8, 8, 4],
      [4, 8, 8, 4],
      [2, 8, 8, 4],
    ]);
    expect(batches.flatMap(({ ids }) => ids)).toEqual(source.ids);
    expect(batches.flatMap(({ ys }) => ys)).toEqual(Array.from(source.labels!));
    const pixels = await Promise.all(source.ids.map((_, i) => source.load(i)));
    batches
      .flatMap(({ xs }) => xs)
      .forEach((x, i) => {
        expect(x).toBeCloseTo(pixels[Math.floor(i / 256)]!.data[i % 256]! / 255, 6);
      });
  });

  it('are the same whatever is prefetched, cached or loaded at once', async () => {
    const options: BatchOptions = { batchSize: 3, order: 'shuffled', seed: 5, epoch: 2, samplesPerEpoch: 17 };
    const make = (cache: false | { maxBytes: number }) =>
      new HpaDataset(memorySource(10), { cache, imageSize: 5 }).augmented([flip(), rotate90()]);
    const expected = await collect(make(false), { ...options, prefetch: 0, concurrency: 1 });
    for (const maxBytes of [150, 400, 1e6])
      for (const [prefetch, concurrency] of [
        [0, 8],
        [1, 2],
        [5, 3],
      ] as const)
        expect(await collect(make({ maxBytes }), { ...options, prefetch, concurrency })).toEqual(expected);
    expect(await collect(make(false), { ...options, epoch: 3 })).not.toEqual(expected);
    expect(await collect(make(false), { ...options, seed: 6 })).not.toEqual(expected);
  });

  it('puts samples that are cached and samples that are not in the right rows', async () => {
    const source = memorySource(6);
    const dataset = new HpaDataset(source, { cache: { maxBytes: 1e6 } });
    const [cold] = await collect(dataset.subset([1, 3]), { batchSize: 2 });
    const [mixed] = await collect(dataset, { batchSize: 6 });
    expect(source.loads).toEqual([1, 1, 1, 1, 1, 1]);
    expect(mixed!.xs.slice(256, 512)).toEqual(cold!.xs.slice(0, 256));
    expect(mixed!.xs.slice(768, 1024)).toEqual(cold!.xs.slice(256));
    expect([mixed]).toEqual(
      await collect(new HpaDataset(memorySource(6), { cache: false }), { batchSize: 6 }),
    );
  });

  it('draws the augmentation afresh in each epoch and for each repetition in an epoch', async () => {
    const dataset = new HpaDataset(memorySource(1)).augmented([flip(), rotate90()]);
    const options: BatchOptions = { order: 'with-replacement', samplesPerEpoch: 40, batchSize: 40 };
    const [batch] = await collect(dataset, options);
    const views = new Set(
      Array.from({ length: 40 }, (_, i) => batch!.xs.slice(i * 256, (i + 1) * 256).join()),
    );
    expect(views.size).toBe(8);
  });

  it('centre and scale by the given mean and standard deviation', async () => {
    const normalization = { mean: [0.1, 0.2, 0.3, 0.4], std: [1, 2, 4, 8] };
    const source = memorySource(1);
    const [batch] = await collect(new HpaDataset(source, { normalization }));
    const { data } = await source.load(0);
    for (let c = 0; c < 4; c++)
      expect(batch!.xs[c]).toBeCloseTo((data[c]! / 255 - normalization.mean[c]!) / normalization.std[c]!, 6);
  });

  it('mixes samples and labels of a batch by the seed, the epoch and the batch', async () => {
    const dataset = new HpaDataset(memorySource(12));
    const batchAugmentation = mixUp({ alpha: 1 });
    const options: BatchOptions = { batchSize: 4, seed: 3, epoch: 1 };
    const plain = await collect(dataset, options);
    const mixed = await collect(dataset, { ...options, batchAugmentation });
    mixed.forEach(({ xs, ys, ids }, batch) => {
      expect(ids).toEqual(plain[batch]!.ids);
      const pixels = Float32Array.from(plain[batch]!.xs);
      const labels = Float32Array.from(plain[batch]!.ys);
      const shape = { batch: 4, height: 8, width: 8, channels: 4, classes: 3 };
      augmentBatch(batchAugmentation, pixels, labels, shape, new Random(3, 'augment batch', 1, batch));
      expect(xs).toEqual(Array.from(pixels));
      expect(ys).toEqual(Array.from(labels));
    });
    expect(mixed.map(({ ys }) => ys)).not.toEqual(plain.map(({ ys }) => ys));
    expect(await collect(dataset, { ...options, batchAugmentation, prefetch: 0 })).toEqual(mixed);
    expect(await collect(dataset, { ...options, batchAugmentation, seed: 4 })).not.toEqual(mixed);
  });

  it('drops the remainder on request, and counts what it yields', async () => {
    const dataset = new HpaDataset(memorySource(10));
    expect(dataset.batches({ batchSize: 4 }).size).toBe(3);
    expect(dataset.batches({ batchSize: 4, dropRemainder: true }).size).toBe(2);
    expect(await collect(dataset, { batchSize: 4, dropRemainder: true })).toHaveLength(2);
    expect(await collect(dataset.subset([]))).toEqual([]);
  });

  it('trains a model through fitDataset, with a new order each epoch, and leaks no tensor', async () => {
    const source = memorySource(12);
    const dataset = new HpaDataset(source);
    const model = tfl.sequential({
      layers: [
        tfl.layers.flatten({ inputShape: [8, 8, 4] }),
        tfl.layers.dense({ units: 3, activation: 'sigmoid' }),
      ],
    });
    model.compile({ optimizer: 'sgd', loss: 'binaryCrossentropy' });
    const stream = dataset.batches({ batchSize: 5, order: 'shuffled' });
    const tensors = tf.memory().numTensors;
    // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- its shape is all that tfjs uses
    const { epoch } = await model.fitDataset(stream, { epochs: 3 });
    expect(epoch).toEqual([0, 1, 2]);
    expect(tf.memory().numTensors).toBe(tensors);
    const orders = await Promise.all(
      [0, 1].map(async (e) =>
        (await collect(dataset, { order: 'shuffled', epoch: e })).flatMap(({ ids }) => ids),
      ),
    );
    expect(orders[0]).not.toEqual(orders[1]);
    model.dispose();
  });

  it('stop when aborted, leaving no tensor and loading nothing more', async () => {
    const source = memorySource(40);
    const controller = new AbortController();
    const tensors = tf.memory().numTensors;
    const run = async () => {
      for await (const { xs, ys } of new HpaDataset(source).batches({
        batchSize: 2,
        signal: controller.signal,
      })) {
        tf.dispose([xs, ys]);
        controller.abort();
      }
    };
    await expect(run()).rejects.toMatchObject({ name: 'HpaError', code: 'aborted' });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(source.loads.reduce((a, b) => a + b)).toBeLessThan(12);
    expect(tf.memory().numTensors).toBe(tensors);
  });

  it('never load more samples at a time than asked', async () => {
    const source = memorySource(30);
    let [now, most] = [0, 0];
    const counting: ImageSource = {
      ...source,
      async load(index) {
        most = Math.max(most, ++now);
        try {
          return await source.load(index);
        } finally {
          now--;
        }
      },
    };
    await collect(new HpaDataset(counting, { cache: false }), { batchSize: 10, concurrency: 3, prefetch: 3 });
    expect(most).toBe(3);
  });
});

describe('cache', () => {
  it('never holds more than maxBytes, and a hit equals a miss byte for byte', async () => {
    const imageBytes = 5 * 5 * 4;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 60 }),
        fc.integer({ min: 1, max: 12 * imageBytes }),
        async (visits, maxBytes) => {
          const dataset = new HpaDataset(memorySource(10), { imageSize: 5, cache: { maxBytes } });
          const plain = new HpaDataset(memorySource(10), { imageSize: 5, cache: false });
          for (const position of visits) {
            expect((await dataset.image(position)).data).toEqual((await plain.image(position)).data);
            const { bytes, entries } = dataset.cacheStats;
            expect(bytes).toBeLessThanOrEqual(maxBytes);
            expect(bytes).toBe(entries! * imageBytes);
          }
          const { hits, misses } = dataset.cacheStats;
          expect(hits + misses).toBe(visits.length);
        },
      ),
      { seed: 1, numRuns: 20 },
    );
  });

  it('hands out copies only', async () => {
    const dataset = new HpaDataset(memorySource(1));
    const first = await dataset.image(0);
    const pristine = first.data.slice();
    first.data.fill(0);
    expect((await dataset.image(0)).data).toEqual(pristine);
    const vandal = {
      name: 'vandal',
      sample: () => null,
      apply: (image: CellImage) => {
        image.data.fill(0);
        return image;
      },
    };
    await collect(dataset.augmented(vandal));
    expect((await dataset.image(0)).data).toEqual(pristine);
  });

  it('does not keep what the source gave it: the source may change that', async () => {
    const data = new Uint8Array(4).fill(9);
    const source: ImageSource = {
      ...memorySource(1),
      load: () => Promise.resolve({ width: 1, height: 1, channels: 4, data }),
    };
    const dataset = new HpaDataset(source);
    await dataset.image(0);
    data.fill(0);
    expect((await dataset.image(0)).data).toEqual(new Uint8Array(4).fill(9));
  });

  it('is shared by splits and augmented views, and loads a sample once when two ask at once', async () => {
    const source = memorySource(10);
    const all = new HpaDataset(source);
    const { train, valid } = all.split({ valid: 0.3 });
    await Promise.all([collect(train), collect(train.augmented(flip())), collect(valid), collect(all)]);
    expect(source.loads).toEqual(new Array(10).fill(1));
    expect(all.cacheStats).toMatchObject({ misses: 10, hits: 17, entries: 10, bytes: 2560 });
    expect(train.cacheStats).toEqual(all.cacheStats);
  });

  it('may be a plain Map', async () => {
    const cache = new Map<string, CellImage>();
    const source = memorySource(3);
    const dataset = new HpaDataset(source, { cache });
    await collect(dataset);
    await collect(dataset);
    expect(cache.size).toBe(3);
    expect(source.loads).toEqual([1, 1, 1]);
    expect(dataset.cacheStats).toEqual({
      hits: 3,
      misses: 3,
      bytes: undefined,
      entries: undefined,
      maxBytes: undefined,
    });
  });
});

describe('broken samples', () => {
  const broken = (): ImageSource => {
    const source = memorySource(6);
    return {
      ...source,
      load: (index) =>
        index === 1 || index === 4
          ? Promise.reject(new HpaError('png-truncated', 'The file ends early', { channel: 'green' }))
          : source.load(index),
    };
  };

  it('stop with an error that names the sample', async () => {
    await expect(collect(new HpaDataset(broken()), { batchSize: 2 })).rejects.toMatchObject({
      code: 'png-truncated',
      sample: 's1',
      channel: 'green',
    });
  });

  it('are left out and reported on request, the rest in their order with their labels', async () => {
    const source = broken();
    const dataset = new HpaDataset(source, { onBroken: 'skip' });
    for (let round = 0; round < 2; round++) {
      const batches = await collect(dataset, { batchSize: 2 });
      expect(batches.map(({ ids }) => ids)).toEqual([['s0'], ['s2', 's3'], ['s5']]);
      expect(batches.flatMap(({ ys }) => ys)).toEqual(
        [0, 2, 3, 5].flatMap((i) => Array.from(source.labels!.slice(i * 3, i * 3 + 3))),
      );
    }
    expect([...dataset.skipped.keys()]).toEqual(['s1', 's4']);
    expect(dataset.skipped.get('s4')).toMatchObject({ sample: 's4', code: 'png-truncated' });
    expect(await collect(dataset.subset([1, 4]))).toEqual([]);
  });

  it('never hides a mistake in the code', async () => {
    const source = { ...memorySource(2), load: () => Promise.reject(new TypeError('a bug')) };
    await expect(collect(new HpaDataset(source, { onBroken: 'skip' }))).rejects.toThrow('a bug');
  });
});

describe('views', () => {
  it('split without losing or repeating a sample, and keep labels with ids', () => {
    const source = memorySource(50);
    const { train, valid, test } = new HpaDataset(source).split({ valid: 0.2, test: 0.2, seed: 3 });
    expect([...train.ids, ...valid.ids, ...test.ids].sort()).toEqual([...source.ids].sort());
    expect([train.size, valid.size, test.size]).toEqual([30, 10, 10]);
    for (const part of [train, valid, test])
      part.ids.forEach((id, i) => {
        const index = source.ids.indexOf(id);
        expect(part.labels!.slice(i * 3, i * 3 + 3)).toEqual(source.labels!.slice(index * 3, index * 3 + 3));
        expect(part.labelsAt(i)).toEqual(source.labels!.slice(index * 3, index * 3 + 3));
      });
  });

  it('keeps the groups of the source on one side unless told otherwise', () => {
    const source = { ...memorySource(40), groups: Array.from({ length: 40 }, (_, i) => `g${i % 4}`) };
    const all = new HpaDataset(source);
    const groupsOf = (part: HpaDataset) => new Set(part.ids.map((id) => Number(id.slice(1)) % 4));
    const { train, valid } = all.split({ valid: 0.25 });
    expect([groupsOf(train).size, groupsOf(valid).size]).toEqual([3, 1]);
    expect(groupsOf(all.split({ valid: 0.25, keepGroups: false }).valid).size).toBeGreaterThan(1);
  });

  it('fold into k pairs: each sample validates once and trains otherwise, groups and images kept whole', async () => {
    const source = { ...memorySource(30), groups: Array.from({ length: 30 }, (_, i) => `g${i % 10}`) };
    const all = new HpaDataset(source).subset(Array.from({ length: 30 }, (_, i) => 29 - i));
    const folds = all.kFold({ k: 3, seed: 2 });
    expect(folds).toHaveLength(3);
    expect(folds.flatMap(({ valid }) => valid.ids).sort()).toEqual([...source.ids].sort());
    const groupsOf = (part: HpaDataset) => part.ids.map((id) => Number(id.slice(1)) % 10);
    for (const { train, valid } of folds) {
      expect([...train.ids, ...valid.ids].sort()).toEqual([...source.ids].sort());
      expect(valid.size).toBeGreaterThanOrEqual(9);
      expect(groupsOf(valid).filter((group) => groupsOf(train).includes(group))).toEqual([]);
      const index = source.ids.indexOf(valid.ids[0]!);
      expect(valid.labelsAt(0)).toEqual(source.labels!.slice(index * 3, index * 3 + 3));
      expect((await valid.image(0)).data).toEqual((await source.load(index)).data);
    }
    expect(() => all.kFold({ k: 11 })).toThrow('k must be at most the number of groups, 10. Received 11.');
    expect(all.kFold({ k: 11, keepGroups: false })).toHaveLength(11);
  });

  it('balance classes by their own labels, and refuse to without labels', async () => {
    const { labels, ...unlabelled } = memorySource(60);
    // Class 0 is rare among the first half only.
    const rare = labels!.map((label, i) => (i % 3 !== 0 ? label : Number(i === 12 || i >= 90)));
    const half = new HpaDataset({ ...unlabelled, labels: rare }).subset(Array(30).keys());
    const options: BatchOptions = { order: { kind: 'class-balanced', threshold: 0.5 }, samplesPerEpoch: 300 };
    const ids = (await collect(half, options)).flatMap((batch) => batch.ids);
    // Of 30 samples one has it: √(0.5 · 30 / 1) = 3.9 visits a round, and rounds are at least 30 visits long.
    const visits = ids.filter((id) => id === 's4').length;
    expect(visits).toBeGreaterThan(20);
    expect(visits).toBeLessThan(40);
    expect(() => new HpaDataset(unlabelled).batches({ order: 'class-balanced' })).toThrow(
      'order class-balanced needs labels. The source has none.',
    );
  });

  it('say what is wrong with their options', () => {
    const source = memorySource(3);
    expect(() => new HpaDataset(source, { imageSize: -1 })).toThrow(
      'imageSize must be a positive integer or [height, width]. Received -1.',
    );
    expect(() => new HpaDataset(source, { cache: { maxBytes: 0 } })).toThrow(RangeError);
    expect(() => new HpaDataset(source, { normalization: { mean: [1, 2] } })).toThrow(RangeError);
    expect(() => new HpaDataset({ ...source, labels: new Uint8Array(2) })).toThrow(/labels of memory/);
    const dataset = new HpaDataset(source);
    expect(() => dataset.batches({ batchSize: 0 })).toThrow(
      'batchSize must be an integer of at least 1. Received 0.',
    );
    expect(() => dataset.batches({ order: 'random' as 'shuffled' })).toThrow(/order must be/);
    expect(() => dataset.split({ valid: 0.7, test: 0.3 })).toThrow(/less than 1/);
    expect(() => dataset.subset([3])).toThrow(/position must be/);
  });

  it('refuse images of two sizes in one batch, with the remedy', async () => {
    const source = memorySource(2);
    const mixed: ImageSource = {
      ...source,
      load: (index) =>
        Promise.resolve({ width: 2 + index, height: 2, channels: 4, data: new Uint8Array((2 + index) * 8) }),
    };
    await expect(collect(new HpaDataset(mixed))).rejects.toMatchObject({ code: 'image-shape', sample: 's1' });
    expect(await collect(new HpaDataset(mixed, { imageSize: [4, 2] }))).toMatchObject([
      { shape: [2, 4, 2, 4] },
    ]);
  });
});
