import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { render as augmentationThresholds } from '../../examples/experiments/pages/augmentation-thresholds';
import { render as cache } from '../../examples/experiments/pages/cache';
import { render as models } from '../../examples/experiments/pages/models';
import { render as velocity } from '../../examples/experiments/pages/velocity';
import { meanAndInterval, withResults, type ExperimentResults } from '../../examples/experiments/support';

const docs = fileURLToPath(new URL('../../docs/experiments', import.meta.url));
const pages = { velocity, cache, 'augmentation-thresholds': augmentationThresholds, models };

describe.each(Object.entries(pages))('the experiment %s', (name, render) => {
  it('is shown with the results that its page was made from', () => {
    const results = JSON.parse(readFileSync(join(docs, `${name}.json`), 'utf8')) as ExperimentResults;
    const { markdown, pictures } = render(results);
    const page = readFileSync(join(docs, `${name}.md`), 'utf8');
    expect(page).toBe(withResults(page, markdown));
    expect(page).toContain(markdown);
    for (const [file, svg] of Object.entries(pictures))
      expect(readFileSync(join(docs, 'pictures', file), 'utf8'), file).toBe(svg);
  });
});

it('no picture is kept that no page shows', () => {
  const shown = Object.keys(pages).flatMap((name) =>
    Array.from(
      readFileSync(join(docs, `${name}.md`), 'utf8').matchAll(/\(pictures\/([^)]+)\)/g),
      ([, file]) => file!,
    ),
  );
  expect(readdirSync(join(docs, 'pictures')).sort()).toEqual(shown.sort());
});

it('intervals are Student’s', () => {
  // scipy.stats.t.interval(0.95, 3, loc=2.5, scale=scipy.stats.sem([1, 2, 3, 4]))
  const { mean, halfWidth } = meanAndInterval([1, 2, 3, 4]);
  expect(mean).toBe(2.5);
  expect(halfWidth).toBeCloseTo(2.05426, 3);
});
