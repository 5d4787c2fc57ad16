/** Samples that come one by one, as to a server, predicted together: a network takes a batch in less time than its images alone. */
import { HpaError, throwIfAborted } from '../errors';
import type { CellImage } from '../image/cell-image';
import { yieldToEventLoop } from '../progress';
import { checkPositiveInteger } from '../scores/checks';
import type { Prediction } from './predictor/prediction';
import type { PredictOneOptions, Predictor } from './predictor/predictor';
import type { SampleInput } from './predictor/sample-input';
import { countViews } from './test-time';

/** Options of `batchQueue`. */
export interface BatchQueueOptions {
  /** Images that go through the network at a time, all views counted. @default 16 */
  maxBatch?: number | undefined;
  /** Milliseconds that a sample waits at most for others that are still being read. @default 10 */
  maxWaitMs?: number | undefined;
  /** Samples under way at most: being read, waiting or in the network. @default 256 */
  maxQueued?: number | undefined;
}

/** Predicts in batches what many callers ask for. */
export interface BatchQueue {
  /**
   * As the predictor's own `predict` of one sample.
   *
   * @param input - a sample, or what gets one; that is called when there is room, and counts as under way
   * @throws HpaError `queue-full`, at once; `aborted`, also while it waits; and what the predictor's `predict` throws.
   *   A sample that can't be read or scored fails alone
   */
  predict(
    input: SampleInput | (() => Promise<SampleInput>),
    options?: PredictOneOptions,
  ): Promise<Prediction>;
  /** Samples under way. */
  readonly queued: number;
  /** Samples that may be under way. */
  readonly maxQueued: number;
  /** Takes no more samples, and resolves when none is under way. The predictor stays the caller's. */
  close(): Promise<void>;
}

/** A sample that is read. */
interface Waiting {
  id: string;
  image: CellImage;
  /** When it must wait no longer, as `performance.now` has it. */
  deadline: number;
  resolve: (prediction: Prediction) => void;
  reject: (error: Error) => void;
}

/**
 * A queue that makes batches of samples that come close together. A batch starts when it's full, when no other sample
 * is being read, or when one has waited `maxWaitMs`; while it's computed the next one gathers.
 *
 * @throws RangeError for options that can't be
 * @example
 * const queue = batchQueue(predictor, { maxBatch: 16, maxQueued: 200 });
 * const { labels } = await queue.predict({ red, green, blue, yellow }, { id: 'a', signal, decoder });
 */
export function batchQueue(predictor: Predictor, options: BatchQueueOptions = {}): BatchQueue {
  const { maxBatch = 16, maxWaitMs = 10, maxQueued = 256 } = options;
  checkPositiveInteger('maxBatch', maxBatch);
  checkPositiveInteger('maxQueued', maxQueued);
  // What timers can wait; beyond it they don't wait at all.
  if (!(maxWaitMs >= 0 && maxWaitMs < 2 ** 31))
    throw new RangeError(`maxWaitMs must be from 0 to 2147483647. Received ${maxWaitMs}`);
  const batchSize = Math.max(1, Math.floor(maxBatch / countViews(predictor.testTime)));
  const waiting: Waiting[] = [];
  let queued = 0;
  let reading = 0;
  let scoring = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let whenIdle: (() => void) | undefined;
  let closed: Promise<void> | undefined;

  const settle = () => {
    if (queued === 0 && !scoring) whenIdle?.();
  };

  const scoreNextWhenDue = () => {
    clearTimeout(timer);
    const [first] = waiting;
    if (scoring || !first) return;
    const ms = first.deadline - performance.now();
    if (waiting.length < batchSize && reading > 0 && ms > 0) timer = setTimeout(scoreNextWhenDue, ms);
    else void scoreNext();
  };

  const scoreNext = async () => {
    scoring = true;
    // Answers leave and samples arrive between batches: some engines compute without ever yielding.
    await yieldToEventLoop();
    await score(predictor, waiting.splice(0, batchSize));
    scoring = false;
    scoreNextWhenDue();
    settle();
  };

  const wait = (id: string, image: CellImage, signal: AbortSignal | undefined): Promise<Prediction> =>
    new Promise((resolve, reject) => {
      const leave = () => {
        const index = waiting.indexOf(entry);
        if (index >= 0) waiting.splice(index, 1);
        reject(new HpaError('aborted', 'Predicting was aborted', { sample: id, cause: signal?.reason }));
      };
      const stay = () => signal?.removeEventListener('abort', leave);
      const entry: Waiting = {
        id,
        image,
        deadline: performance.now() + maxWaitMs,
        resolve(prediction) {
          stay();
          resolve(prediction);
        },
        reject(error) {
          stay();
          reject(error);
        },
      };
      signal?.addEventListener('abort', leave, { once: true });
      waiting.push(entry);
    });

  return {
    async predict(input, read = {}) {
      const { id = '0', signal } = read;
      if (closed) throw new Error('The queue is closed. Make another with batchQueue().');
      if (queued >= maxQueued)
        throw new HpaError(
          'queue-full',
          `${queued} samples are under way, as many as may be. Try again later`,
          {
            sample: id,
          },
        );
      queued++;
      try {
        reading++;
        let prediction: Promise<Prediction>;
        try {
          throwIfAborted(signal, 'Predicting');
          const sample = typeof input === 'function' ? await input() : input;
          const image = await predictor.read(sample, read);
          throwIfAborted(signal, 'Predicting');
          prediction = wait(id, image, signal);
        } finally {
          reading--;
          scoreNextWhenDue();
        }
        return await prediction;
      } finally {
        queued--;
        settle();
      }
    },
    get queued() {
      return queued;
    },
    maxQueued,
    close() {
      closed ??= new Promise((resolve) => {
        whenIdle = resolve;
        settle();
      });
      return closed;
    },
  };
}

async function score(predictor: Predictor, batch: readonly Waiting[]): Promise<void> {
  if (batch.length === 0) return;
  const ids = batch.map(({ id }) => id);
  try {
    const images = batch.map(({ image }) => image);
    const predictions = predictor.decide(ids, await predictor.probabilities(images, ids));
    batch.forEach(({ resolve }, i) => {
      resolve(predictions[i]!);
    });
  } catch (error) {
    // One sample may have spoilt it, such as by pixels that are no numbers: the others shall not fail with it.
    if (batch.length === 1) batch[0]!.reject(error as Error);
    else for (const one of batch) await score(predictor, [one]);
  }
}
