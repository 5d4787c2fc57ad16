import { describe, expect, it } from 'vitest';
import { HpaError, Predictor, type ImageSource, type Prediction, type Progress } from 'hpa-kit';
import { failure } from '../failure';
import { flat, meanScorer } from './mean-scorer';

const predictor = new Predictor([meanScorer(2)], {
  classes: ['bright'],
  preprocessing: { channels: ['green'] },
});

/** Samples whose brightness is their index; those in `broken` can't be read. */
function brightness(count: number, broken: readonly number[] = []) {
  const seen = { started: 0, running: 0, most: 0 };
  const source: ImageSource & { seen: typeof seen } = {
    name: 'brightness',
    ids: Array.from({ length: count }, (_, i) => `s${i}`),
    channels: ['green'],
    classes: ['bright'],
    seen,
    async load(index) {
      seen.started++;
      seen.most = Math.max(seen.most, ++seen.running);
      // Later samples are ready sooner.
      await new Promise((resolve) => setTimeout(resolve, (count - index) % 4));
      seen.running--;
      if (broken.includes(index)) throw new HpaError('png-invalid', 'Bad', { file: `s${index}.png` });
      return flat(2, index);
    },
  };
  return source;
}

async function collect(stream: AsyncIterable<Prediction>): Promise<Prediction[]> {
  const all: Prediction[] = [];
  for await (const prediction of stream) all.push(prediction);
  return all;
}

describe('a stream of predictions', () => {
  it('keeps the order, bounds what is read at a time and ahead, and goes no further than it is asked', async () => {
    const source = brightness(50);
    const stream = predictor.stream(source, { batchSize: 4, concurrency: 3 });
    expect(source.seen.started).toBe(0);
    let taken = 0;
    for await (const { id, probabilities } of stream) {
      expect(id).toBe(`s${taken}`);
      expect(probabilities.bright).toBeCloseTo(taken / 255, 6);
      taken++;
      await new Promise((resolve) => setTimeout(resolve, 1));
      expect(source.seen.started).toBeLessThanOrEqual(Math.ceil(taken / 4) * 4 + 4 + 3);
      if (taken === 17) break;
    }
    expect(source.seen.most).toBe(3);
    const { started } = source.seen;
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(source.seen.started).toBe(started);
  });

  it('lists what can’t be read, and goes on', async () => {
    const stream = predictor.stream(brightness(9, [0, 4, 5, 8]), { batchSize: 2 });
    const found = await collect(stream);
    expect(found.map(({ id }) => id)).toEqual(['s1', 's2', 's3', 's6', 's7']);
    expect([...stream.failed.keys()]).toEqual(['s0', 's4', 's5', 's8']);
    expect(stream.failed.get('s4')).toMatchObject({ code: 'png-invalid', sample: 's4', file: 's4.png' });
    // Another pass begins anew.
    expect(await collect(stream)).toEqual(found);
    expect(stream.failed.size).toBe(4);
  });

  it('stops at the first broken sample when told to, and always at misuse', async () => {
    const stream = predictor.stream(brightness(9, [5]), { batchSize: 2, onBroken: 'error' });
    expect(await failure(collect(stream))).toMatchObject({ code: 'png-invalid', sample: 's5' });
    const source: ImageSource = { ...brightness(3), load: () => Promise.reject(new TypeError('misuse')) };
    await expect(collect(predictor.stream(source))).rejects.toThrow('misuse');
    expect(() => predictor.stream({ ...brightness(1), channels: ['red'] })).toThrow(
      'source must have the channels green. brightness has red',
    );
    expect(() => predictor.stream(brightness(1), { concurrency: 0 })).toThrow(RangeError);
  });

  it('can be aborted, and tells how far it is', async () => {
    const controller = new AbortController();
    const reports: Progress[] = [];
    const stream = predictor.stream(brightness(20), {
      batchSize: 5,
      signal: controller.signal,
      exclude: new Set(['s3', 's4']),
      onProgress: (progress) => {
        reports.push(progress);
        if (progress.done === 12) controller.abort();
      },
    });
    const got: string[] = [];
    const ended = (async () => {
      for await (const { id } of stream) got.push(id);
    })();
    expect(await failure(ended)).toMatchObject({ code: 'aborted' });
    expect(got).toEqual(['s0', 's1', 's2', 's5', 's6', 's7', 's8', 's9', 's10', 's11']);
    expect(reports.map(({ done, total, ended }) => [done, total, ended])).toEqual([
      [7, 20, false],
      [12, 20, false],
      [12, 20, true],
    ]);
  });
});
