import { execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { buildSync } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { parallelTrials } from '../../src/node/search/parallel-trials';
import { asha, choice, logUniform, searchHyperparameters } from '../../src/search';
import type { Behaviour } from './search-trial-child';

let dir: string;
let module: URL;
let program: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'hpa-kit-search-'));
  const build = (name: string) => {
    const outfile = join(dir, name.replace('.ts', '.mjs'));
    const entry = fileURLToPath(new URL(name, import.meta.url));
    buildSync({ entryPoints: [entry], outfile, bundle: true, platform: 'node', format: 'esm' });
    return outfile;
  };
  module = pathToFileURL(build('search-trial-child.ts'));
  program = build('search-parallel-child.ts');
});
afterAll(() => rm(dir, { recursive: true }));

const rate = logUniform(1e-6, 1);
const spaceOf = <const B extends Behaviour>(...behaviours: B[]) => ({ rate, behaviour: choice(behaviours) });
/** Command lines of all processes; of those that end meanwhile, none. */
function commandLines(): string[] {
  if (!existsSync('/proc')) return execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' }).split('\n');
  return readdirSync('/proc').flatMap((pid) => {
    try {
      return /^\d+$/.test(pid) ? [readFileSync(`/proc/${pid}/cmdline`, 'utf8')] : [];
    } catch {
      return [];
    }
  });
}
/** Processes that run the module of this test. */
const processes = () =>
  commandLines().filter((line) => line.includes(fileURLToPath(module)) && !line.includes(program));

describe('parallelTrials', () => {
  it('gives the same trials and scores as one worker and as this process', async () => {
    const space = spaceOf('score', 'diverge');
    const search = (workers: number) => {
      const objective = parallelTrials(module, { workers });
      return searchHyperparameters({ space, objective, trials: 12 }).finally(() => {
        objective.close();
      });
    };
    const [one, two] = [await search(1), await search(2)];
    const essence = ({ trials }: typeof one) => trials.map(({ seconds, ...rest }) => rest);
    expect(essence(two)).toEqual(essence(one));
    for (const { id, params, state, score, reason } of one.trials)
      if (params.behaviour === 'score') expect(score).toBe(Math.log10(params.rate) + 1);
      else expect([state, reason]).toEqual(['diverged', `The loss of ${id} is NaN`]);
    expect(new Set(one.trials.map(({ state }) => state)).size).toBe(2);
  });

  it('halves successively over processes', async () => {
    const objective = parallelTrials(module, { workers: 2 });
    const scheduler = asha({ maxResource: 9 });
    const { trials } = await searchHyperparameters({
      space: spaceOf('score'),
      objective,
      trials: 18,
      scheduler,
    });
    objective.close();
    const counts = [1, 3, 9].map((rung) => trials.filter(({ resource }) => resource >= rung).length);
    expect(counts[0]).toBe(18);
    // At least the best third go on; more do where the best came late.
    expect(counts[1]).toBeGreaterThanOrEqual(6);
    expect(counts[2]).toBeGreaterThanOrEqual(2);
    expect(counts[1]).toBeLessThan(18);
  });

  it('fails the trial whose process crashes, and starts another', async () => {
    const objective = parallelTrials(module, { workers: 2 });
    onTestFinished(() => {
      objective.close();
    });
    const { trials } = await searchHyperparameters({
      space: spaceOf('score', 'crash', 'out of memory', 'throw', 'undefined'),
      objective,
      trials: 30,
      // Its first two points score: three failures before any success would end the search.
      seed: 43,
    });
    const reasons: Record<Exclude<Behaviour, 'diverge' | 'wait' | 'hang'>, RegExp> = {
      score: /^none$/,
      crash: /^The process of the trial ended: it was ended by SIGKILL$/,
      'out of memory': /^The process of the trial ended: it was ended by SIGABRT$/,
      throw: /^trial-\d+ has no layers$/,
      undefined: /^The objective must return a number. Received undefined.$/,
    };
    for (const { params, reason = 'none' } of trials) expect(reason).toMatch(reasons[params.behaviour]);
    expect(new Set(trials.map(({ params }) => params.behaviour)).size).toBe(5);
  });

  it.each([
    ['is told and ends', 'wait', 30_000],
    ['does not listen and is ended', 'hang', 300],
  ] as const)('aborts a trial that %s', async (_, behaviour, abortMs) => {
    const objective = parallelTrials(module, { workers: 2, abortMs });
    const controller = new AbortController();
    const search = searchHyperparameters({
      space: spaceOf(behaviour),
      objective,
      trials: 4,
      signal: controller.signal,
    });
    while (processes().length < 2) await sleep(20);
    await sleep(200);
    const started = performance.now();
    controller.abort();
    expect(await search).toMatchObject({ trials: [], stopped: 'aborted' });
    expect(performance.now() - started).toBeLessThan(5000);
    objective.close();
    while (processes().length > 0) await sleep(20);
  });

  it('says what to look at when a module serves no trials or can not be run', async () => {
    const idle = join(dir, 'idle.mjs');
    await writeFile(idle, 'export default 1;\n');
    const search = (url: URL) =>
      searchHyperparameters({ space: spaceOf('score'), objective: parallelTrials(url), trials: 9 });
    await expect(search(pathToFileURL(idle))).rejects.toThrow('Does its module call serveTrials?');
    const broken = join(dir, 'broken.mjs');
    await writeFile(broken, 'process.exit(3);\n');
    await expect(search(pathToFileURL(broken))).rejects.toThrow('its code is 3');
    expect(() => parallelTrials(module, { workers: 0 })).toThrow(RangeError);
    expect(() => parallelTrials(module, { abortMs: Infinity })).toThrow(RangeError);
  });

  it('lets a program end when its search has, and leaves no process behind', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [program, module.href, 'score']);
    expect(JSON.parse(stdout)).toHaveLength(4);
    while (processes().length > 0) await sleep(20);
  });

  it('leaves no process behind when the program is killed', async () => {
    const child = spawn(process.execPath, [program, module.href, 'wait'], { stdio: 'ignore' });
    while (processes().length < 2) await sleep(20);
    child.kill('SIGKILL');
    await once(child, 'close');
    while (processes().length > 0) await sleep(20);
  });
});
