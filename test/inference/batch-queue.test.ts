import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { encodePng, Predictor, type CellImage, type PredictorOptions, type Scorer } from 'hpa-kit';
import { batchQueue } from '../../src/inference/batch-queue';
import { failure } from '../failure';
import { flat, meanScorer } from './mean-scorer';

const SIZE = 8;

function predictorOf(scorer: Scorer, options: PredictorOptions = {}): Predictor {
  return new Predictor([scorer], { classes: ['a'], preprocessing: { channels: ['green'] }, ...options });
}

/** Comes when `after` milliseconds have passed. */
const late = (after: number, image: CellImage) => async () => {
  await pause(after);
  return image;
};

/** A scorer that waits for a word before it gives its scores. */
function heldScorer() {
  const scorer = meanScorer(SIZE);
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const held: Scorer = {
    ...scorer,
    async score(images, normalization) {
      const scores = scorer.score(images, normalization);
      await released;
      return scores;
    },
  };
  return { scorer: held, calls: scorer.calls, release };
}

describe('a batch queue', () => {
  it('predicts samples that come together in full batches, each as the predictor does', async () => {
    const scorer = meanScorer(SIZE);
    const predictor = predictorOf(scorer);
    const queue = batchQueue(predictor, { maxBatch: 16 });
    const images = Array.from({ length: 40 }, (_, i) => flat(SIZE, 6 * i));
    const predictions = await Promise.all(images.map((image, i) => queue.predict(image, { id: `s${i}` })));
    expect(scorer.calls).toEqual([16, 16, 8]);
    expect(predictions).toEqual(await predictor.predict(images, { ids: images.map((_, i) => `s${i}`) }));
    expect(queue.queued).toBe(0);
  });

  it('reads files as the predictor does, in their own size where parts of them are views', async () => {
    const scorer = meanScorer(SIZE);
    const half = { width: 32, height: 32, channels: 1, data: new Uint8Array(1024).fill(200, 512) };
    for (const testTime of [{}, { crops: { share: 0.5, places: 'corners' }, combine: 'maximum' } as const]) {
      const predictor = predictorOf(scorer, { testTime });
      const sample = { green: await encodePng(half) };
      expect(await batchQueue(predictor).predict(sample)).toEqual(await predictor.predict(sample));
    }
  });

  it('counts all views of a sample for its batches', async () => {
    const scorer = meanScorer(SIZE);
    const queue = batchQueue(predictorOf(scorer, { testTime: { views: 'dihedral' } }), { maxBatch: 20 });
    await Promise.all([1, 2, 3].map((value) => queue.predict(flat(SIZE, value))));
    expect(scorer.calls).toEqual([16, 8]);
  });

  it('waits for samples that are being read, no longer than it may, and for nothing else', async () => {
    const scorer = meanScorer(SIZE);
    const patient = batchQueue(predictorOf(scorer), { maxWaitMs: 60_000 });
    await patient.predict(flat(SIZE, 1));
    await Promise.all([patient.predict(flat(SIZE, 1)), patient.predict(late(50, flat(SIZE, 2)))]);
    expect(scorer.calls).toEqual([1, 2]);
    const unreadable = patient.predict(() => pause(50).then(() => Promise.reject(new Error('gone'))));
    await Promise.all([patient.predict(flat(SIZE, 1)), expect(unreadable).rejects.toThrow('gone')]);
    expect(scorer.calls).toEqual([1, 2, 1]);
    const hasty = batchQueue(predictorOf(scorer), { maxWaitMs: 20 });
    await Promise.all([hasty.predict(flat(SIZE, 1)), hasty.predict(late(500, flat(SIZE, 2)))]);
    expect(scorer.calls).toEqual([1, 2, 1, 1, 1]);
  });

  it('gathers the next batch while one is computed', async () => {
    const { scorer, calls, release } = heldScorer();
    const queue = batchQueue(predictorOf(scorer), { maxWaitMs: 0 });
    const first = queue.predict(flat(SIZE, 1));
    await pause(20);
    const others = [2, 3, 4].map((value) => queue.predict(flat(SIZE, value)));
    await pause(20);
    expect(calls).toEqual([1]);
    release();
    await Promise.all([first, ...others]);
    expect(calls).toEqual([1, 3]);
  });

  it('refuses samples beyond its bound before they are read, and has room again later', async () => {
    const { scorer, release } = heldScorer();
    const queue = batchQueue(predictorOf(scorer), { maxQueued: 2 });
    const taken = [queue.predict(flat(SIZE, 1)), queue.predict(late(1, flat(SIZE, 2)))];
    expect(queue.queued).toBe(2);
    let isRead = false;
    const refused = queue.predict(
      () => {
        isRead = true;
        return Promise.resolve(flat(SIZE, 3));
      },
      { id: 'third' },
    );
    expect(await failure(refused)).toMatchObject({ code: 'queue-full', sample: 'third' });
    expect(isRead).toBe(false);
    release();
    await Promise.all(taken);
    expect((await queue.predict(flat(SIZE, 255))).probabilities).toEqual({ a: 1 });
  });

  it('lets a sample go whose signal is aborted, wherever it is', async () => {
    const { scorer, calls, release } = heldScorer();
    const queue = batchQueue(predictorOf(scorer));
    const controllers = Array.from({ length: 4 }, () => new AbortController());
    const signals = controllers.map(({ signal }) => signal);
    let isRead = false;
    const computed = queue.predict(flat(SIZE, 1), { signal: signals[1] });
    await pause(20);
    expect(calls).toEqual([1]);
    controllers[0]!.abort();
    const before = queue.predict(
      () => {
        isRead = true;
        return Promise.resolve(flat(SIZE, 1));
      },
      { signal: signals[0] },
    );
    const waiting = queue.predict(flat(SIZE, 2), { signal: signals[2], id: 'w' });
    const read = queue.predict(late(30, flat(SIZE, 3)), { signal: signals[3] });
    const stays = queue.predict(flat(SIZE, 255));
    const failures = Promise.all([before, computed, waiting, read].map(failure));
    await pause(1);
    for (const controller of controllers) controller.abort();
    const gone = await failures;
    expect(gone.map(({ code }) => code)).toEqual(['aborted', 'aborted', 'aborted', 'aborted']);
    expect(gone[2]!.sample).toBe('w');
    expect(isRead).toBe(false);
    expect(queue.queued).toBe(1);
    release();
    expect((await stays).probabilities).toEqual({ a: 1 });
    expect(calls).toEqual([1, 1]);
  });

  it('fails a sample that spoils its batch, and no other', async () => {
    const queue = batchQueue(predictorOf(meanScorer(SIZE)));
    const broken = { ...flat(SIZE, 0), data: new Float32Array(SIZE * SIZE).fill(Number.NaN) };
    const samples = [flat(SIZE, 0), broken, flat(SIZE, 255), { green: Uint8Array.of(1, 2, 3) }];
    const [first, second, third, fourth] = await Promise.allSettled(
      samples.map((sample, i) => queue.predict(sample, { id: `s${i}` })),
    );
    expect(second).toMatchObject({ reason: { code: 'score-invalid', sample: 's1' } });
    expect(fourth).toMatchObject({ reason: { code: 'image-signature', sample: 's3', channel: 'green' } });
    expect(first).toMatchObject({ value: { probabilities: { a: 0 } } });
    expect(third).toMatchObject({ value: { probabilities: { a: 1 } } });
  });

  it('finishes what is under way when it is closed, and takes no more', async () => {
    const { scorer, release } = heldScorer();
    const queue = batchQueue(predictorOf(scorer));
    const predictions = [queue.predict(flat(SIZE, 255)), queue.predict(late(20, flat(SIZE, 0)))];
    let isClosed = false;
    const closing = queue.close().then(() => {
      isClosed = true;
    });
    await expect(queue.predict(flat(SIZE, 1))).rejects.toThrow('The queue is closed');
    await pause(40);
    expect(isClosed).toBe(false);
    release();
    expect((await Promise.all(predictions)).map(({ probabilities }) => probabilities.a)).toEqual([1, 0]);
    await closing;
    await queue.close();
  });

  it('refuses options that can not be', () => {
    const predictor = predictorOf(meanScorer(SIZE));
    for (const options of [{ maxBatch: 0 }, { maxQueued: 1.5 }, { maxWaitMs: -1 }, { maxWaitMs: Infinity }])
      expect(() => batchQueue(predictor, options)).toThrow(RangeError);
  });
});
