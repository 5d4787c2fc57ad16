import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HpaError, Predictor, submissionParts, type ImageSource } from 'hpa-kit';
import { predictToFile, readPredictions, writeSubmission } from 'hpa-kit/node';
import { failure } from '../failure';
import { flat, meanScorer } from '../inference/mean-scorer';

const classes = ['bright'];
const make = (thresholds: number, size = 2) =>
  new Predictor([meanScorer(size)], { classes, preprocessing: { channels: ['green'] }, thresholds });
const predictor = make(0.02);

function brightness(count: number, broken: readonly number[] = []): ImageSource & { loads: number } {
  return {
    name: 'brightness',
    ids: Array.from({ length: count }, (_, i) => `s${i}`),
    channels: ['green'],
    classes,
    loads: 0,
    load(index) {
      this.loads++;
      if (broken.includes(index)) return Promise.reject(new HpaError('png-invalid', 'Bad'));
      return Promise.resolve(flat(2, index));
    },
  };
}

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'hpa-kit-predictions-'));
});
afterAll(() => rm(dir, { recursive: true }));

describe('predictToFile', () => {
  it('writes what the predictor says, and does nothing twice', async () => {
    const file = join(dir, 'new', 'folder', 'all.jsonl');
    const first = await predictToFile(predictor, brightness(6), file);
    expect(first).toMatchObject({ predicted: 6, alreadyDone: 0 });
    const more = brightness(9);
    expect(await predictToFile(predictor, more, file)).toMatchObject({ predicted: 3, alreadyDone: 6 });
    expect(more.loads).toBe(3);
    const read = await readPredictions(file);
    expect(read.classes).toEqual(classes);
    expect(read.predictions.map(({ id }) => id)).toEqual(more.ids);
    expect(read.predictions).toEqual(
      await predictor.predict(
        Array.from({ length: 9 }, (_, i) => flat(2, i)),
        { ids: more.ids },
      ),
    );
    const submission = join(dir, 'submission.csv');
    await writeSubmission(submission, submissionParts(read.predictions, classes));
    expect(await readFile(submission, 'utf8')).toBe(
      `Id,Predicted\n${more.ids.map((id, i) => `${id},${i >= 6 ? 0 : ''}\n`).join('')}`,
    );
  });

  it('gets whole from a file that was cut off at any byte', async () => {
    const file = join(dir, 'cut.jsonl');
    await predictToFile(predictor, brightness(4), file);
    const whole = await readFile(file, 'utf8');
    for (let length = 0; length < whole.length; length++) {
      await writeFile(file, whole.slice(0, length));
      const lines = whole.slice(0, length).split('\n').length - 1;
      const source = brightness(4);
      await predictToFile(predictor, source, file);
      expect(await readFile(file, 'utf8'), `cut at ${length}`).toBe(whole);
      expect(source.loads).toBe(Math.min(4, 5 - lines));
    }
  });

  it('lists what can’t be read, and tries it again', async () => {
    const file = join(dir, 'broken.jsonl');
    const { predicted, failed } = await predictToFile(predictor, brightness(5, [1, 3]), file);
    expect(predicted).toBe(3);
    expect([...failed.keys()]).toEqual(['s1', 's3']);
    expect((await readPredictions(file)).failed).toEqual([
      { id: 's1', code: 'png-invalid', message: 'Bad (sample s1)' },
      { id: 's3', code: 'png-invalid', message: 'Bad (sample s3)' },
    ]);
    const again = await predictToFile(predictor, brightness(5, [3]), file);
    expect(again).toMatchObject({ predicted: 1, alreadyDone: 3 });
    const read = await readPredictions(file);
    expect(read.predictions.map(({ id }) => id)).toEqual(['s0', 's2', 's4', 's1']);
    expect(read.failed.map(({ id }) => id)).toEqual(['s3']);
  });

  it('keeps what it has when it is aborted', async () => {
    const file = join(dir, 'aborted.jsonl');
    const controller = new AbortController();
    const work = predictToFile(predictor, brightness(20), file, {
      batchSize: 5,
      signal: controller.signal,
      onProgress: ({ done }) => {
        if (done === 10) controller.abort();
      },
    });
    expect(await failure(work)).toMatchObject({ code: 'aborted' });
    expect(await predictToFile(predictor, brightness(20), file)).toMatchObject({
      predicted: 10,
      alreadyDone: 10,
    });
  });

  it('refuses files of other predictors and of no one', async () => {
    const file = join(dir, 'other.jsonl');
    await predictToFile(predictor, brightness(2), file);
    const before = await readFile(file, 'utf8');
    for (const other of [make(0.03), make(0.02, 3)])
      expect(await failure(predictToFile(other, brightness(2), file))).toMatchObject({
        code: 'predictions-invalid',
        file,
        row: 1,
      });
    expect(await readFile(file, 'utf8')).toBe(before);
    await writeFile(file, 'Id,Target\na,1\n');
    expect(await failure(predictToFile(predictor, brightness(2), file))).toMatchObject({ row: 1 });
    expect(await readFile(file, 'utf8')).toBe('Id,Target\na,1\n');
    await writeFile(file, `${before}{"id":"x"}\n`);
    expect(await failure(readPredictions(file))).toMatchObject({ code: 'predictions-invalid', row: 4 });
    expect(await failure(readPredictions(join(dir, 'none.jsonl')))).toMatchObject({ code: 'file-missing' });
    expect(await failure(predictToFile(predictor, brightness(2), dir))).toMatchObject({
      code: 'file-unwritable',
    });
  });
});
