/** Training as TensorBoard shows it. */
import { appendFile, mkdir } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { EpochLog } from '../../training/history';
import type { TrainCallback } from '../../training/callbacks/callback';
import { weightHistograms } from '../../training/weight-histograms';
import { writing } from '../files';
import { record, startEvent, summaryEvent, versionEvent, type SummaryValue } from './event-file';

/** Options of `tensorBoard`. */
export interface TensorBoardOptions {
  /** Steps between two figures of the training loss and the learning rate. @default 10 */
  everySteps?: number;
  /** Histograms of all weights after each epoch too. @default false */
  histograms?: boolean;
}

/** Tags of an epoch's figures. */
const TAGS: Partial<Record<keyof EpochLog, string>> = {
  loss: 'epoch/loss',
  imagesPerSecond: 'epoch/images_per_second',
  validLoss: 'validation/loss',
  validMacroF1: 'validation/macro_f1',
  validMacroF1Tuned: 'validation/macro_f1_tuned',
};

/**
 * Writes event files into a folder, for `tensorboard --logdir`: `train/loss` and `train/learning_rate` by step, and each epoch's
 * figures at its last step. Every call of `trainModel` begins a file of its own; when it goes on from a checkpoint,
 * TensorBoard forgets what an interrupted call logged after it.
 *
 * @throws RangeError for an `everySteps` that is no positive integer; HpaError `file-unwritable`, in training
 * @example
 * await trainModel(model, { train, valid, callbacks: [tensorBoard('runs/first')] });
 */
export function tensorBoard(
  dir: string,
  { everySteps = 10, histograms = false }: TensorBoardOptions = {},
): TrainCallback {
  if (!Number.isInteger(everySteps) || everySteps < 1)
    throw new RangeError(`everySteps must be a positive integer. Received ${everySteps}`);
  let file = '';
  const write = (event: Uint8Array) =>
    writing(file, "The event file can't be written", () => appendFile(file, record(event)));
  const summary = (step: number, values: SummaryValue[]) =>
    write(summaryEvent(Date.now() / 1000, step, values));
  return {
    onTrainBegin: async ({ startStep }) => {
      const seconds = Date.now() / 1000;
      file = join(dir, `events.out.tfevents.${seconds.toFixed(3)}.${hostname()}.${process.pid}`);
      await mkdir(dir, { recursive: true }).catch(() => undefined);
      await write(versionEvent(seconds));
      await write(startEvent(seconds, startStep + 1));
    },
    onStepEnd: async ({ step, loss, learningRate }) => {
      if (step % everySteps !== 0) return;
      await summary(step, [
        { tag: 'train/loss', scalar: loss },
        { tag: 'train/learning_rate', scalar: learningRate },
      ]);
    },
    onEpochEnd: async (log, { model }) => {
      const figures = Object.entries(TAGS).flatMap(([key, tag]) => {
        const scalar = log[key as keyof EpochLog];
        return scalar === undefined ? [] : [{ tag, scalar }];
      });
      await summary(log.steps, figures);
      if (histograms) await summary(log.steps, await histogramsOf(model));
    },
  };
}

async function histogramsOf(model: LayersModel): Promise<SummaryValue[]> {
  const all = await weightHistograms(model);
  return all.flatMap(({ name, edges, counts, mean, deviation, size, nonFinite }) => {
    const count = size - nonFinite;
    if (mean === null || deviation === null) return [];
    const histogram = {
      ...{ min: edges[0]!, max: edges.at(-1)!, count, sum: mean * count },
      sumOfSquares: (deviation ** 2 + mean ** 2) * count,
      ...{ limits: edges.slice(1), counts },
    };
    return [{ tag: `weights/${name}`, histogram }];
  });
}
