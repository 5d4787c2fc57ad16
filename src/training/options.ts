/** What `trainModel` is told, checked and with its defaults. */
import type * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { BatchAugmentation } from '../augment/batch-augmentation';
import type { HpaDataset } from '../data/dataset';
import type { SampleOrder } from '../data/sampling/sampler';
import { checkOutputs } from '../inference/predict';
import { binaryCrossEntropy } from '../losses/binary-cross-entropy';
import type { LossFn } from '../losses/loss-fn';
import type { OnProgress } from '../progress';
import type { WeightAveraging } from './averaging/weight-averaging';
import type { TrainCallback } from './callbacks/callback';
import { asTrainCallback, type TfjsCallback } from './callbacks/tfjs-callback';
import type { CheckpointOptions } from './checkpoint/checkpoint-store';
import { Checkpoints } from './checkpoint/checkpoints';
import type { EpochLog, MonitoredMetric } from './history';
import { constant } from './schedules/constant';
import type { SteppedOptimizer } from './optimizers/stepped-optimizer';
import type { Schedule } from './schedules/schedule';
import { chooseStep, type TrainingWeights } from './train-step';

/** Options of `trainModel`. */
export interface TrainOptions {
  /** What to train on. */
  train: HpaDataset;
  /** Scored after each epoch. */
  valid?: HpaDataset | undefined;
  /** @default binaryCrossEntropy() */
  loss?: LossFn;
  /**
   * What each training sample weighs, for losses with a third parameter for it, as all of this library: one number for
   * each position of `train`, or a function of the id. Each loss says how the weights enter it. `loss` of the history is
   * weighted, `validLoss` never is. Not to be joined to `batchAugmentation`.
   * @default all weigh 1
   */
  sampleWeights?: TrainingWeights | undefined;
  /** An optimizer, which stays the caller's to dispose of. @default Adam, disposed of at the end */
  optimizer?: tf.Optimizer;
  /** Learning rate of the default optimizer. @default 0.001 */
  learningRate?: number;
  /** @default 10 */
  epochs?: number;
  /** @default 32 */
  batchSize?: number;
  /** What multiplies the learning rate from step to step, such as `cosine()`. @default constant() */
  schedule?: Schedule | undefined;
  /** Scale the gradients down whose norm over all weights is larger. @default none */
  clipNorm?: number | undefined;
  /** Cut each gradient's values to ± this. @default none */
  clipValue?: number | undefined;
  /**
   * Take one step of the optimizer for the gradients of so many batches, weighted by their sizes; what is left at the
   * end of an epoch makes a step too.
   * @default 1
   */
  accumulateSteps?: number | undefined;
  /** Average the weights while they are trained, `ema()` or `swa()`; the average is what is validated and kept. @default none */
  averaging?: WeightAveraging | undefined;
  /** Batches an epoch. @default as many as visit each sample once */
  stepsPerEpoch?: number | undefined;
  /** Which samples an epoch visits, such as `class-balanced`, and in which order. @default 'shuffled' */
  order?: SampleOrder;
  /** Mixes the samples of each training batch and their labels, such as `mixUp()` or `cutMix()`. @default none */
  batchAugmentation?: BatchAugmentation | undefined;
  /** Seeds order, augmentation and dropout; that of the first weights is an option of `buildModel`. @default 0 */
  seed?: number;
  /** What decides which epoch is best. @default 'validLoss', without `valid` 'loss' */
  monitor?: MonitoredMetric;
  /** Stop after this many epochs without improvement. @default never */
  patience?: number | undefined;
  /** Give the model the weights of its best epoch at the end. @default true */
  restoreBestWeights?: boolean;
  /** Save where training stands, and go on from there if there is something saved. @default nothing is saved */
  checkpoints?: CheckpointOptions | undefined;
  /** End after the step under way once this call has taken so many seconds; with `checkpoints` the next call goes on. @default never */
  maxSeconds?: number | undefined;
  /** What to call while it works, tfjs's own callbacks too. */
  callbacks?: readonly (TrainCallback | TfjsCallback)[] | undefined;
  /** Ends training after the step under way; what is trained by then is returned. */
  signal?: AbortSignal | undefined;
  /** Called after each batch, in the phases `train` and `validate`. */
  onProgress?: OnProgress | undefined;
  /** Called after each epoch, before `callbacks`. */
  onEpochEnd?: ((log: EpochLog) => void | Promise<void>) | undefined;
}

export type Settings = ReturnType<typeof resolveOptions>;

/** @throws as `trainModel` says */
export function resolveOptions(model: LayersModel, options: TrainOptions) {
  const { train, valid, epochs = 10, batchSize = 32, stepsPerEpoch, patience = Infinity } = options;
  const { accumulateSteps, maxSeconds = Infinity, clipNorm, clipValue, checkpoints } = options;
  const { loss = binaryCrossEntropy(), sampleWeights, batchAugmentation } = options;
  const counts = {
    epochs,
    batchSize,
    stepsPerEpoch: stepsPerEpoch ?? 1,
    patience: patience === Infinity ? 1 : patience,
  };
  for (const [name, value] of Object.entries(counts))
    if (!Number.isInteger(value) || value < 1)
      throw new RangeError(`${name} must be a positive integer. Received ${value}.`);
  if (!(maxSeconds > 0)) throw new RangeError(`maxSeconds must be positive. Received ${maxSeconds}.`);
  for (const [name, dataset] of Object.entries({ train, valid })) {
    if (!dataset) continue;
    if (dataset.size === 0) throw new RangeError(`The ${name} dataset is empty.`);
    if (!dataset.source.labels)
      throw new RangeError(`The ${name} dataset has no labels. Open it with a label table.`);
    checkOutputs(model, dataset.classes.length);
  }
  const monitor = options.monitor ?? (valid ? 'validLoss' : 'loss');
  if (!valid && monitor !== 'loss')
    throw new RangeError(`monitor ${monitor} needs a validation dataset. Pass valid, or monitor: 'loss'.`);
  const { onEpochEnd, callbacks = [] } = options;
  return {
    ...{ train, valid, epochs, batchSize, patience, monitor, maxSeconds, loss, batchAugmentation },
    ...{ accumulateSteps, clipNorm, clipValue },
    ...chooseStep({ train, loss, sampleWeights, batchAugmentation }),
    samplesPerEpoch: stepsPerEpoch === undefined ? train.size : stepsPerEpoch * batchSize,
    schedule: options.schedule ?? constant(),
    averaging: options.averaging,
    order: options.order ?? ('shuffled' as const),
    seed: options.seed ?? 0,
    restoreBestWeights: options.restoreBestWeights ?? true,
    callbacks: [
      ...(onEpochEnd ? [{ onEpochEnd }] : []),
      ...callbacks.map((callback) => asTrainCallback(callback)),
    ],
    checkpoints: checkpoints && new Checkpoints(checkpoints),
    signal: options.signal,
    onProgress: options.onProgress,
  };
}

/** What a continuation must share for training to go on as if nothing had happened, in words; the batches' order is compared apart. */
export function comparedSettings(settings: Settings, optimizer: SteppedOptimizer): Record<string, string> {
  const { loss, monitor, schedule, averaging, batchAugmentation } = settings;
  return {
    loss: loss.name,
    monitor,
    schedule: schedule.description,
    averaging: averaging?.description ?? 'none',
    batchAugmentation: batchAugmentation?.name ?? 'none',
    // Layers without a name are numbered anew in each copy of a model.
    optimizer: JSON.stringify(optimizer.getConfig(), (key, value: unknown) =>
      key === 'layers' ? (value as unknown[]).length : value,
    ),
  };
}
