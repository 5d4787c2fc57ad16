/** A log of training with one JSON object a line, for other programs to read. */
import { appendFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { TrainCallback } from '../../training/callbacks/callback';
import { versions } from '../../versions';
import { writeFileAtomically, writing } from '../files';

const FAILURE = "The log can't be written";

/** Options of `jsonlLog`. */
export interface JsonlLogOptions {
  /** Log every so many steps too. @default none */
  everySteps?: number | undefined;
}

/**
 * Writes `{"type":"start", …}` with the run's sizes and versions, `{"type":"step", …}`, `{"type":"epoch", …}` with all figures
 * and `{"type":"end", …}`; each has `time`, as `toISOString` gives it. Numbers that aren't finite are `null`.
 *
 * A training that goes on from a checkpoint goes on in its log: steps and epochs after the checkpoint, which come again,
 * are taken out first, as is a last line that was cut off. Otherwise a file that is there is overwritten.
 *
 * @throws HpaError `file-unwritable`, when training begins
 * @example
 * await trainModel(model, { train, valid, callbacks: [jsonlLog('run/log.jsonl', { everySteps: 10 })] });
 */
export function jsonlLog(file: string, { everySteps = Infinity }: JsonlLogOptions = {}): TrainCallback {
  if (everySteps !== Infinity && (!Number.isInteger(everySteps) || everySteps < 1))
    throw new RangeError(`everySteps must be a positive integer. Received ${everySteps}`);
  const write = (type: string, figures: object) => {
    const line = JSON.stringify({ type, time: new Date().toISOString(), ...figures });
    return writing(file, FAILURE, () => appendFile(file, `${line}\n`));
  };
  return {
    onTrainBegin: async ({ startStep, epochs, stepsPerEpoch, batchSize }) => {
      await writing(file, FAILURE, () => mkdir(dirname(file), { recursive: true }));
      if (startStep === 0) await writing(file, FAILURE, () => writeFile(file, ''));
      else await cutAfter(file, startStep);
      await write('start', { startStep, epochs, stepsPerEpoch, batchSize, versions: versions() });
    },
    onStepEnd: async (log) => {
      if (log.step % everySteps === 0) await write('step', log);
    },
    onEpochEnd: (log) => write('epoch', log),
    onTrainEnd: async (result) => {
      const { stopped = 'error', bestEpoch, steps } = result ?? {};
      await write('end', { stopped, bestEpoch, steps });
    },
  };
}

async function cutAfter(file: string, step: number): Promise<void> {
  const text = await writing(file, FAILURE, () =>
    readFile(file, 'utf8').catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
      throw error;
    }),
  );
  const kept = text.split('\n').filter((line) => {
    try {
      const { type, step: of, steps } = JSON.parse(line) as Record<string, unknown>;
      return type === 'step' ? Number(of) <= step : type !== 'epoch' || Number(steps) <= step;
    } catch {
      return false;
    }
  });
  await writeFileAtomically(file, kept.map((line) => `${line}\n`).join(''));
}
