/** The learning-rate range test: which rate to begin with. */
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { allSkipped } from '../data/all-skipped';
import type { Batch } from '../data/batch';
import type { HpaDataset } from '../data/dataset';
import type { SampleOrder } from '../data/sampling/sampler';
import { mendTfjs } from '../engine/mend-tfjs';
import { checkOutputs } from '../inference/predict';
import { binaryCrossEntropy } from '../losses/binary-cross-entropy';
import type { LossFn } from '../losses/loss-fn';
import { ProgressMeter, yieldToEventLoop, type OnProgress } from '../progress';
import { modelArrays, restoreModel } from './checkpoint/model-arrays';
import { DropoutSteps } from './dropout-steps';
import { LearningRateControl } from './optimizers/learning-rate-control';

/** Options of `findLearningRate`. */
export interface FindLearningRateOptions {
  /** What to train on. */
  train: HpaDataset;
  /** @default binaryCrossEntropy() */
  loss?: LossFn;
  /** Makes the optimizer at a rate; it is disposed of at the end. @default tf.train.adam */
  makeOptimizer?: ((learningRate: number) => tf.Optimizer) | undefined;
  /** The rate of the first step. @default 1e-6 */
  from?: number;
  /** The rate of the last step. @default 1 */
  to?: number;
  /** @default 100 */
  steps?: number;
  /** @default 32 */
  batchSize?: number;
  /** @default 'shuffled' */
  order?: SampleOrder;
  /** Seeds order, augmentation and dropout. @default 0 */
  seed?: number;
  /** Stops with an `HpaError` of code `aborted`. */
  signal?: AbortSignal | undefined;
  /** Its `phase` is `'range test'`. */
  onProgress?: OnProgress | undefined;
}

/** Losses by learning rate, and the one to take. */
export interface RangeTest {
  /** Rising by the same factor from step to step; as many as were taken. */
  rates: number[];
  /** Of the batches, before each step. */
  losses: number[];
  /** Their exponential moving average, corrected for its start. */
  smoothed: number[];
  /** A rate to train at; `undefined` where the loss never falls. */
  suggested: number | undefined;
}

/** Of the moving average, per step. */
const SMOOTHING = 0.9;
/** Training has run away once the average is so many times its least. */
const RUNAWAY = 4;

/**
 * Trains for some steps while the learning rate rises from step to step, until the loss runs away (its average is four times
 * the least, or not finite), and suggests a rate to train at. The model is left with the weights that it had; compile it
 * anew before tfjs's own `fit`.
 *
 * The suggestion is a tenth of the rate at which the average is least, as of fastai's `minimum`: where it is least, training is
 * already about to run away. Of noisy trainings the steepest place says nothing, and the middle of the longest falling
 * stretch, fastai's `valley`, lay as close or much lower.
 *
 * @throws RangeError for options out of range, a training set without samples or labels, HpaError `model-invalid`,
 *   `aborted`, and what reading the samples throws
 * @see Smith 2017, Cyclical Learning Rates for Training Neural Networks, https://arxiv.org/abs/1506.01186
 * @example
 * const { suggested } = await findLearningRate(model, { train });
 * await trainModel(model, { train, valid, learningRate: suggested });
 */
export async function findLearningRate(
  model: LayersModel,
  options: FindLearningRateOptions,
): Promise<RangeTest> {
  const {
    train,
    loss = binaryCrossEntropy(),
    makeOptimizer = (rate: number) => tf.train.adam(rate),
  } = options;
  const { from = 1e-6, to = 1, steps = 100, batchSize = 32, seed = 0, onProgress } = options;
  if (!(from > 0 && to > from && to < Infinity))
    throw new RangeError(`from and to must be positive and rise. Received ${from} and ${to}`);
  if (!Number.isInteger(steps) || steps < 3)
    throw new RangeError(`steps must be an integer of at least 3. Received ${steps}`);
  if (train.size === 0 || !train.source.labels)
    throw new RangeError('The train dataset must have samples and labels.');
  checkOutputs(model, train.classes.length);
  mendTfjs();
  const before = await modelArrays(model);
  const optimizer = makeOptimizer(from);
  const control = new LearningRateControl(optimizer);
  const dropout = new DropoutSteps(model, seed);
  const meter = new ProgressMeter('range test', steps * batchSize, onProgress);
  const test: Omit<RangeTest, 'suggested'> = { rates: [], losses: [], smoothed: [] };
  let average = 0;
  try {
    model.compile({ optimizer, loss });
    for await (const { xs, ys, ids } of batchesOf(options, steps)) {
      const step = test.rates.length;
      const factor = (to / from) ** (step / (steps - 1));
      control.apply(factor);
      dropout.at(step);
      const value = await lossOf(model, xs, ys);
      meter.add(ids.length, { loss: value });
      average = SMOOTHING * average + (1 - SMOOTHING) * value;
      const smoothed = average / (1 - SMOOTHING ** (step + 1));
      const least = Math.min(...test.smoothed, smoothed);
      // A multiple of a loss that may be below 0 says nothing.
      if (!Number.isFinite(smoothed) || (least > 0 && smoothed > RUNAWAY * least)) break;
      test.rates.push(from * factor);
      test.losses.push(value);
      test.smoothed.push(smoothed);
      await yieldToEventLoop();
    }
  } finally {
    meter.end();
    dropout.release();
    optimizer.dispose();
    restoreModel(model, before, 'the copy');
  }
  return { ...test, suggested: suggestion(test) };
}

/** So many batches, of as many epochs as that takes. */
async function* batchesOf(options: FindLearningRateOptions, steps: number): AsyncGenerator<Batch> {
  const { train, batchSize = 32, order = 'shuffled', seed = 0, signal } = options;
  let left = steps;
  for (let epoch = 0; left > 0; epoch++) {
    const before = left;
    for await (const batch of train.batches({ batchSize, order, seed, epoch, signal })) {
      yield batch;
      if (--left === 0) return;
    }
    if (left === before) throw allSkipped('train');
  }
}

async function lossOf(model: LayersModel, xs: tf.Tensor, ys: tf.Tensor): Promise<number> {
  try {
    return (await model.trainOnBatch(xs, ys)) as number;
  } finally {
    tf.dispose([xs, ys]);
  }
}

/** A tenth of the rate with the least average, unless that is where averages begin to be of more than a few batches. */
function suggestion({ rates, smoothed }: Omit<RangeTest, 'suggested'>): number | undefined {
  const first = Math.ceil(smoothed.length / 10);
  const least = smoothed.indexOf(Math.min(...smoothed.slice(first)), first);
  return least > first ? rates[least]! / 10 : undefined;
}
