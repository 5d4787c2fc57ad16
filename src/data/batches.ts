/** Batches of tensors from a dataset, in an order fixed by the seed, prepared ahead of their use. */
import * as tf from '@tensorflow/tfjs-core';
import { requireEngine } from '../engine/require-engine';
import { HpaError, throwIfAborted } from '../errors';
import type { CellImage } from '../image/cell-image';
import { normalizeInto, type Normalization } from '../image/normalize';
import { epochVisits, SAMPLE_ORDERS, type SampleOrder, type Visit } from './sampler';

export interface BatchOptions {
  /** @default 32 */
  batchSize?: number;
  /** @default 'sequential' */
  order?: SampleOrder;
  /** Seeds the order and the augmentation. @default 0 */
  seed?: number;
  /** The (first) epoch, from 0. @default 0 */
  epoch?: number;
  /** Samples that an epoch visits. @default the size of the dataset */
  samplesPerEpoch?: number;
  /** Leave out the last batch when it is smaller than the others. @default false */
  dropRemainder?: boolean;
  /** Batches prepared ahead. @default 2 */
  prefetch?: number;
  /** Samples loaded at a time. @default 8 */
  concurrency?: number;
  /** Stops the batches with an `HpaError` of code `aborted`. */
  signal?: AbortSignal | undefined;
}

/** Owned by whoever receives it: dispose of `xs` and `ys`. */
export interface Batch {
  /** Images, float32 `[batch, height, width, channels]`, normalised. */
  xs: tf.Tensor4D;
  /** Multi-hot labels, float32 `[batch, classes]`; zeros when the source has no labels. */
  ys: tf.Tensor2D;
  ids: string[];
  /** Positions in the dataset. */
  positions: number[];
}

/** What batches are made of: a dataset. */
export interface BatchSource {
  readonly size: number;
  readonly classes: readonly string[];
  readonly normalization: Normalization;
  idAt(position: number): string;
  labelsAt(position: number): Uint8Array | undefined;
  visit(visit: Visit, seed: number, epoch: number): Promise<CellImage>;
  skips(position: number, error: unknown): boolean;
}

/** A sample on its way into a batch; `image` is undefined when it was skipped. */
interface Prepared {
  visit: Visit;
  image: CellImage | undefined;
}

/**
 * The batches of a dataset. Iterating over it gives one epoch. It is also what `model.fitDataset` takes:
 * each call of `iterator()` starts the next epoch.
 */
export class BatchStream {
  private readonly settings: Required<Omit<BatchOptions, 'signal'>>;
  private readonly signal: AbortSignal | undefined;
  private nextEpoch: number;

  constructor(
    private readonly dataset: BatchSource,
    options: BatchOptions,
  ) {
    const {
      batchSize = 32,
      order = 'sequential',
      seed = 0,
      epoch = 0,
      samplesPerEpoch = dataset.size,
    } = options;
    const { dropRemainder = false, prefetch = 2, concurrency = 8, signal } = options;
    const settings = { batchSize, order, seed, epoch, samplesPerEpoch, dropRemainder, prefetch, concurrency };
    for (const name of ['batchSize', 'concurrency'] as const) checkInteger(name, settings[name], 1);
    for (const name of ['samplesPerEpoch', 'epoch', 'prefetch'] as const)
      checkInteger(name, settings[name], 0);
    if (!SAMPLE_ORDERS.includes(settings.order))
      throw new RangeError(`order must be ${SAMPLE_ORDERS.join(', ')}. Received ${settings.order}.`);
    this.settings = settings;
    this.signal = signal;
    this.nextEpoch = settings.epoch;
  }

  /** Batches in an epoch. */
  get size(): number {
    const { samplesPerEpoch, batchSize, dropRemainder } = this.settings;
    const samples = this.dataset.size === 0 ? 0 : samplesPerEpoch;
    return dropRemainder ? Math.floor(samples / batchSize) : Math.ceil(samples / batchSize);
  }

  [Symbol.asyncIterator](): AsyncGenerator<Batch, void, undefined> {
    return this.epoch(this.settings.epoch);
  }

  /** The batches of the next epoch, in the form that `model.fitDataset` takes. */
  iterator(): Promise<AsyncGenerator<Batch, void, undefined>> {
    return Promise.resolve(this.epoch(this.nextEpoch++));
  }

  /** The batches of the given epoch. */
  async *epoch(epoch: number): AsyncGenerator<Batch, void, undefined> {
    requireEngine();
    const { batchSize, prefetch, concurrency } = this.settings;
    const visits = epochVisits({ ...this.settings, size: this.dataset.size, epoch });
    const limit = limiter(concurrency);
    const pending: Promise<Prepared[]>[] = [];
    let stopped = false;
    const prepare = (batch: number): Promise<Prepared[]> => {
      const members = visits.slice(batch * batchSize, (batch + 1) * batchSize);
      const prepared = Promise.all(
        members.map((visit) =>
          limit(() => (stopped ? { visit, image: undefined } : this.prepare(visit, epoch))),
        ),
      );
      // Awaited only when its turn comes; until then a failure must not count as unhandled.
      prepared.catch(() => undefined);
      return prepared;
    };
    try {
      for (let batch = 0; batch < this.size; batch++) {
        throwIfAborted(this.signal, 'Loading batches');
        while (pending.length <= prefetch && batch + pending.length < this.size)
          pending.push(prepare(batch + pending.length));
        const prepared = await pending.shift()!;
        throwIfAborted(this.signal, 'Loading batches');
        const made = this.assemble(prepared);
        if (made) yield made;
      }
    } finally {
      stopped = true;
    }
  }

  private async prepare(visit: Visit, epoch: number): Promise<Prepared> {
    try {
      return { visit, image: await this.dataset.visit(visit, this.settings.seed, epoch) };
    } catch (error) {
      if (this.dataset.skips(visit.position, error)) return { visit, image: undefined };
      throw error;
    }
  }

  /** Undefined when every sample of the batch was skipped. */
  private assemble(prepared: readonly Prepared[]): Batch | undefined {
    const present = prepared.filter(
      (item): item is Prepared & { image: CellImage } => item.image !== undefined,
    );
    const first = present[0];
    if (!first) return undefined;
    const { width, height, channels } = first.image;
    const { normalization } = this.dataset;
    const numClasses = this.dataset.classes.length;
    const pixels = new Float32Array(present.length * width * height * channels);
    const labels = new Float32Array(present.length * numClasses);
    const ids: string[] = [];
    present.forEach(({ visit, image }, row) => {
      const id = this.dataset.idAt(visit.position);
      if (image.width !== width || image.height !== height)
        throw new HpaError(
          'image-shape',
          `Images of one batch must have one size; this is ${image.width}×${image.height}, the first is ${width}×${height}. ` +
            'Set imageSize, and keep odd quarter turns for square images',
          { sample: id },
        );
      normalizeInto(image, normalization, pixels, row * width * height * channels);
      const own = this.dataset.labelsAt(visit.position);
      if (own) labels.set(own, row * numClasses);
      ids.push(id);
    });
    return {
      xs: tf.tensor4d(pixels, [present.length, height, width, channels]),
      ys: tf.tensor2d(labels, [present.length, numClasses]),
      ids,
      positions: present.map(({ visit }) => visit.position),
    };
  }
}

/** Runs at most `limit` tasks at a time, in the order in which they come. */
function limiter(limit: number): <T>(task: () => T | Promise<T>) => Promise<T> {
  let free = limit;
  const waiting: (() => void)[] = [];
  return async (task) => {
    if (free > 0) free--;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await task();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else free++;
    }
  };
}

function checkInteger(name: string, value: number, least: number): void {
  if (!Number.isInteger(value) || value < least)
    throw new RangeError(`${name} must be an integer of at least ${least}. Received ${value}.`);
}
