/** The training loop: epochs of batches, validation, early stopping, and the best weights kept. */
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { BatchAugmentation } from '../augment/batch-augmentation';
import type { Batch } from '../data/batch';
import type { HpaDataset } from '../data/dataset';
import type { SampleOrder } from '../data/sampling/sampler';
import { mendTfjs } from '../engine/mend-tfjs';
import { HpaError, isHpaError } from '../errors';
import { checkOutputs } from '../inference/predict';
import { binaryCrossEntropy } from '../losses/binary-cross-entropy';
import type { LossFn } from '../losses/loss-fn';
import { ProgressMeter, yieldToEventLoop, type OnProgress } from '../progress';
import { BestWeights } from './best-weights';
import { isImprovement, type EpochLog, type MonitoredMetric } from './history';
import { checkOptimizerState } from './optimizer-state';
import { chooseStep, type TrainingWeights, type TrainStep } from './train-step';
import { validate } from './validate';

export interface TrainOptions {
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
  /** Batches an epoch. @default as many as visit each sample once */
  stepsPerEpoch?: number | undefined;
  /** Which samples an epoch visits, such as `class-balanced`, and in which order. @default 'shuffled' */
  order?: SampleOrder;
  /** Mixes the samples of each training batch and their labels, such as `mixUp()` or `cutMix()`. @default none */
  batchAugmentation?: BatchAugmentation | undefined;
  /** Seeds the order and the augmentation; the model's own seed is an option of `buildModel`. @default 0 */
  seed?: number;
  /** What decides which epoch is best. @default 'validLoss', without `valid` 'loss' */
  monitor?: MonitoredMetric;
  /** Stop after this many epochs without improvement. @default never */
  patience?: number | undefined;
  /** Give the model the weights of its best epoch at the end. @default true */
  restoreBestWeights?: boolean;
  /** Ends training after the step under way; what is trained by then is returned. */
  signal?: AbortSignal | undefined;
  onProgress?: OnProgress | undefined;
  /** Called after each epoch. */
  onEpochEnd?: ((log: EpochLog) => void | Promise<void>) | undefined;
}

export interface TrainResult {
  history: EpochLog[];
  /** The epoch, from 1, that `monitor` found best; 0 when none was completed. */
  bestEpoch: number;
  /** Why training ended. */
  stopped: 'completed' | 'patience' | 'aborted';
  seconds: number;
}

/**
 * Trains a model in place. The model is compiled with the loss and the optimizer.
 *
 * An abort is no failure: the result says `stopped: 'aborted'` and the model holds the best weights so
 * far. No tensors are left behind but the model's own.
 *
 * @throws HpaError `training-diverged` when the loss is no longer finite, `model-invalid` when the
 *   model's outputs are not the dataset's classes, and what reading the samples throws
 * @throws RangeError for options out of range, a training set without samples or labels, or an optimizer that
 *   has trained other weights, such as before layers were frozen
 * @throws TypeError for `sampleWeights` with a loss that takes none, or with `batchAugmentation`
 * @example
 * const { history } = await trainModel(model, { train, valid, loss: focalLoss({ gamma: 2 }), epochs: 10 });
 */
export async function trainModel(model: LayersModel, options: TrainOptions): Promise<TrainResult> {
  const settings = resolveOptions(model, options);
  const { monitor, restoreBestWeights, epochs, patience, trainingLoss } = settings;
  if (options.optimizer) await checkOptimizerState(options.optimizer, model);
  // Frozen layers are to stay as they are also in models that others made.
  mendTfjs();
  const optimizer = options.optimizer ?? tf.train.adam(options.learningRate ?? 1e-3);
  const best = new BestWeights();
  const history: EpochLog[] = [];
  const started = performance.now();
  let bestEpoch = 0;
  let holdsBest = false;
  let stopped: TrainResult['stopped'] = 'completed';
  try {
    model.compile({ optimizer, loss: trainingLoss });
    for (let epoch = 1; epoch <= epochs; epoch++) {
      holdsBest = false;
      const log = await runEpoch(model, settings, epoch);
      history.push(log);
      if (isImprovement(monitor, log, history[bestEpoch - 1])) {
        bestEpoch = epoch;
        holdsBest = true;
        if (restoreBestWeights) await best.keep(model);
      }
      await options.onEpochEnd?.(log);
      if (epoch - bestEpoch >= patience && epoch < epochs) {
        stopped = 'patience';
        break;
      }
    }
  } catch (error) {
    if (!isHpaError(error, 'aborted')) throw error;
    stopped = 'aborted';
  } finally {
    if (restoreBestWeights && !holdsBest) best.restore(model);
    if (!options.optimizer) optimizer.dispose();
  }
  return { history, bestEpoch, stopped, seconds: (performance.now() - started) / 1000 };
}

type Settings = ReturnType<typeof resolveOptions>;

function resolveOptions(model: LayersModel, options: TrainOptions) {
  const { train, valid, epochs = 10, batchSize = 32, stepsPerEpoch, patience = Infinity } = options;
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
  return {
    train,
    valid,
    epochs,
    batchSize,
    patience,
    monitor,
    samplesPerEpoch: stepsPerEpoch === undefined ? train.size : stepsPerEpoch * batchSize,
    loss,
    ...chooseStep({ train, loss, sampleWeights, batchAugmentation }),
    order: options.order ?? ('shuffled' as const),
    seed: options.seed ?? 0,
    batchAugmentation,
    restoreBestWeights: options.restoreBestWeights ?? true,
    signal: options.signal,
    onProgress: options.onProgress,
  };
}

async function runEpoch(model: LayersModel, settings: Settings, epoch: number): Promise<EpochLog> {
  const { train, valid, epochs, signal, onProgress, samplesPerEpoch } = settings;
  const { batchSize, order, seed, batchAugmentation, step } = settings;
  const meter = new ProgressMeter('train', samplesPerEpoch, onProgress, { epoch, epochs });
  let lossSum = 0;
  let images = 0;
  let steps = 0;
  let waitSeconds = 0;
  try {
    const reading = { batchSize, order, seed, epoch: epoch - 1, samplesPerEpoch, signal };
    let asked = performance.now();
    for await (const batch of train.batches({ ...reading, batchAugmentation })) {
      waitSeconds += (performance.now() - asked) / 1000;
      steps++;
      const { ids } = batch;
      const batchLoss = await lossOfStep(model, batch, step);
      if (!Number.isFinite(batchLoss))
        throw new HpaError(
          'training-diverged',
          `The loss is ${batchLoss} at step ${steps} of epoch ${epoch}, after ${images} of ${samplesPerEpoch} images. Try a smaller learning rate`,
        );
      lossSum += batchLoss * ids.length;
      images += ids.length;
      meter.add(ids.length, { loss: lossSum / images });
      await yieldToEventLoop();
      asked = performance.now();
    }
  } finally {
    meter.end();
  }
  if (images === 0)
    throw new HpaError(
      'file-unreadable',
      'Every training sample was skipped: see train.skipped for the reasons',
    );
  const { seconds, imagesPerSecond } = meter;
  const log: EpochLog = { epoch, loss: lossSum / images, images, seconds, waitSeconds, imagesPerSecond };
  return valid ? { ...log, ...(await validate(model, valid, settings, epoch)) } : log;
}

async function lossOfStep(model: LayersModel, batch: Batch, step: TrainStep): Promise<number> {
  try {
    return (await step(model, batch)) as number;
  } finally {
    tf.dispose([batch.xs, batch.ys]);
  }
}
