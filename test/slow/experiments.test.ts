import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import type { ExperimentResults } from '../../examples/experiments/support';

const root = fileURLToPath(new URL('../..', import.meta.url));
const loader = [
  '--disable-warning=ExperimentalWarning',
  '--disable-warning=DEP0180',
  '--loader',
  'ts-node/esm',
];

it.each(['velocity', 'cache', 'augmentation-thresholds', 'models'])(
  'the experiment %s runs, and goes on where it was',
  (name) => {
    mkdirSync(join(root, 'out'), { recursive: true });
    const out = mkdtempSync(join(root, 'out', 'experiment-'));
    onTestFinished(() => {
      rmSync(out, { recursive: true });
    });
    const read = () => JSON.parse(readFileSync(join(out, `${name}.json`), 'utf8')) as ExperimentResults;
    const run = () =>
      execFileSync(
        process.execPath,
        [...loader, `examples/experiments/${name}.ts`, '--quick', '--out', out],
        {
          ...{ cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] },
        },
      );
    run();
    const results = read();
    expect(Object.keys(results.measurements).length).toBeGreaterThan(3);
    const page = readFileSync(join(out, `${name}.md`), 'utf8');
    for (const picture of readdirSync(join(out, 'pictures'))) expect(page).toContain(`(pictures/${picture})`);
    run();
    expect(read()).toEqual(results);
  },
);
