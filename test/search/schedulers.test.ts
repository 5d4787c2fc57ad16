import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { asha, randomSearch } from 'hpa-kit';
import { nextJob, rungsOf, type Asha } from '../../src/search/schedulers';
import type { Job, TrialRecord } from '../../src/search/trial';
import { PaperAsha } from './paper-asha';

const record = ({ index, resource }: Job, score: number | null): TrialRecord => {
  return { index, resource, state: score === null ? 'diverged' : 'done', score, seconds: 0 };
};

/** Runs jobs on some workers; `pick` says which of those that run ends next. Gives all jobs in the order of their start. */
function simulate(
  scheduler: Asha,
  trials: number,
  workers: number,
  scoreOf: (job: Job) => number | null,
  pick: (running: number) => number,
) {
  const records: TrialRecord[] = [];
  const running: Job[] = [];
  const started: Job[] = [];
  const events: ({ start: Job } | { end: TrialRecord })[] = [];
  for (;;) {
    while (running.length < workers) {
      const job = nextJob(scheduler, { records, running, trials, direction: 'maximize' });
      if (!job) break;
      running.push(job);
      started.push(job);
      events.push({ start: job });
    }
    if (running.length === 0) return { started, events };
    const [job] = running.splice(pick(running.length), 1) as [Job];
    records.push(record(job, scoreOf(job)));
    events.push({ end: records.at(-1)! });
  }
}

describe('asha', () => {
  it('follows an example worked by hand', () => {
    // η = 2, rungs at 1, 2 and 4. One worker; a trial's score is the same at each rung.
    const scores = [0.1, 0.4, 0.3, 0.9, 0.2, 0.8];
    const scheduler = asha({ maxResource: 4, reduction: 2 });
    const { started } = simulate(
      scheduler,
      6,
      1,
      ({ index }) => scores[index]!,
      () => 0,
    );
    expect(started.map(({ index, resource, reached }) => [index, resource, reached])).toEqual([
      [0, 1, 0], // {0}: a half of one is none
      [1, 1, 0], // {0, 1}: the best one is 1
      [1, 2, 1],
      [2, 1, 0], // of three still one, which is 1
      [3, 1, 0], // of four two: 3 and 1
      [3, 2, 1], // the second rung holds {1, 3}: the best is 3, and the higher rung goes first
      [3, 4, 2],
      [4, 1, 0],
      [5, 1, 0], // of six three: 3, 5 and 1
      [5, 2, 1], // the second rung holds {1, 3, 5}: one, 3, which is promoted already
    ]);
  });

  it('does what the algorithm of the paper does, whatever comes in whichever order', () => {
    const run = fc.property(
      fc.integer({ min: 2, max: 4 }),
      fc.integer({ min: 1, max: 30 }),
      fc.integer({ min: 1, max: 40 }),
      fc.integer({ min: 1, max: 6 }),
      fc.array(fc.option(fc.integer({ min: 0, max: 9 }), { freq: 8 }), { minLength: 7, maxLength: 90 }),
      fc.array(fc.nat(100), { minLength: 5, maxLength: 90 }),
      (reduction, maxResource, trials, workers, scores, picks) => {
        const scheduler = asha({ maxResource, reduction });
        const scoreOf = ({ index, resource }: Job) => scores[(7 * index + resource) % scores.length]!;
        let turn = 0;
        const pick = (running: number) => picks[turn++ % picks.length]! % running;
        const { events } = simulate(scheduler, trials, workers, scoreOf, pick);
        const paper = new PaperAsha(rungsOf(scheduler), reduction, trials);
        for (const event of events)
          if ('start' in event) expect([event.start.index, event.start.resource]).toEqual(paper.getJob());
          else paper.done(event.end.index, event.end.resource, event.end.score);
        expect(paper.getJob()).toBeUndefined();
      },
    );
    fc.assert(run, { numRuns: 200 });
  });

  it('never promotes what diverged, and leaves what failed out of its rung', () => {
    const scheduler = asha({ maxResource: 2, reduction: 2 });
    const state = { running: [], trials: 2, direction: 'minimize' } as const;
    const first = record({ index: 0, resource: 1, reached: 0 }, null);
    const second = record({ index: 1, resource: 1, reached: 0 }, 5);
    expect(nextJob(scheduler, { ...state, records: [first, second] })).toEqual({
      index: 1,
      resource: 2,
      reached: 1,
    });
    const failed = { ...first, state: 'failed' } as const;
    expect(nextJob(scheduler, { ...state, records: [failed, second] })).toBeUndefined();
  });

  it('has rungs η apart, the last one at the maximum', () => {
    expect(rungsOf(asha({ maxResource: 243 }))).toEqual([1, 3, 9, 27, 81, 243]);
    expect(rungsOf(asha({ minResource: 2, maxResource: 20, reduction: 2 }))).toEqual([2, 4, 8, 20]);
    expect(rungsOf(asha({ minResource: 5, maxResource: 5 }))).toEqual([5]);
    expect(rungsOf(randomSearch({ resource: 4 }))).toEqual([4]);
  });

  it('refuses settings out of range', () => {
    expect(() => asha({ maxResource: 0 })).toThrow('maxResource must be a positive integer. Received 0.');
    expect(() => asha({ minResource: 3, maxResource: 2 })).toThrow(
      'maxResource must be at least minResource, 3',
    );
    expect(() => asha({ maxResource: 9, reduction: 1 })).toThrow('reduction must be at least 2. Received 1.');
    expect(() => randomSearch({ resource: 1.5 })).toThrow(
      'resource must be a positive integer. Received 1.5.',
    );
  });
});
