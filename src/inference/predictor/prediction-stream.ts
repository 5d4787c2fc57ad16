/** Predictions of many samples, one after the other: read ahead within a bound, so that folders may be larger than memory. */
import { limitConcurrency } from '../../data/limit-concurrency';
import { isHpaError, throwIfAborted, withContext, type HpaError } from '../../errors';
import type { CellImage } from '../../image/cell-image';
import { ProgressMeter, yieldToEventLoop, type OnProgress } from '../../progress';
import { checkPositiveInteger } from '../../scores/checks';
import type { Prediction } from './prediction';

/** Options of a stream of predictions. */
export interface PredictionStreamOptions {
  /** Images that go through the network at a time, all views counted. @default 32 */
  batchSize?: number | undefined;
  /** Samples read and decoded at a time. @default 8 */
  concurrency?: number | undefined;
  /**
   * What to do with a sample that can't be read: `error` stops with its `HpaError`; `skip` goes on without it and lists
   * it in `failed`.
   *
   * @default 'skip'
   */
  onBroken?: 'error' | 'skip' | undefined;
  /** Ids of samples to leave out, such as those that are done. @default none */
  exclude?: ReadonlySet<string> | undefined;
  /** Stops with an `HpaError` of code `aborted`. */
  signal?: AbortSignal | undefined;
  /** Called after each batch. */
  onProgress?: OnProgress | undefined;
}

/** What a stream takes its samples from. */
export interface SampleList {
  readonly ids: readonly string[];
  load(index: number, signal: AbortSignal | undefined): Promise<CellImage>;
}

/** Predicts some images. */
export type PredictImages = (ids: readonly string[], images: readonly CellImage[]) => Promise<Prediction[]>;

/**
 * Predictions in the samples' order. Each iteration starts anew. Nothing is read before the first prediction is asked
 * for, and no more than a batch and `concurrency` samples ahead of whoever takes them.
 *
 * @example
 * const stream = predictor.stream(await openFolder('test'));
 * for await (const { id, labels } of stream) console.log(id, labels.join(', '));
 * for (const [id, error] of stream.failed) console.warn(id, error.message);
 */
export class PredictionStream implements AsyncIterable<Prediction> {
  /** Samples that could not be read so far, with the reasons, by id. */
  readonly failed = new Map<string, HpaError>();
  private readonly batchSize: number;
  private readonly concurrency: number;

  /** @throws RangeError for a batch size or concurrency that is no positive integer */
  constructor(
    private readonly samples: SampleList,
    private readonly predict: PredictImages,
    /** Images that go through the network for each sample. */
    viewsPerSample: number,
    private readonly options: PredictionStreamOptions,
  ) {
    const { batchSize = 32, concurrency = 8 } = options;
    checkPositiveInteger('batchSize', batchSize);
    checkPositiveInteger('concurrency', concurrency);
    this.batchSize = Math.max(1, Math.floor(batchSize / viewsPerSample));
    this.concurrency = concurrency;
  }

  /** The predictions, in order. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Prediction, void, undefined> {
    const { samples, batchSize, concurrency, failed } = this;
    const { signal, onProgress, exclude } = this.options;
    const todo = Array.from(samples.ids.keys()).filter((index) => !exclude?.has(samples.ids[index]!));
    const done = samples.ids.length - todo.length;
    const meter = new ProgressMeter('predict', samples.ids.length, onProgress, {}, done);
    const limit = limitConcurrency(concurrency);
    const pending: Promise<CellImage | HpaError>[] = [];
    let stopped = false;
    let next = 0;
    failed.clear();
    const readAhead = () => {
      for (; pending.length < batchSize + concurrency && next < todo.length; next++) {
        const index = todo[next]!;
        const image = limit(() => (stopped ? Promise.reject(new Error('stopped')) : this.load(index)));
        // Awaited only when its turn comes; until then a failure must not count as unhandled.
        image.catch(() => undefined);
        pending.push(image);
      }
    };
    try {
      for (let first = 0; first < todo.length; first += batchSize) {
        throwIfAborted(signal, 'Predicting');
        readAhead();
        const batch = todo.slice(first, first + batchSize);
        // The images are in no variable here: whoever takes predictions slowly would have them held.
        yield* await this.predictLoaded(batch, Promise.all(pending.splice(0, batch.length)), readAhead);
        meter.add(batch.length);
        await yieldToEventLoop();
      }
    } finally {
      stopped = true;
      meter.end();
    }
  }

  private async predictLoaded(
    batch: readonly number[],
    loading: Promise<(CellImage | HpaError)[]>,
    readAhead: () => void,
  ): Promise<Prediction[]> {
    const loaded = await loading;
    throwIfAborted(this.options.signal, 'Predicting');
    // While the network computes, the next images are on their way.
    readAhead();
    const ids: string[] = [];
    const images: CellImage[] = [];
    loaded.forEach((image, i) => {
      const id = this.samples.ids[batch[i]!]!;
      if (isHpaError(image)) this.failed.set(id, image);
      else {
        ids.push(id);
        images.push(image);
      }
    });
    return images.length > 0 ? this.predict(ids, images) : [];
  }

  private async load(index: number): Promise<CellImage | HpaError> {
    const { signal, onBroken = 'skip' } = this.options;
    try {
      return await this.samples.load(index, signal);
    } catch (error) {
      const named = withContext(error, { sample: this.samples.ids[index]! });
      if (onBroken === 'skip' && isHpaError(named) && named.code !== 'aborted') return named;
      throw named;
    }
  }
}
