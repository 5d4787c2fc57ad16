/** tfjs's own callbacks as this library calls them. */
import type { Callback, CustomCallback, Logs } from '@tensorflow/tfjs-layers';
import type { EpochLog } from '../history';
import type { TrainCallback } from './callback';

/** What `model.fit` takes. */
export type TfjsCallback = Callback | CustomCallback;

/** A callback of either kind as one of this library's. */
export function asTrainCallback(callback: TrainCallback | TfjsCallback): TrainCallback {
  return 'setModel' in callback ? fromTfjs(callback) : callback;
}

/**
 * `tf.EarlyStopping`, `tf.CustomCallback` and classes of one's own: epochs and batches count from 0 there. Logs hold
 * `loss`, `val_loss` and the other figures by their names here. Setting `model.stopTraining` ends training.
 */
function fromTfjs(callback: TfjsCallback): TrainCallback {
  let asksToStop: { stopTraining?: boolean } = {};
  let epoch = 0;
  return {
    onTrainBegin: async (run) => {
      const { epochs, batchSize, stepsPerEpoch: steps, model } = run;
      callback.setParams({ epochs, batchSize, steps, initialEpoch: 0, verbose: 0, doValidation: true });
      callback.setModel(model);
      asksToStop = model;
      asksToStop.stopTraining = false;
      await callback.onTrainBegin();
    },
    onEpochBegin: async (number) => {
      epoch = number - 1;
      await callback.onEpochBegin(epoch);
    },
    onStepBegin: async ({ stepOfEpoch, images }) => {
      await callback.onBatchBegin(stepOfEpoch - 1, { batch: stepOfEpoch - 1, size: images });
    },
    onStepEnd: async ({ stepOfEpoch, images, loss }, run) => {
      const batch = stepOfEpoch - 1;
      await callback.onBatchEnd(batch, { batch, size: images, loss });
      if (asksToStop.stopTraining) run.stop();
    },
    onEpochEnd: async (log, run) => {
      await callback.onEpochEnd(epoch, logsOf(log));
      if (asksToStop.stopTraining) run.stop();
    },
    onTrainEnd: async () => {
      await callback.onTrainEnd();
    },
  };
}

function logsOf({ epoch, validLoss, ...figures }: EpochLog): Logs {
  return { ...figures, ...(validLoss !== undefined && { val_loss: validLoss }) };
}
