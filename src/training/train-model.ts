/** Training in one call: epochs of batches, validation, early stopping, the best weights kept, and going on where it stopped. */
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { mendTfjs } from '../engine/mend-tfjs';
import type { EpochLog } from './history';
import { checkOptimizerState } from './optimizers/optimizer-state';
import { SteppedOptimizer } from './optimizers/stepped-optimizer';
import { resolveOptions, type TrainOptions } from './options';
import { Trainer } from './trainer';

/** What a training gave. */
export interface TrainResult {
  /** Of all epochs, those before this call included. */
  history: EpochLog[];
  /** The epoch, from 1, that `monitor` found best; 0 when none was completed. */
  bestEpoch: number;
  /** Why training ended: `callback` if one asked for it. */
  stopped: 'completed' | 'patience' | 'aborted' | 'time-limit' | 'callback';
  /** Of this call. */
  seconds: number;
  /** Steps taken, over all epochs. */
  steps: number;
  /** Those of them that were taken before this call, from a checkpoint; 0 for a training from its beginning. */
  startStep: number;
}

/**
 * Trains a model in place. The model is compiled with the loss and the optimizer; compile it anew before tfjs's own `fit`.
 *
 * With `checkpoints`, training that was interrupted, killed or ended by `maxSeconds` goes on when it is called again with the
 * same model, data and options: on one engine and machine to the same bytes as without the interruption. A training that
 * is complete gives its result and weights again; with more `epochs` it goes on. Nothing is saved of callbacks.
 *
 * What Dropout drops follows from `seed` and the step, also in models without a seed of their own.
 *
 * An abort is no failure: the result says `stopped: 'aborted'` and the model holds the best weights so
 * far. No tensors are left behind but the model's own.
 *
 * @throws HpaError `training-diverged` when the loss is no longer finite, `model-invalid` when the
 *   model's outputs are not the dataset's classes, `checkpoint-invalid` for one of another version, and what reading the
 *   samples throws
 * @throws RangeError for options out of range, a training set without samples or labels, an optimizer that
 *   has trained other weights, such as before layers were frozen, and a checkpoint of another model, dataset or settings
 * @throws TypeError for `sampleWeights` with a loss that takes none, or with `batchAugmentation`
 * @example
 * const { history } = await trainModel(model, {
 *   train,
 *   valid,
 *   loss: focalLoss({ gamma: 2 }),
 *   epochs: 10,
 *   schedule: oneCycle(),
 *   checkpoints: { store: checkpointFolder('run') }, // of 'hpa-kit/node'
 * });
 */
export async function trainModel(model: LayersModel, options: TrainOptions): Promise<TrainResult> {
  const settings = resolveOptions(model, options);
  if (options.optimizer) await checkOptimizerState(options.optimizer, model);
  // Frozen layers are to stay as they are also in models that others made.
  mendTfjs();
  const inner = options.optimizer ?? tf.train.adam(options.learningRate ?? 1e-3);
  let optimizer: SteppedOptimizer | undefined;
  let trainer: Trainer | undefined;
  try {
    optimizer = new SteppedOptimizer(inner, settings);
    trainer = new Trainer(model, settings, optimizer);
    model.compile({ optimizer, loss: settings.trainingLoss });
    return await trainer.train();
  } finally {
    trainer?.dispose();
    optimizer?.dispose();
    if (!options.optimizer) inner.dispose();
  }
}
