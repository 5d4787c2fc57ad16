import { describe, expect, it } from 'vitest';
import { HpaError } from '../../src/errors';
import {
  asha,
  choice,
  logUniform,
  randomSearch,
  searchHyperparameters,
  uniform,
  type JournalEntry,
  type Objective,
  type SearchResult,
} from 'hpa-kit';

const space = { rate: logUniform(1e-6, 1), optimizer: choice(['sgd', 'adam']) };
type Point = { rate: number; optimizer: 'sgd' | 'adam' };
/** Best at a rate of 1e-3, better with more training. */
const scoreOf: Objective<Point> = ({ rate }, { resource }) => resource - Math.abs(Math.log10(rate) + 3);

/** The result without what differs from run to run. */
const essence = ({ trials, best, stopped }: SearchResult<typeof space>) => ({
  trials: trials.map(({ seconds, ...rest }) => rest),
  best: best?.id,
  stopped,
});

describe('searchHyperparameters', () => {
  it('finds the best of its points, whichever way is better', async () => {
    const objective: Objective<Point> = (point, trial) => -(scoreOf(point, trial) as number);
    const high = await searchHyperparameters({ space, objective: scoreOf, trials: 40 });
    const low = await searchHyperparameters({ space, objective, trials: 40, direction: 'minimize' });
    expect(high.trials.map(({ id }) => id)).toEqual(low.trials.map(({ id }) => id));
    expect(high.best!.score).toBe(Math.max(...high.trials.map(({ score }) => score!)));
    expect(high.best!.score).toBe(-low.best!.score!);
    expect(Math.abs(Math.log10(high.best!.params.rate) + 3)).toBeLessThan(0.5);
    expect(high).toMatchObject({ stopped: 'completed', direction: 'maximize' });
  });

  it('gives the same for any number of workers that end in any order', async () => {
    let busy = 0;
    let most = 0;
    const slow: Objective<Point> = async (point, trial) => {
      most = Math.max(most, ++busy);
      await new Promise((resolve) => setTimeout(resolve, (trial.index * 7) % 5));
      busy--;
      return scoreOf(point, trial);
    };
    const one = await searchHyperparameters({ space, objective: scoreOf, trials: 20 });
    const many = await searchHyperparameters({
      space,
      objective: Object.assign(slow, { workers: 4 }),
      trials: 20,
    });
    expect(essence(many)).toEqual(essence(one));
    expect(most).toBe(4);
  });

  it('trains the best third on where they stopped, with one worker the same each time', async () => {
    const calls: [id: string, reached: number, resource: number][] = [];
    const objective: Objective<Point> = (point, trial) => {
      calls.push([trial.id, trial.reached, trial.resource]);
      return scoreOf(point, trial);
    };
    const options = { space, objective, trials: 27, scheduler: asha({ maxResource: 9 }) };
    const result = await searchHyperparameters(options);
    const first = calls.splice(0);
    await searchHyperparameters(options);
    expect(calls).toEqual(first);
    const reaching = (resource: number) => result.trials.filter((trial) => trial.resource >= resource).length;
    expect([reaching(1), reaching(3), reaching(9)]).toEqual([27, 9, 3]);
    expect(result.best!.scores.map(({ resource }) => resource)).toEqual([1, 3, 9]);
    expect(first.filter(([, reached]) => reached === 3)).toEqual(
      first.filter(([, , resource]) => resource === 9),
    );
  });

  it('goes on after a trial that diverges or fails, and says why', async () => {
    const result = await searchHyperparameters({
      space,
      trials: 6,
      objective: (_, { index }) => {
        if (index === 1) throw new HpaError('training-diverged', 'The loss is NaN at step 3');
        if (index === 2) throw new RangeError('no\u0000such\n layer');
        if (index === 4) return undefined as unknown as number;
        return index === 3 ? NaN : index === 5 ? -Infinity : 0.5;
      },
    });
    expect(result.trials.map(({ state, score, reason }) => [state, score, reason])).toEqual([
      ['done', 0.5, undefined],
      ['diverged', null, 'The loss is NaN at step 3'],
      ['failed', null, 'no such layer'],
      ['diverged', null, 'The score is NaN'],
      ['failed', null, 'The objective must return a number. Received undefined.'],
      ['diverged', null, 'The score is -Infinity'],
    ]);
    expect(result.best!.id).toBe('trial-0000');
  });

  it('stops with the cause when the first trials all fail', async () => {
    const cause = new TypeError('There is no model');
    let calls = 0;
    const search = searchHyperparameters({
      space,
      trials: 50,
      objective: () => {
        calls++;
        throw cause;
      },
    });
    await expect(search).rejects.toMatchObject({
      message: 'The first 3 trials failed, the last one with: There is no model',
      cause,
    });
    expect(calls).toBe(3);
  });

  it('keeps what is finished when it is aborted, and tells the objective', async () => {
    const controller = new AbortController();
    let told = false;
    const objective: Objective<Point> = async (point, trial) => {
      if (trial.index < 3) return scoreOf(point, trial);
      setTimeout(() => {
        controller.abort();
      });
      await new Promise((resolve) => {
        trial.signal.addEventListener('abort', resolve);
      });
      told = true;
      return 99;
    };
    const { trials, stopped } = await searchHyperparameters({
      space,
      objective,
      trials: 9,
      signal: controller.signal,
    });
    expect(trials.map(({ index }) => index)).toEqual([0, 1, 2]);
    expect([stopped, told]).toEqual(['aborted', true]);
    const before = await searchHyperparameters({ space, objective, trials: 9, signal: AbortSignal.abort() });
    expect(before).toMatchObject({ trials: [], best: undefined, stopped: 'aborted' });
  });

  it('hands on what a callback throws, after all that runs has ended', async () => {
    let running = 0;
    const objective: Objective<Point> = async (point, trial) => {
      running++;
      await new Promise((resolve) => setTimeout(resolve, trial.index));
      running--;
      return scoreOf(point, trial);
    };
    const search = searchHyperparameters({
      space,
      objective: Object.assign(objective, { workers: 3 }),
      trials: 9,
      onTrial: () => {
        throw new Error('The disk is full');
      },
    });
    await expect(search).rejects.toThrow('The disk is full');
    expect(running).toBe(0);
  });

  it.each([randomSearch(), asha({ maxResource: 9 })])(
    'goes on from a journal as if it had never stopped: $kind',
    async (scheduler) => {
      const whole = await searchHyperparameters({ space, objective: scoreOf, trials: 12, scheduler });
      const calls = new Set<string>();
      const journal: JournalEntry[] = [];
      let result: SearchResult<typeof space>;
      // Stopped after each call but the last.
      do {
        const controller = new AbortController();
        const objective: Objective<Point> = (point, trial) => {
          const key = `${trial.id}@${trial.resource}`;
          expect(calls).not.toContain(key);
          calls.add(key);
          return scoreOf(point, trial);
        };
        const onTrial = () => {
          controller.abort();
        };
        const { signal } = controller;
        const options = { space, objective, trials: 12, scheduler, signal, onTrial };
        // As a file would give it back.
        const kept = JSON.parse(JSON.stringify(journal)) as JournalEntry[];
        result = await searchHyperparameters({ ...options, journal: kept });
        journal.splice(0, Infinity, ...kept);
      } while (result.stopped === 'aborted');
      expect(essence(result)).toEqual(essence(whole));
      const more = await searchHyperparameters({ space, objective: scoreOf, trials: 14, scheduler, journal });
      expect(more.trials).toHaveLength(14);
    },
  );

  it('tries again what failed, and not what diverged', async () => {
    const journal: JournalEntry[] = [];
    const indices: number[] = [];
    let mended = false;
    const objective: Objective<Point> = (_, { index }) => {
      indices.push(index);
      if (index === 1 && !mended) throw new Error('out of memory');
      return index === 2 ? NaN : 1;
    };
    await searchHyperparameters({ space, objective, trials: 4, journal });
    mended = true;
    const { trials } = await searchHyperparameters({ space, objective, trials: 4, journal });
    expect(indices).toEqual([0, 1, 2, 3, 1]);
    expect(trials.map(({ state }) => state)).toEqual(['done', 'done', 'diverged', 'done']);
  });

  it('refuses a journal of another search, and names what differs', async () => {
    const journal: JournalEntry[] = [];
    const options = { space, objective: scoreOf, trials: 2, journal };
    await searchHyperparameters(options);
    const { rate, optimizer } = space;
    // The order of the dimensions decides nothing.
    await searchHyperparameters({ ...options, space: { optimizer, rate } });
    const other = { ...space, rate: logUniform(1e-5, 1), dropout: uniform(0, 1) };
    await expect(searchHyperparameters({ ...options, space: other, seed: 1 })).rejects.toMatchObject({
      code: 'journal-invalid',
      message:
        'The journal is of a search with another space (rate, dropout), seed. Give this search a journal of its own',
    });
    const schedule = { scheduler: asha({ maxResource: 3 }), direction: 'minimize' } as const;
    await expect(searchHyperparameters({ ...options, ...schedule })).rejects.toThrow(
      'another scheduler, direction',
    );
  });

  it('refuses a journal that no search wrote, with the row', async () => {
    const journal: JournalEntry[] = [];
    await searchHyperparameters({ space, objective: scoreOf, trials: 2, journal });
    const [head, result, last] = journal as [JournalEntry, JournalEntry & { kind: 'result' }, JournalEntry];
    const open = (...entries: unknown[]) =>
      searchHyperparameters({ space, objective: scoreOf, trials: 2, journal: entries });
    for (const first of [null, 7, 'search', [], {}, { ...head, version: 2 }, result])
      await expect(open(first)).rejects.toThrow('does not begin with the settings of a search (row 1)');
    await expect(open({ kind: 'search', version: 1 })).rejects.toThrow(
      'another space (rate, optimizer), seed',
    );
    const wrong: [unknown, RegExp][] = [
      [null, /is no object \(row 2\)/],
      [head, /is no result of a search/],
      [{ ...result, index: -1 }, /no index/],
      [{ ...result, index: '0' }, /no index/],
      [{ ...result, resource: 2 }, /resource that the scheduler does not give/],
      [{ ...result, state: 'great' }, /unknown state/],
      [{ ...result, score: null }, /does not fit its state/],
      [{ ...result, state: 'diverged' }, /does not fit its state/],
      [{ ...result, seconds: -1 }, /no seconds/],
      [{ ...result, reason: {} }, /reason that is no text/],
      [{ ...result, params: { ...result.params, rate: 0.5 } }, /other parameters than its trial/],
      [{ ...result, params: undefined }, /other parameters than its trial/],
    ];
    for (const [entry, message] of wrong)
      await expect(open(head, entry, last)).rejects.toMatchObject({
        code: 'journal-invalid',
        message: expect.stringMatching(message) as string,
      });
    await expect(open(head, result, last, result)).rejects.toThrow('has already (row 4)');
  });

  it('refuses options out of range', async () => {
    const options = { space, objective: scoreOf, trials: 2 };
    const search = (change: object) => searchHyperparameters({ ...options, ...change });
    await expect(search({ trials: 0 })).rejects.toThrow('trials must be a positive integer. Received 0.');
    await expect(search({ seed: 0.5 })).rejects.toThrow('seed must be an integer. Received 0.5.');
    await expect(search({ direction: 'up' })).rejects.toThrow('direction must be maximize or minimize');
    await expect(search({ scheduler: { kind: 'grid' } })).rejects.toThrow(TypeError);
    await expect(search({ space: {} })).rejects.toThrow('space must have at least one dimension');
    await expect(search({ space: { score: uniform(0, 1) } })).rejects.toThrow('other than id, score');
    await expect(search({ space: { rate: [1, 2] } })).rejects.toThrow('rate must be made by uniform');
    await expect(search({ objective: Object.assign(() => 1, { workers: 0 }) })).rejects.toThrow(
      'workers must be a positive integer',
    );
  });
});
