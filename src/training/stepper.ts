/** Steps of training: rate, dropout, gradients and average, each at its step. */
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Batch } from '../data/batch';
import { HpaError } from '../errors';
import type { AveragedWeights } from './averaging/averaged-weights';
import type { Stand } from './checkpoint/training-state';
import { DropoutSteps } from './dropout-steps';
import { LearningRateControl } from './optimizers/learning-rate-control';
import type { SteppedOptimizer } from './optimizers/stepped-optimizer';
import type { Settings } from './options';

export interface StepperParts {
  model: LayersModel;
  settings: Settings;
  optimizer: SteppedOptimizer;
  averaged: AveragedWeights | undefined;
}

export class Stepper {
  private readonly rates: LearningRateControl;
  private readonly dropout: DropoutSteps;

  constructor(private readonly parts: StepperParts) {
    this.rates = new LearningRateControl(parts.optimizer);
    this.dropout = new DropoutSteps(parts.model, parts.settings.seed);
  }

  /** Sets all that the next step depends on but its batch, and answers with the learning rate. */
  prepare({ step, history }: Stand, stepsPerEpoch: number): number {
    const { schedule, epochs } = this.parts.settings;
    this.rates.apply(schedule.factorAt({ step, stepsPerEpoch, totalSteps: stepsPerEpoch * epochs, history }));
    this.dropout.at(step);
    return this.rates.current;
  }

  /** A step on one batch, which is disposed of; its loss. */
  async step(batch: Batch, epoch: number, { sums }: Stand): Promise<number> {
    const { model, optimizer, averaged, settings } = this.parts;
    optimizer.images = batch.ids.length;
    try {
      const loss = (await settings.step(model, batch)) as number;
      // Gradients of such a norm count as 0, and training would seem to stand still.
      const norm = (await optimizer.lastNorm()) ?? 0;
      for (const [name, value] of Object.entries({ loss: loss, 'norm of the gradients': norm }))
        if (!Number.isFinite(value))
          throw new HpaError(
            'training-diverged',
            `The ${name} is ${value} at step ${sums.steps + 1} of epoch ${epoch}, after ${sums.images} of ${settings.samplesPerEpoch} images. Try a smaller learning rate`,
          );
      if (optimizer.pending === 0) averaged?.endStep();
      return loss;
    } finally {
      tf.dispose([batch.xs, batch.ys]);
    }
  }

  /** What is due after an epoch's last step. */
  endEpoch(epoch: number): void {
    const { optimizer, averaged } = this.parts;
    if (optimizer.pending > 0) {
      optimizer.flush();
      averaged?.endStep();
    }
    averaged?.endEpoch(epoch);
  }

  /** Gives back what it borrowed of model and optimizer. */
  dispose(): void {
    this.dropout.release();
    this.rates.restore();
  }
}
