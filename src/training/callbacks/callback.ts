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
  /** The model in training. */
  readonly model: LayersModel;
  /** What changes its weights. */
  readonly optimizer: tf.Optimizer;
  /** Epochs that it is to last. */
  readonly epochs: number;
  /** Batches an epoch. */
  readonly stepsPerEpoch: number;
  /** Samples a batch. */
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
  /** Before the first step. */
  onTrainBegin?(run: TrainingRun): void | Promise<void>;
  /**
   * Before the first step of an epoch.
   *
   * @param epoch - from 1
   */
  onEpochBegin?(epoch: number, run: TrainingRun): void | Promise<void>;
  /** Before each batch. */
  onStepBegin?(step: Omit<StepLog, 'loss'>, run: TrainingRun): void | Promise<void>;
  /** After each batch. */
  onStepEnd?(log: StepLog, run: TrainingRun): void | Promise<void>;
  /** After validation. The model holds the weights that were validated. */
  onEpochEnd?(log: EpochLog, run: TrainingRun): void | Promise<void>;
  /** Always, if `onTrainBegin` was: the place to close files. `result` is undefined after an error. */
  onTrainEnd?(result: TrainResult | undefined, run: TrainingRun): void | Promise<void>;
}
