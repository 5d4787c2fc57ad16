import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  HpaDataset,
  HpaError,
  type BatchOptions,
  type BatchPosition,
  type BatchStream,
  type CellImage,
  type ImageSource,
  type SampleOrder,
} from 'hpa-kit';
import { flip, rotate90 } from 'hpa-kit/augment';
import { memorySource } from './memory-source';

beforeAll(() => tf.setBackend('cpu'));

const SIZE = 11;
const weights = Array.from({ length: SIZE }, (_, i) => i % 4);
const orders: [string, SampleOrder][] = [
  ['sequential', 'sequential'],
  ['shuffled', 'shuffled'],
  ['with-replacement', 'with-replacement'],
  ['class-balanced', 'class-balanced'],
  ['class-balanced with a threshold', { kind: 'class-balanced', threshold: 0.9 }],
  ['weighted', { kind: 'weighted', weights }],
];
const images = new Map<string, CellImage>();
const make = (source: ImageSource = memorySource(SIZE), cache = images) =>
  new HpaDataset(source, { onBroken: 'skip', cache }).augmented([flip(), rotate90()]);

interface Seen {
  ids: string[];
  xs: string;
  ys: string;
  next: BatchPosition;
}

async function bytesOf(tensor: tf.Tensor): Promise<string> {
  const { buffer, byteOffset, byteLength } = await tensor.data();
  return Buffer.from(buffer, byteOffset, byteLength).toString('base64');
}

/** All batches from the stream's start to the end of `lastEpoch`, with the bytes of their tensors. */
async function collect(stream: BatchStream, firstEpoch: number, lastEpoch: number): Promise<Seen[]> {
  const seen: Seen[] = [];
  for (let epoch = firstEpoch; epoch <= lastEpoch; epoch++)
    for await (const { xs, ys, ids, next } of stream.epoch(epoch)) {
      seen.push({ ids, next, xs: await bytesOf(xs), ys: await bytesOf(ys) });
      tf.dispose([xs, ys]);
    }
  return seen;
}

/** As a checkpoint would keep it. */
const saved = (position: BatchPosition) => JSON.parse(JSON.stringify(position)) as BatchPosition;

describe('resuming from a saved position', () => {
  it.each(orders)('gives the same bytes as without the interruption: %s', async (_, order) => {
    const options: BatchOptions = { order, batchSize: 3, seed: 4, samplesPerEpoch: 8 };
    const whole = await collect(make().batches(options), 0, 2);
    expect(whole.map(({ ids }) => ids.length)).toEqual([3, 3, 2, 3, 3, 2, 3, 3, 2]);
    const speeds = [{ prefetch: 0, concurrency: 1 }, { prefetch: 4, concurrency: 3 }, {}];
    for (const [done, batch] of whole.slice(0, -1).entries()) {
      const resumeFrom = saved(batch.next);
      const stream = make().batches({ ...options, ...speeds[done % 3], resumeFrom });
      expect(await collect(stream, resumeFrom.epoch, 2)).toEqual(whole.slice(done + 1));
    }
  });

  it('goes on where the batch of a skipped sample stood', async () => {
    const source = memorySource(SIZE);
    const broken: ImageSource = {
      ...source,
      load: (index) =>
        index === 4
          ? Promise.reject(new HpaError('png-truncated', 'The file ends early'))
          : source.load(index),
    };
    const options: BatchOptions = { batchSize: 1, order: 'shuffled' };
    const cache = new Map<string, CellImage>();
    const whole = await collect(make(broken, cache).batches(options), 0, 1);
    expect(whole).toHaveLength(2 * (SIZE - 1));
    for (const [done, { next }] of whole.entries()) {
      if (next.epoch > 1) continue;
      const stream = make(broken, cache).batches({ ...options, resumeFrom: next });
      expect(await collect(stream, next.epoch, 1)).toEqual(whole.slice(done + 1));
    }
  });

  it('iterates over what is left of the epoch, and hands fitDataset the epochs after it', async () => {
    const options: BatchOptions = { batchSize: 4, order: 'shuffled', seed: 2 };
    const [first, ...rest] = await collect(make().batches(options), 0, 1);
    const ids = async (batches: AsyncIterable<{ xs: tf.Tensor; ys: tf.Tensor; ids: string[] }>) => {
      const list: string[][] = [];
      for await (const { xs, ys, ids } of batches) {
        tf.dispose([xs, ys]);
        list.push(ids);
      }
      return list;
    };
    const stream = make().batches({ ...options, resumeFrom: first!.next });
    const expected = rest.map((batch) => batch.ids);
    expect(await ids(stream)).toEqual(expected.slice(0, 2));
    expect([...(await ids(await stream.iterator())), ...(await ids(await stream.iterator()))]).toEqual(
      expected,
    );
    expect(stream.size).toBe(3);
  });

  it('names a place at an epoch’s end as the next epoch’s beginning', async () => {
    const stream = make().batches({ batchSize: 4 });
    const last = (await collect(stream, 3, 3)).at(-1)!;
    expect(last.next).toEqual(stream.position(4));
    expect(last.next).toMatchObject({ epoch: 4, batch: 0, order: 'sequential', size: SIZE, batchSize: 4 });
  });

  it('refuses other settings, naming each, and other samples or weights', () => {
    const options: BatchOptions = { batchSize: 4, seed: 1, order: 'shuffled' };
    const position = make().batches(options).position(1, 2);
    const resume =
      (changes: BatchOptions, dataset = make()) =>
      () =>
        dataset.batches({ ...options, resumeFrom: position, ...changes });
    expect(resume({})).not.toThrow();
    expect(resume({ epoch: 1 })).not.toThrow();
    expect(resume({ batchSize: 2, seed: 3 })).toThrow(
      'resumeFrom was saved with seed 1 instead of 3, batchSize 4 instead of 2. Resume with the settings that it was saved with.',
    );
    expect(resume({ order: 'sequential' })).toThrow('order shuffled instead of sequential');
    expect(resume({ samplesPerEpoch: 5 })).toThrow('samplesPerEpoch 11 instead of 5');
    expect(resume({ dropRemainder: true })).toThrow('dropRemainder false instead of true');
    expect(resume({}, make(memorySource(SIZE + 1)))).toThrow('size 11 instead of 12');
    expect(resume({}, make().subset([1, 0, 2, 3, 4, 5, 6, 7, 8, 9, 10]))).toThrow(/other samples/);
    expect(resume({ epoch: 2 })).toThrow('resumeFrom was saved with epoch 1 instead of 2.');
    expect(resume({ resumeFrom: { ...position, batch: 3 } })).toThrow('one of 3 batches. Received batch 3.');
    expect(resume({ resumeFrom: {} as BatchPosition })).toThrow(TypeError);

    const weighted = (values: number[]): BatchOptions => ({ order: { kind: 'weighted', weights: values } });
    const drawn = make().batches(weighted(weights)).position(0);
    expect(() => make().batches({ ...weighted(weights), resumeFrom: drawn })).not.toThrow();
    expect(() =>
      make().batches({ ...weighted(weights.map((weight, i) => (i === 3 ? 9 : weight))), resumeFrom: drawn }),
    ).toThrow(/weights/);
    const balanced = (threshold: number): BatchOptions => ({ order: { kind: 'class-balanced', threshold } });
    const at = make().batches(balanced(0.9)).position(0);
    expect(() => make().batches({ ...balanced(0.8), resumeFrom: at })).toThrow(/weights/);
  });
});
