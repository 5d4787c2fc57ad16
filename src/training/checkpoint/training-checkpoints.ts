/** One training's checkpoints: what goes into them, and all of it back where it belongs. */
import type * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { HpaError } from '../../errors';
import type { NamedArray } from '../../models/weights/write-safetensors';
import { versions } from '../../versions';
import type { AveragedWeights } from '../averaging/averaged-weights';
import type { Checkpoints } from './checkpoints';
import { modelArrays, optimizerArrays, restoreModel, restoreOptimizer } from './model-arrays';
import { checkSettings, readState, type Stand, type TrainingState } from './training-state';

export interface TrainingParts {
  model: LayersModel;
  optimizer: tf.Optimizer;
  averaged: AveragedWeights | undefined;
  /** Settings that a continuation must share, each as text. */
  settings: Record<string, string>;
}

export class TrainingCheckpoints {
  private lastSave = performance.now();

  constructor(
    private readonly checkpoints: Checkpoints,
    private readonly parts: TrainingParts,
  ) {}

  /**
   * Puts model, optimizer and averages where the newest checkpoint has them, and answers where that is, with the best
   * epoch's weights; undefined where nothing is saved.
   */
  async resume(): Promise<{ stand: Stand; best: readonly NamedArray[] | undefined } | undefined> {
    const newest = await this.checkpoints.newest();
    if (!newest) return undefined;
    const { name, content } = newest;
    const state = readState(content.state, name);
    checkSettings(state, this.parts.settings, name);
    this.compareVersions(state, name);
    const { model, optimizer, averaged } = this.parts;
    restoreModel(model, content.arrays, `checkpoint ${name}`);
    await restoreOptimizer(optimizer, state.iterations, content.arrays);
    averaged?.restore(state.averaged, content.arrays);
    const best = state.bestEpoch > 0 ? await this.checkpoints.best(state.bestEpoch) : undefined;
    const { position, step, sums, isClosed, history, isStopped } = state;
    const bestEpoch = best ? state.bestEpoch : 0;
    return { stand: { position, step, sums, isClosed, history, bestEpoch, isStopped }, best: best?.arrays };
  }

  isDue(step: number): boolean {
    const { everySteps, everySeconds } = this.checkpoints;
    return step % everySteps === 0 || performance.now() - this.lastSave >= everySeconds * 1000;
  }

  /** @throws HpaError `training-diverged`, so that nothing goes on from weights that aren't finite */
  async save(stand: Stand): Promise<void> {
    const { model, optimizer, averaged, settings } = this.parts;
    const weights = await modelArrays(model);
    const lost = weights.find(({ values }) => !values.every(Number.isFinite));
    if (lost)
      throw new HpaError(
        'training-diverged',
        `"${lost.key}" is not finite after step ${stand.step}. Try a smaller learning rate`,
      );
    const state: TrainingState = {
      ...{ format: 1, versions: versions(), settings, ...stand },
      iterations: optimizer.iterations,
      averaged: averaged?.steps ?? 0,
    };
    const arrays = [...weights, ...(await optimizerArrays(optimizer)), ...((await averaged?.arrays()) ?? [])];
    await this.checkpoints.save(stand.step, stand.bestEpoch, { state, arrays });
    this.lastSave = performance.now();
  }

  async saveBest(epoch: number, weights: readonly NamedArray[]): Promise<void> {
    await this.checkpoints.saveBest(epoch, { state: { versions: versions() }, arrays: [...weights] });
  }

  private compareVersions(state: TrainingState, name: string): void {
    const now: Record<string, string> = { ...versions() };
    const differing = Object.entries(state.versions).filter(([part, version]) => now[part] !== version);
    if (differing.length > 0)
      this.checkpoints.warn(
        `Checkpoint ${name} was made with ${differing.map(([part, version]) => `${part} ${version} instead of ${now[part]}`).join(', ')}: the last digits may be others than without the interruption.`,
      );
  }
}
