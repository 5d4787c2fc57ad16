import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HPA_CLASSES, loadPredictor, parseLabelTable, syntheticCells, type TrainResult } from 'hpa-kit';
import { openFolder, saveFolder, useEngine } from 'hpa-kit/node';
import { hasRealData, realData } from '../real-data';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Runs the example as users do, through ts-node on the built package. */
function train(...flags: string[]) {
  const node = [
    '--disable-warning=ExperimentalWarning',
    '--disable-warning=DEP0180',
    '--loader',
    'ts-node/esm',
  ];
  const run = spawnSync(process.execPath, [...node, 'examples/train.ts', ...flags], {
    cwd: root,
    encoding: 'utf8',
  });
  return { status: run.status, output: run.stdout + run.stderr };
}

describe('examples/train.ts', () => {
  let dir: string;
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'hpa-kit-train-'));
    await saveFolder(syntheticCells({ count: 40, size: 96, seed: 5 }), join(dir, 'cells'), {
      labels: join(dir, 'train.csv'),
    });
    await saveFolder(syntheticCells({ count: 5, size: 96, seed: 6 }), join(dir, 'more'));
    await writeFile(join(dir, 'cells', 'synthetic-00003_blue.png'), 'no image');
    await rm(join(dir, 'cells', 'synthetic-00008_red.png'));
    const groups = Array.from({ length: 40 }, (_, i) => `synthetic-${String(i).padStart(5, '0')},${i >> 1}`);
    await writeFile(join(dir, 'meta.csv'), ['Id,plate', ...groups, ''].join('\n'));
  });
  afterAll(() => rm(dir, { recursive: true }));

  const flags = () => [
    '--images',
    join(dir, 'cells'),
    '--labels',
    join(dir, 'train.csv'),
    '--image-size',
    '96',
    '--engine',
    'wasm',
  ];

  it('does the whole job on a folder with flaws, and predicts another', async () => {
    const out = join(dir, 'out');
    const extra = [
      '--groups',
      `${join(dir, 'meta.csv')}:plate`,
      '--predict',
      join(dir, 'more'),
      '--skip-bad',
      '--order',
      'class-balanced',
      '--disk-cache',
      join(dir, 'cache'),
    ];
    const { status, output } = train(
      ...flags(),
      ...extra,
      '--epochs',
      '2',
      '--batch-size',
      '8',
      '--out',
      out,
    );
    expect(output).toMatch(/39 samples, 20 groups/);
    expect(output).toMatch(/Left out synthetic-00008: There is no file for 1 of 4 channels/);
    expect(output).toMatch(/Left out synthetic-00003: .*PNG/);
    expect(output).toMatch(/tuned thresholds\s+0\.\d{3}/);
    expect(status).toBe(0);

    expect((await readdir(join(dir, 'cache'))).filter((file) => file.endsWith('.pack'))).not.toEqual([]);
    expect((await readdir(out)).sort()).toEqual([
      'history.json',
      'predictor',
      'report.html',
      'submission.csv',
    ]);
    const { history } = JSON.parse(await readFile(join(out, 'history.json'), 'utf8')) as TrainResult;
    expect(history.map(({ epoch }) => epoch)).toEqual([1, 2]);
    const submission = parseLabelTable(await readFile(join(out, 'submission.csv'), 'utf8'), {
      targetColumn: 'Predicted',
    });
    expect(submission.ids).toEqual([0, 1, 2, 3, 4].map((i) => `synthetic-0000${i}`));
    for (let row = 0; row < 5; row++)
      expect(submission.labels.slice(row * 28, row * 28 + 28).some((label) => label === 1)).toBe(true);
    await useEngine({ engine: 'wasm' });
    const predictor = await loadPredictor(join(out, 'predictor'));
    expect(predictor.preprocessing.imageSize).toEqual([96, 96]);
    for await (const { id, labels } of predictor.stream(await openFolder(join(dir, 'more')))) {
      const row = submission.ids.indexOf(id) * 28;
      expect(labels.sort()).toEqual(HPA_CLASSES.filter((_, k) => submission.labels[row + k] === 1).sort());
    }
    await predictor.dispose();
  });

  it('ends in a sentence that names the place where the data or a flag is wrong', () => {
    const missing = train(...flags());
    expect(missing.status).toBe(1);
    expect(missing.output).toMatch(/1 of 40 samples lack a file .*synthetic-00008 lacks red/);
    const unknown = train('--epoch', '3');
    expect(unknown.status).toBe(1);
    expect(unknown.output).toMatch(/Unknown option '--epoch'/);
    expect(missing.output + unknown.output).not.toMatch(/^\s+at /m);
  });

  it('explains itself', () => {
    const { status, output } = train('--help');
    expect(status).toBe(0);
    for (const flag of ['--images', '--groups', '--predict', '--skip-bad', '--engine'])
      expect(output).toContain(flag);
    expect(train().status).toBe(2);
  });

  it.skipIf(!hasRealData)('trains on the real collages and predicts the real field', async () => {
    const out = join(dir, 'real');
    const { status, output } = train(
      ...['--images', realData('duloc/train'), '--labels', realData('duloc/train.csv')],
      ...['--groups', `${realData('duloc/meta.csv')}:leak_group`, '--predict', realData('field')],
      ...['--image-size', '96', '--epochs', '2', '--engine', 'wasm', '--out', out],
    );
    expect(output).toMatch(/345 samples, 308 groups/);
    expect(status).toBe(0);
    expect(await readFile(join(out, 'submission.csv'), 'utf8')).toMatch(
      /^Id,Predicted\n57_F11_1,\d+( \d+)*\n$/,
    );
  });
});
