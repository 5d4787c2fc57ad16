import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { makeFolder } from '../node/disk-cache-images';
import { buildChild, killAgainAndAgain, runTogether } from '../node/disk-cache-processes';

let script: string;
beforeAll(() => {
  script = buildChild(makeFolder(afterAll));
});

/** Packs of several images, and of one each. */
const BOUNDS = [
  { maxBytes: 3e6, size: 128 },
  { maxBytes: 60_000, size: 24 },
];

it.each(BOUNDS)('never serves a wrong pixel after 150 kills, with $maxBytes bytes', async (bound) => {
  const dir = makeFolder(onTestFinished);
  const settings = { ...bound, dir, keepUsedMs: 0, samples: 40, visits: 0, seed: 1 };
  expect(await killAgainAndAgain(script, settings, 75)).toBeGreaterThan(500);
});

it.each([...BOUNDS, { maxBytes: 1e8, size: 128 }])(
  'keeps $maxBytes bytes with four processes at once',
  async (bound) => {
    const dir = makeFolder(onTestFinished);
    const shared = { ...bound, dir, keepUsedMs: 0, samples: 40, visits: 3000 };
    const children = [1, 2, 3, 4].map((seed) => ({ ...shared, seed }));
    const { outcomes, most, looks } = await runTogether(script, children);
    expect(looks).toBeGreaterThan(100);
    expect(most).toBeLessThanOrEqual(bound.maxBytes);
    for (const outcome of outcomes) {
      expect(outcome).toMatchObject({ wrong: 0 });
      expect(outcome.warning).toBeUndefined();
      expect(outcome.hits).toBeGreaterThan(300);
    }
  },
);
