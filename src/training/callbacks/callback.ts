/** What `trainModel` tells whoever watches it. */
import type * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { EpochLog } from '../history';
import type { TrainResult } from '../train-model';

/** One step of training: one batch. */
export interface StepLog {
  /** Over all epochs, from 1. */
  step: number;
  /** From 1. */
  epoch: number;
  /** Within its epoch, from 1. */
  stepOfEpoch: number;
  /** Mean loss of the batch, with the weights before the step. */
  loss: number;
  /** The optimizer's, after its schedule; of groups the highest. */
  learningRate: number;
  /** Images of the batch. */
  images: number;
}

/** The training that a callback is called from. */
export interface TrainingRun {
  readonly model: LayersModel;
  readonly optimizer: tf.Optimizer;
  readonly epochs: number;
  readonly stepsPerEpoch: number;
  readonly batchSize: number;
  /** Steps that were taken before this run: 0, or where it resumes. Later ones that an interrupted run logged come again. */
  readonly startStep: number;
  /** Ends training after the step under way; the result's `stopped` is then `'callback'`. */
  stop(): void;
}

/**
 * What to call while `trainModel` works, in the order of the list; each call is awaited. What a callback throws ends
 * training and is thrown on, after `onTrainEnd` of all.
 */
export interface TrainCallback {
  onTrainBegin?(run: TrainingRun): void | Promise<void>;
  /** @param epoch - from 1 */
  onEpochBegin?(epoch: number, run: TrainingRun): void | Promise<void>;
  onStepBegin?(step: Omit<StepLog, 'loss'>, run: TrainingRun): void | Promise<void>;
  onStepEnd?(log: StepLog, run: TrainingRun): void | Promise<void>;
  /** After validation. The model holds the weights that were validated. */
  onEpochEnd?(log: EpochLog, run: TrainingRun): void | Promise<void>;
  /** Always, if `onTrainBegin` was: the place to close files. `result` is undefined after an error. */
  onTrainEnd?(result: TrainResult | undefined, run: TrainingRun): void | Promise<void>;
}
