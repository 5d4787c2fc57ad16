import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { HpaError } from '../../src/errors';
import { openSearchJournal } from '../../src/node/search/journal';
import { logUniform, searchHyperparameters } from '../../src/search';

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'hpa-kit-journal-'));
});
afterAll(() => rm(dir, { recursive: true }));

const space = { rate: logUniform(1e-6, 1) };
const objective = ({ rate }: { rate: number }) => Math.log10(rate);

/** Runs the child, and kills it once it has begun so many trials. Gives the lines that it printed. */
async function runChild(
  script: string,
  file: string,
  trials: number,
  killAfter = Infinity,
): Promise<string[]> {
  const child = spawn(process.execPath, [script, file, String(trials)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
    if (output.split('\n').length > killAfter) child.kill('SIGKILL');
  });
  await once(child, 'close');
  return output.trim().split('\n');
}

describe('openSearchJournal', () => {
  it('lets a search go on after kill -9, without one trial done twice', async () => {
    const script = join(dir, 'child.mjs');
    const entry = fileURLToPath(new URL('search-journal-child.ts', import.meta.url));
    buildSync({ entryPoints: [entry], outfile: script, bundle: true, platform: 'node', format: 'esm' });
    const file = join(dir, 'deep', 'killed.jsonl');
    const begun: string[] = [];
    for (const killAfter of [4, 3, 6]) {
      const lines = await runChild(script, file, 20, killAfter);
      expect(lines.at(-1)).toMatch(/^trial/);
      // The one under way was not done.
      begun.push(...lines.slice(0, -1));
    }
    const lines = await runChild(script, file, 20);
    begun.push(...lines.slice(0, -1));
    expect(begun).toEqual(Array.from({ length: 20 }, (_, i) => `trial-${String(i).padStart(4, '0')}`));
    const { best } = await searchHyperparameters({ space, objective, trials: 20 });
    expect(lines.at(-1)).toBe(`best ${best!.id} ${best!.score}`);
    expect((await readFile(file, 'utf8')).trim().split('\n')).toHaveLength(21);
  });

  it('drops a last line that is torn at any byte, says so, and writes on behind the others', async () => {
    const file = join(dir, 'torn.jsonl');
    const options = { space, objective, trials: 3 };
    await searchHyperparameters({ ...options, journal: await openSearchJournal(file) });
    const whole = await readFile(file);
    const start = whole.lastIndexOf('\n', whole.length - 2) + 1;
    for (const end of [start, start + 1, start + 40, whole.length - 1]) {
      await writeFile(file, whole);
      await truncate(file, end);
      const warnings: HpaError[] = [];
      const journal = await openSearchJournal(file, { onWarning: (warning) => warnings.push(warning) });
      expect(warnings.map(({ code, row }) => [code, row])).toEqual(
        end === start ? [] : [['journal-invalid', 4]],
      );
      const { trials } = await searchHyperparameters({ ...options, journal });
      expect(trials).toHaveLength(3);
      expect((await readFile(file, 'utf8')).trim().split('\n')).toHaveLength(4);
    }
    await writeFile(file, '{"kind":"sea');
    const journal = await openSearchJournal(file, { onWarning: () => undefined });
    expect([...journal]).toEqual([]);
  });

  it('refuses a file that is no journal, with its name and the row', async () => {
    const file = join(dir, 'hostile.jsonl');
    for (const text of ['Id,Target\n', '\n', '{"kind":"search"}}\n', '\u0000\n', '\ufeff{}\n']) {
      await writeFile(file, text);
      await expect(openSearchJournal(file)).rejects.toMatchObject({ code: 'journal-invalid', file, row: 1 });
    }
    await writeFile(file, '[]\n');
    const search = searchHyperparameters({
      space,
      objective,
      trials: 1,
      journal: await openSearchJournal(file),
    });
    await expect(search).rejects.toMatchObject({ code: 'journal-invalid', file, row: 1 });
    await rm(file);
    await searchHyperparameters({ space, objective, trials: 2, journal: await openSearchJournal(file) });
    await appendFile(file, '{"kind":"result","index":1e999}\n');
    await expect(
      searchHyperparameters({ space, objective, trials: 2, journal: await openSearchJournal(file) }),
    ).rejects.toMatchObject({ code: 'journal-invalid', file, row: 4 });
    await expect(openSearchJournal(dir)).rejects.toMatchObject({ code: 'file-unreadable' });
  });

  it('ends the search when it can no longer be written', async () => {
    const folder = join(dir, 'gone');
    const journal = await openSearchJournal(join(folder, 'search.jsonl'));
    await rm(folder, { recursive: true });
    await expect(searchHyperparameters({ space, objective, trials: 2, journal })).rejects.toMatchObject({
      code: 'file-unwritable',
    });
  });
});
