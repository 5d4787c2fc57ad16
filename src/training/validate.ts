/** Loss and F1 of the validation part, in inference mode. */
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { allSkipped } from '../data/all-skipped';
import type { HpaDataset } from '../data/dataset';
import { predictDataset } from '../inference/predict';
import type { LossFn } from '../losses/loss-fn';
import { countConfusion } from '../metrics/counts/confusion';
import { macroF1 } from '../metrics/counts/f1';
import type { OnProgress } from '../progress';
import { findThresholds } from '../thresholds/find-thresholds';
import type { EpochLog } from './history';

interface ValidateSettings {
  loss: LossFn;
  batchSize: number;
  epochs: number;
  signal: AbortSignal | undefined;
  onProgress: OnProgress | undefined;
}

export async function validate(
  model: LayersModel,
  valid: HpaDataset,
  { loss, batchSize, epochs, signal, onProgress }: ValidateSettings,
  epoch: number,
): Promise<Required<Pick<EpochLog, 'validLoss' | 'validMacroF1' | 'validMacroF1Tuned'>>> {
  const { labels, scores, numClasses, ids } = await predictDataset(model, valid, {
    batchSize,
    signal,
    onProgress:
      onProgress &&
      ((progress) => {
        onProgress({ ...progress, phase: 'validate', epoch, epochs });
      }),
  });
  if (!labels || ids.length === 0) throw allSkipped('valid');
  const validLoss = await lossOver(loss, labels, scores, [ids.length, numClasses]);
  return {
    validLoss,
    validMacroF1: macroF1(countConfusion(labels, scores, { numClasses })),
    validMacroF1Tuned: findThresholds(labels, scores, { numClasses, method: 'exact', validation: false })
      .macroF1,
  };
}

/** Over all samples at once, each of weight 1: the mean over batches would weigh a small last batch like a full one. */
async function lossOver(
  loss: LossFn,
  labels: Uint8Array,
  scores: Float32Array,
  shape: [number, number],
): Promise<number> {
  const value = tf.tidy(() =>
    tf.mean(loss(tf.tensor2d(Float32Array.from(labels), shape), tf.tensor2d(scores, shape))),
  );
  try {
    return (await value.data())[0]!;
  } finally {
    value.dispose();
  }
}
