import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { trainModel, weightHistograms, type TrainCallback, type TrainOptions } from 'hpa-kit';
import { jsonlLog, tensorBoard, useEngine } from 'hpa-kit/node';
import { crc32c } from '../../src/node/logs/event-file';
import { abortAfter, tinyData, tinyNetwork } from '../training/tiny-training';
import { readEvents } from './read-events';

beforeAll(async () => {
  await useEngine({ engine: 'wasm' });
});

function makeDir(): string {
  const dir = mkdtempSync(join(tmpdir(), 'hpa-kit-logs-'));
  onTestFinished(() => {
    rmSync(dir, { recursive: true });
  });
  return dir;
}

/** Eight steps in two epochs. */
async function train(callbacks: TrainCallback[], options: Partial<TrainOptions> = {}) {
  const model = tinyNetwork();
  const result = await trainModel(model, { ...tinyData(), epochs: 2, batchSize: 6, callbacks, ...options });
  const weights = await weightHistograms(model);
  model.dispose();
  return { ...result, weights };
}

/** Aborted after six steps, of which a checkpoint knows, then, as after a kill, gone on from the one of four. */
async function trainInTwoGoes(callback: () => TrainCallback) {
  const store = new Map<string, Uint8Array>();
  const { signal, callback: abort } = abortAfter(6);
  await train([callback(), abort], { checkpoints: { store }, signal });
  const newest = [...store.keys()].find((name) => name.startsWith('step-00000006'))!;
  store.delete(newest);
  return train([callback()], { checkpoints: { store } });
}

const linesOf = (file: string) =>
  readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

describe('jsonlLog', () => {
  it('has each figure of the run', async () => {
    const file = join(makeDir(), 'deep', 'log.jsonl');
    const steps: object[] = [];
    const { history, bestEpoch } = await train([
      jsonlLog(file, { everySteps: 2 }),
      { onStepEnd: (log) => void steps.push(log) },
    ]);
    const lines = linesOf(file).map(({ time, ...rest }) => {
      expect(new Date(time as string).toISOString()).toBe(time);
      return rest;
    });
    expect(lines[0]).toMatchObject({
      type: 'start',
      startStep: 0,
      epochs: 2,
      stepsPerEpoch: 4,
      batchSize: 6,
    });
    expect(lines[0]!['versions']).toMatchObject({ engine: 'wasm' });
    const logged = (type: string) => lines.filter((line) => line['type'] === type);
    expect(logged('step')).toEqual([1, 3, 5, 7].map((i) => ({ type: 'step', ...steps[i] })));
    expect(logged('epoch')).toEqual(history.map((log) => ({ type: 'epoch', ...log })));
    expect(lines.at(-1)).toEqual({ type: 'end', stopped: 'completed', bestEpoch, steps: 8 });
  });

  it('has each step once after a resume, and drops a line that was cut off', async () => {
    const file = join(makeDir(), 'log.jsonl');
    let goes = 0;
    await trainInTwoGoes(() => {
      if (goes++ > 0) appendFileSync(file, '{"type":"step","ti');
      return jsonlLog(file, { everySteps: 1 });
    });
    const lines = linesOf(file);
    const steps = lines.filter(({ type }) => type === 'step').map(({ step }) => step);
    expect(steps).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(lines.filter(({ type }) => type === 'epoch').map(({ epoch }) => epoch)).toEqual([1, 2]);
    expect(lines.filter(({ type }) => type === 'start').map(({ startStep }) => startStep)).toEqual([0, 4]);
  });

  it('says that it ended by an error, and what can’t be written', async () => {
    const file = join(makeDir(), 'log.jsonl');
    const failing: TrainCallback = {
      onStepEnd: ({ step }) => {
        if (step === 3) throw new Error('mine');
      },
    };
    await expect(train([jsonlLog(file), failing])).rejects.toThrow('mine');
    expect(linesOf(file).at(-1)).toMatchObject({ type: 'end', stopped: 'error' });
    const dir = makeDir();
    await expect(train([jsonlLog(dir)])).rejects.toMatchObject({ code: 'file-unwritable', file: dir });
  });

  it('leaves a log alone that it can’t read when training goes on', async () => {
    const file = join(makeDir(), 'log.jsonl');
    symlinkSync(file, file);
    const store = new Map<string, Uint8Array>();
    await train([], { epochs: 1, checkpoints: { store } });
    const resumed = train([jsonlLog(file)], { checkpoints: { store } });
    await expect(resumed).rejects.toMatchObject({ code: 'file-unwritable', file });
    expect(readlinkSync(file)).toBe(file);
  });
});

describe('tensorBoard', () => {
  it('has checksums that are CRC-32C', () => {
    // RFC 3720, B.4.
    expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
    expect(crc32c(new Uint8Array(32).fill(255))).toBe(0x62a8ab43);
    expect(crc32c(Uint8Array.from({ length: 32 }, (_, i) => i))).toBe(0x46dd794e);
    expect(crc32c(new TextEncoder().encode('123456789'))).toBe(0xe3069283);
  });

  it('has each figure of the run, and histograms of the weights', async () => {
    const dir = makeDir();
    const steps: { step: number; loss: number; learningRate: number }[] = [];
    const { history, weights } = await train(
      [tensorBoard(dir, { everySteps: 4, histograms: true }), { onStepEnd: (log) => void steps.push(log) }],
      { restoreBestWeights: false },
    );
    const [file, ...others] = readdirSync(dir);
    expect(others).toEqual([]);
    expect(file).toMatch(/^events\.out\.tfevents\.\d/);
    const { version, starts, scalars, histograms } = readEvents(
      new Uint8Array(readFileSync(join(dir, file!))),
    );
    expect({ version, starts }).toEqual({ version: 'brain.Event:2', starts: [1] });
    const single = (points: [number, number][]) => points.map(([step, value]) => [step, Math.fround(value)]);
    const fourth = steps.filter(({ step }) => step % 4 === 0);
    expect(scalars['train/loss']).toEqual(single(fourth.map(({ step, loss }) => [step, loss])));
    expect(scalars['train/learning_rate']).toEqual(single(fourth.map((log) => [log.step, log.learningRate])));
    expect(scalars['validation/loss']).toEqual(single(history.map((log) => [log.steps, log.validLoss!])));
    const last = histograms['weights/conv/kernel']!.at(-1)!;
    const expected = weights.find(({ name }) => name === 'conv/kernel')!;
    expect(last.step).toBe(8);
    expect(last.limits).toEqual(expected.edges.slice(1));
    expect(last.counts).toEqual(expected.counts);
    const [min, max, count, sum] = last.figures;
    expect([min, max, count]).toEqual([expected.edges[0], expected.edges.at(-1), 54]);
    expect(sum).toBeCloseTo(expected.mean! * 54, 9);
  });

  const script = fileURLToPath(new URL('../golden/tensorboard_read.py', import.meta.url));
  const python = process.env['HPA_KIT_PYTHON'] ?? 'python3';
  const hasTensorBoard = (() => {
    try {
      execFileSync(python, ['-c', 'import tensorboard'], { stdio: 'ignore' });
      return true;
    } catch {
      return false;
    }
  })();
  it.skipIf(!hasTensorBoard)('is what TensorBoard itself reads, also after a resume', async () => {
    const dir = makeDir();
    const { history } = await trainInTwoGoes(() => tensorBoard(dir, { everySteps: 1, histograms: true }));
    const { scalars, histograms } = JSON.parse(
      execFileSync(python, [script, dir], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }),
    ) as { scalars: Record<string, [number, number][]>; histograms: Record<string, unknown[]> };
    expect(scalars['train/loss']!.map(([step]) => step)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(scalars['validation/loss']).toEqual(
      history.map(({ steps, validLoss }) => [steps, Math.fround(validLoss!)]),
    );
    expect(Object.keys(histograms)).toHaveLength(10);
  });

  it('refuses what can’t be, and names a folder that is none', async () => {
    expect(() => tensorBoard('x', { everySteps: 0 })).toThrow(
      'everySteps must be a positive integer. Received 0',
    );
    const file = join(makeDir(), 'file');
    writeFileSync(file, '');
    await expect(train([tensorBoard(file)])).rejects.toMatchObject({ code: 'file-unwritable' });
  });
});
