/** The training loop: epochs of steps, validation, and the best weights kept. */
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { allSkipped } from '../data/all-skipped';
import type { BatchStream } from '../data/batches';
import type { BatchPosition } from '../data/sampling/batch-position';
import { isHpaError } from '../errors';
import type { NamedArray } from '../models/weights/write-safetensors';
import { ProgressMeter, yieldToEventLoop } from '../progress';
import { AveragedWeights } from './averaging/averaged-weights';
import { renewBatchNorm } from './averaging/renew-batch-norm';
import type { TrainCallback, TrainingRun } from './callbacks/callback';
import { modelArrays, restoreModel } from './checkpoint/model-arrays';
import { TrainingCheckpoints } from './checkpoint/training-checkpoints';
import { NO_SUMS, type Stand } from './checkpoint/training-state';
import { isImprovement, type EpochLog } from './history';
import type { SteppedOptimizer } from './optimizers/stepped-optimizer';
import { comparedSettings, type Settings } from './options';
import { Stepper } from './stepper';
import type { TrainResult } from './train-model';
import { validate } from './validate';

type Stopped = TrainResult['stopped'];

/** One training of a model, from its beginning or a checkpoint on to its end. */
export class Trainer {
  private readonly started = performance.now();
  private readonly stepper: Stepper;
  private readonly averaged: AveragedWeights | undefined;
  private readonly checkpoints: TrainingCheckpoints | undefined;
  private stream: BatchStream;
  private stand: Stand;
  private startStep = 0;
  /** The best epoch's weights. */
  private best: readonly NamedArray[] | undefined;
  /** Whether the model holds them. */
  private holdsBest = false;

  constructor(
    private readonly model: LayersModel,
    private readonly settings: Settings,
    private readonly optimizer: SteppedOptimizer,
  ) {
    const { averaging, checkpoints } = settings;
    this.stream = this.batches();
    const position = this.stream.position(0);
    this.stand = {
      position,
      step: 0,
      sums: NO_SUMS,
      isClosed: false,
      history: [],
      bestEpoch: 0,
      isStopped: false,
    };
    const averaged = averaging && new AveragedWeights(model, averaging);
    this.averaged = averaged;
    this.stepper = new Stepper({ model, settings, optimizer, averaged });
    const parts = { model, optimizer, averaged, settings: comparedSettings(settings, optimizer) };
    this.checkpoints = checkpoints && new TrainingCheckpoints(checkpoints, parts);
  }

  async train(): Promise<TrainResult> {
    let result: TrainResult | undefined;
    let begun: TrainingRun | undefined;
    try {
      await this.resume();
      const run = this.asRun();
      begun = run;
      await this.tell((callback) => callback.onTrainBegin?.(run));
      const stopped = await this.epochs(run);
      if (!this.settings.restoreBestWeights) await this.leaveAverage(stopped);
      const { history, bestEpoch, step: steps } = this.stand;
      const seconds = (performance.now() - this.started) / 1000;
      result = { history, bestEpoch, stopped, seconds, steps, startStep: this.startStep };
      return result;
    } finally {
      if (this.settings.restoreBestWeights && !this.holdsBest && this.best)
        restoreModel(this.model, this.best, 'the copy');
      if (begun) await this.tellEnd(result, begun);
    }
  }

  /** Gives back what training borrowed of model and optimizer. */
  dispose(): void {
    this.averaged?.dispose();
    this.stepper.dispose();
  }

  private async resume(): Promise<void> {
    const found = await this.checkpoints?.resume();
    if (!found) return;
    this.stream = this.batches(found.stand.position);
    this.stand = found.stand;
    this.best = found.best;
    this.startStep = found.stand.step;
  }

  private batches(resumeFrom?: BatchPosition): BatchStream {
    const { train, batchSize, order, seed, samplesPerEpoch, signal, batchAugmentation } = this.settings;
    return train.batches({ batchSize, order, seed, samplesPerEpoch, signal, batchAugmentation, resumeFrom });
  }

  private async epochs(run: TrainingRun): Promise<Stopped> {
    try {
      for (;;) {
        const reason = this.reasonToStop();
        if (reason) return reason;
        const epoch = this.stand.history.length + 1;
        this.holdsBest = false;
        await this.tell((callback) => callback.onEpochBegin?.(epoch, run));
        if (!(await this.steps(epoch, run))) return this.stand.isStopped ? 'callback' : 'time-limit';
        await this.endEpoch(epoch, run);
      }
    } catch (error) {
      if (!isHpaError(error, 'aborted')) throw error;
      await this.checkpoints?.save(this.stand);
      return 'aborted';
    }
  }

  private reasonToStop(): Stopped | undefined {
    const { history, bestEpoch, isStopped } = this.stand;
    const { epochs, patience } = this.settings;
    if (isStopped) return 'callback';
    if (history.length >= epochs) return 'completed';
    if (bestEpoch > 0 && history.length - bestEpoch >= patience) return 'patience';
    // A call takes a step at least, so that calls come to an end.
    return this.stand.step > this.startStep && this.isTimeUp() ? 'time-limit' : undefined;
  }

  private isTimeUp(): boolean {
    return performance.now() - this.started >= this.settings.maxSeconds * 1000;
  }

  /** The steps that the epoch has left; false if training ends before they are done. */
  private async steps(epoch: number, run: TrainingRun): Promise<boolean> {
    const { stand } = this;
    const { epochs, samplesPerEpoch, onProgress } = this.settings;
    const secondsBefore = stand.sums.seconds;
    const details = { epoch, epochs };
    const meter = new ProgressMeter('train', samplesPerEpoch, onProgress, details, stand.sums.images);
    try {
      let asked = performance.now();
      for await (const batch of stand.isClosed ? [] : this.stream.epoch(epoch - 1)) {
        const waited = (performance.now() - asked) / 1000;
        const images = batch.ids.length;
        const { sums } = stand;
        const learningRate = this.stepper.prepare(stand, this.stream.size);
        const about = { step: stand.step + 1, epoch, stepOfEpoch: sums.steps + 1, learningRate, images };
        await this.tell((callback) => callback.onStepBegin?.(about, run));
        const loss = await this.stepper.step(batch, epoch, stand);
        const lossSum = sums.loss + loss * images;
        const done = sums.images + images;
        meter.add(images, { loss: lossSum / done });
        const waitSeconds = sums.waitSeconds + waited;
        const seconds = secondsBefore + meter.seconds;
        stand.sums = {
          loss: lossSum,
          images: done,
          steps: sums.steps + 1,
          seconds,
          waitSeconds,
          learningRate,
        };
        stand.position = batch.next;
        const step = ++stand.step;
        await this.tell((callback) => callback.onStepEnd?.({ ...about, loss }, run));
        if (stand.position.epoch === epoch - 1) {
          const ends = stand.isStopped || this.isTimeUp();
          if (ends || this.checkpoints?.isDue(step)) await this.checkpoints?.save(stand);
          if (ends) return false;
        }
        await yieldToEventLoop();
        asked = performance.now();
      }
    } finally {
      meter.end();
    }
    if (stand.sums.images === 0) throw allSkipped('train');
    if (!stand.isClosed) this.stepper.endEpoch(epoch);
    stand.isClosed = true;
    return true;
  }

  private async endEpoch(epoch: number, run: TrainingRun): Promise<void> {
    const { model, settings, averaged, stand } = this;
    const { valid, monitor, restoreBestWeights } = settings;
    const { loss, images, seconds, waitSeconds, learningRate } = stand.sums;
    const trained = {
      epoch,
      loss: loss / images,
      images,
      steps: stand.step,
      learningRate,
      seconds,
      waitSeconds,
    };
    try {
      if (averaged) await this.useAverage();
      const validated = valid ? await validate(model, valid, settings, epoch) : {};
      const log: EpochLog = { ...trained, imagesPerSecond: images / seconds, ...validated };
      if (isImprovement(monitor, log, stand.history[stand.bestEpoch - 1])) {
        stand.bestEpoch = epoch;
        if (restoreBestWeights || this.checkpoints) this.best = await modelArrays(model);
        if (this.best) await this.checkpoints?.saveBest(epoch, this.best);
        this.holdsBest = !averaged;
      }
      stand.history.push(log);
      Object.assign(stand, { sums: NO_SUMS, isClosed: false, position: this.stream.position(epoch) });
      await this.tell((callback) => callback.onEpochEnd?.(log, run));
    } finally {
      averaged?.swapOut();
    }
    await this.checkpoints?.save(stand);
  }

  /** The average into the model, with batch normalization's statistics of its own where the average asks for them. */
  private async useAverage(): Promise<void> {
    const { model, averaged, settings } = this;
    averaged!.swapIn();
    if (!averaged!.needsBatchNorm) return;
    this.stepper.prepare(this.stand, this.stream.size);
    const { train, batchSize, seed, signal, onProgress } = settings;
    await renewBatchNorm(model, train, { batchSize, seed, signal, onProgress });
  }

  /** The average is what training was for; after an abort there is no time for its statistics. */
  private async leaveAverage(stopped: Stopped): Promise<void> {
    if (stopped === 'aborted') this.averaged?.swapIn();
    else if (this.averaged) await this.useAverage();
  }

  private asRun(): TrainingRun {
    const { model, optimizer, stream, settings, startStep } = this;
    return {
      ...{ model, optimizer, epochs: settings.epochs, batchSize: settings.batchSize },
      stepsPerEpoch: stream.size,
      startStep,
      stop: () => {
        this.stand.isStopped = true;
      },
    };
  }

  private async tell(call: (callback: TrainCallback) => void | Promise<void>): Promise<void> {
    for (const callback of this.settings.callbacks) await call(callback);
  }

  /** Tells all, whatever one throws; what ended training before is thrown on rather than that. */
  private async tellEnd(result: TrainResult | undefined, run: TrainingRun): Promise<void> {
    const errors: unknown[] = [];
    for (const callback of this.settings.callbacks)
      try {
        await callback.onTrainEnd?.(result, run);
      } catch (error) {
        errors.push(error);
      }
    if (result && errors.length > 0) throw errors[0];
  }
}
