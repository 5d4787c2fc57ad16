/** One training of several that a call makes, one after another: phases or folds. */
import type * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { storeWithin } from './checkpoint/checkpoint-store';
import type { TrainOptions } from './options';
import { trainModel, type TrainResult } from './train-model';

/** Makes the optimizer of a part, which is disposed of after it. */
export type MakeOptimizer = (model: LayersModel) => tf.Optimizer;

interface Part {
  /** Where its checkpoints are kept, within those of the call. */
  folder: string;
  makeOptimizer: MakeOptimizer | undefined;
  /** When the call began, as `performance.now()` gives it: `maxSeconds` is the whole call's. */
  started: number;
}

export async function trainPart(
  model: LayersModel,
  { maxSeconds, checkpoints, ...options }: Omit<TrainOptions, 'optimizer'>,
  { folder, makeOptimizer, started }: Part,
): Promise<TrainResult> {
  const optimizer = makeOptimizer?.(model);
  try {
    return await trainModel(model, {
      ...options,
      ...(optimizer && { optimizer }),
      maxSeconds: maxSeconds && Math.max(1e-3, maxSeconds - (performance.now() - started) / 1000),
      checkpoints: checkpoints && { ...checkpoints, store: storeWithin(checkpoints.store, folder) },
    });
  } finally {
    optimizer?.dispose();
  }
}

/** Whether a training ended before its time, so that nothing should follow. */
export function isCutShort({ stopped }: TrainResult): boolean {
  return stopped === 'aborted' || stopped === 'time-limit';
}
