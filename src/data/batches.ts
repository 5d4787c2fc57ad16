/** Batches of tensors from a dataset, in an order fixed by the seed, prepared ahead of their use. */
import type { BatchAugmentation } from '../augment/batch-augmentation';
import { requireEngine } from '../engine/require-engine';
import { throwIfAborted } from '../errors';
import { Random } from '../random';
import { assembleBatch, type Batch, type BatchSource, type PreparedSample, type Visit } from './batch';
import { checkPosition, fingerprint, type BatchPosition } from './sampling/batch-position';
import { limitConcurrency } from './limit-concurrency';
import { Sampler, type SampleOrder } from './sampling/sampler';

/** Options of a dataset's `batches`. */
export interface BatchOptions {
  /** @default 32 */
  batchSize?: number;
  /** @default 'sequential' */
  order?: SampleOrder;
  /** Seeds the order and the augmentation. @default 0 */
  seed?: number;
  /** The (first) epoch, from 0. @default 0, or that of `resumeFrom` */
  epoch?: number | undefined;
  /** Samples that an epoch visits. @default the size of the dataset, whatever the order */
  samplesPerEpoch?: number;
  /**
   * Where to go on: the `next` of the last batch that was used. The first epoch then lacks the batches
   * before it, and what comes is the same, byte for byte, as without the interruption, as long as the
   * images, the augmentation and the other settings are the same.
   */
  resumeFrom?: BatchPosition | undefined;
  /** Mixes the samples of each batch and their labels, such as `mixUp()` or `cutMix()`. @default none */
  batchAugmentation?: BatchAugmentation | undefined;
  /** Leave out the last batch when it is smaller than the others. @default false */
  dropRemainder?: boolean;
  /** Batches prepared ahead. @default 2 */
  prefetch?: number;
  /** Samples loaded at a time. @default twice the batch size, 8 at least */
  concurrency?: number;
  /** Stops the batches with an `HpaError` of code `aborted`. */
  signal?: AbortSignal | undefined;
}

/**
 * The batches of a dataset. Iterating over it gives one epoch. It is also what `model.fitDataset` takes:
 * each call of `iterator()` starts the next epoch.
 */
export class BatchStream {
  private readonly settings: Required<
    Omit<BatchOptions, 'signal' | 'resumeFrom' | 'epoch' | 'order' | 'batchAugmentation'>
  >;
  private readonly sampler: Sampler;
  private readonly signal: AbortSignal | undefined;
  private readonly batchAugmentation: BatchAugmentation | undefined;
  private readonly start: { epoch: number; batch: number };
  private nextEpoch: number;
  private fingerprint: string | undefined;

  constructor(
    private readonly dataset: BatchSource,
    options: BatchOptions,
  ) {
    const { batchSize = 32, order = 'sequential', seed = 0, samplesPerEpoch = dataset.size } = options;
    const { dropRemainder = false, prefetch = 2, signal, resumeFrom } = options;
    // While a batch is computed on, nobody starts to load the next: it must be under way before.
    const { concurrency = Math.max(8, 2 * batchSize) } = options;
    const { epoch = resumeFrom?.epoch ?? 0 } = options;
    const settings = { batchSize, seed, samplesPerEpoch, dropRemainder, prefetch, concurrency };
    for (const name of ['batchSize', 'concurrency'] as const) checkInteger(name, settings[name], 1);
    for (const name of ['samplesPerEpoch', 'prefetch'] as const) checkInteger(name, settings[name], 0);
    checkInteger('epoch', epoch, 0);
    this.settings = settings;
    this.signal = signal;
    this.batchAugmentation = options.batchAugmentation;
    this.sampler = new Sampler({
      size: dataset.size,
      order,
      seed,
      samplesPerEpoch,
      labels: () => dataset.labels,
      numClasses: dataset.classes.length,
    });
    this.start = { epoch, batch: resumeFrom?.batch ?? 0 };
    this.nextEpoch = epoch;
    if (resumeFrom) checkPosition(resumeFrom, this.position(epoch, resumeFrom.batch), this.size);
  }

  /** Batches in an epoch. */
  get size(): number {
    const { samplesPerEpoch, batchSize, dropRemainder } = this.settings;
    const samples = this.dataset.size === 0 ? 0 : samplesPerEpoch;
    return dropRemainder ? Math.floor(samples / batchSize) : Math.ceil(samples / batchSize);
  }

  /** The batches of the first epoch, or of the one that `resumeFrom` is in. */
  [Symbol.asyncIterator](): AsyncGenerator<Batch, void, undefined> {
    return this.epoch(this.start.epoch);
  }

  /** The batches of the next epoch, in the form that `model.fitDataset` takes. */
  iterator(): Promise<AsyncGenerator<Batch, void, undefined>> {
    return Promise.resolve(this.epoch(this.nextEpoch++));
  }

  /** The place before a batch of an epoch, as `resumeFrom` takes it. */
  position(epoch: number, batch = 0): BatchPosition {
    const { seed, batchSize, samplesPerEpoch, dropRemainder } = this.settings;
    const { kind: order, weights } = this.sampler;
    const { size } = this.dataset;
    // The ids are listed anew each time they are asked for.
    this.fingerprint ??= fingerprint(this.dataset.ids, weights);
    const rest = { seed, order, batchSize, samplesPerEpoch, dropRemainder, size };
    return { epoch, batch, ...rest, fingerprint: this.fingerprint };
  }

  /** The batches of the given epoch; of the first one after `resumeFrom`, those that are left. */
  async *epoch(epoch: number): AsyncGenerator<Batch, void, undefined> {
    requireEngine();
    const { batchSize, prefetch, concurrency } = this.settings;
    const { positions, occurrences } = this.sampler.visits(epoch);
    const limit = limitConcurrency(concurrency);
    const pending: Promise<PreparedSample[]>[] = [];
    let stopped = false;
    const prepare = (batch: number): Promise<PreparedSample[]> => {
      const first = batch * batchSize;
      const members = Array.from(positions.subarray(first, first + batchSize), (position, i) => {
        const visit = { position, occurrence: occurrences[first + i]! };
        return limit(() => (stopped ? { visit, image: undefined } : this.prepare(visit, epoch)));
      });
      const prepared = Promise.all(members);
      // Awaited only when its turn comes; until then a failure must not count as unhandled.
      prepared.catch(() => undefined);
      return prepared;
    };
    try {
      for (let batch = epoch === this.start.epoch ? this.start.batch : 0; batch < this.size; batch++) {
        throwIfAborted(this.signal, 'Loading batches');
        while (pending.length <= prefetch && batch + pending.length < this.size)
          pending.push(prepare(batch + pending.length));
        const prepared = await pending.shift()!;
        throwIfAborted(this.signal, 'Loading batches');
        const made = assembleBatch(this.dataset, prepared, this.mixing(epoch, batch));
        if (!made) continue;
        const next = () =>
          batch + 1 < this.size ? this.position(epoch, batch + 1) : this.position(epoch + 1);
        // Asked for seldom, and the first fingerprint takes a pass over all ids.
        yield Object.defineProperty(made, 'next', { get: next, enumerable: true }) as Batch;
      }
    } finally {
      stopped = true;
    }
  }

  private mixing(epoch: number, batch: number) {
    const { batchAugmentation: of, settings } = this;
    return of && { of, random: new Random(settings.seed, 'augment batch', epoch, batch) };
  }

  private async prepare(visit: Visit, epoch: number): Promise<PreparedSample> {
    try {
      return { visit, image: await this.dataset.visit(visit, this.settings.seed, epoch) };
    } catch (error) {
      if (this.dataset.skips(visit.position, error)) return { visit, image: undefined };
      throw error;
    }
  }
}

function checkInteger(name: string, value: number, least: number): void {
  if (!Number.isInteger(value) || value < least)
    throw new RangeError(`${name} must be an integer of at least ${least}. Received ${value}.`);
}
