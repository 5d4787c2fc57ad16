/** Training in phases: first the head, then the backbone too; first on small images, then on large ones. */
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { HpaDataset } from '../data/dataset';
import { freezeBackbone, unfreezeBackbone, type FreezeOptions } from '../models/freezing';
import { resizeModel } from '../models/resize-model';
import type { TrainOptions } from './options';
import type { TrainResult } from './train-model';
import { isCutShort, trainPart, type MakeOptimizer } from './train-part';

/** What a phase changes of the options that all share. */
export interface TrainPhase extends Partial<Omit<TrainOptions, 'checkpoints' | 'optimizer'>> {
  /** Where its checkpoints are kept, as a folder's name. */
  name: string;
  /** What it leaves as it is, as `freezeBackbone` does; `false` trains all. @default as before */
  freeze?: boolean | FreezeOptions | undefined;
  /** Pixels of the square images: the phase trains a copy of the model, `resizeModel`. @default as before */
  imageSize?: number | undefined;
  /** Makes its optimizer, which is disposed of after it, such as `(model) => learningRateGroups(model, …)`. @default Adam */
  makeOptimizer?: MakeOptimizer | undefined;
}

/** What the phases gave. */
export interface TrainPhasesResult {
  /** The model given, or its last copy for another image size, which is the caller's to dispose of. */
  model: LayersModel;
  /** Of the phases that began, by name. */
  results: Record<string, TrainResult>;
}

/**
 * `trainModel` once a phase, each from the weights that the last one left: those of its best epoch. A phase that is
 * aborted or out of time is the last. With `checkpoints`, which each phase keeps in a folder of its name, a call after an
 * interruption goes on in the phase that it was in.
 *
 * @param options - what phases share, as for `trainModel`
 * @throws RangeError for two phases of one name or none at all, and what `trainModel` and `resizeModel` throw
 * @example
 * const { model: trained } = await trainPhases(model, [
 *   { name: 'head', freeze: true, epochs: 3 },
 *   { name: 'all', freeze: false, epochs: 10, learningRate: 1e-4, schedule: cosine() },
 *   { name: 'large', imageSize: 299, epochs: 5, learningRate: 3e-5 },
 * ], { train, valid, checkpoints: { store: checkpointFolder('run') } });
 */
export async function trainPhases(
  model: LayersModel,
  phases: readonly TrainPhase[],
  options: Omit<TrainOptions, 'optimizer'>,
): Promise<TrainPhasesResult> {
  const names = phases.map(({ name }) => name);
  if (names.length === 0 || new Set(names).size < names.length)
    throw new RangeError(
      `phases must be one or more, with names that differ. Received ${JSON.stringify(names)}`,
    );
  const results: Record<string, TrainResult> = {};
  const started = performance.now();
  let current = model;
  let isSized = false;
  try {
    for (const { name, freeze, imageSize, makeOptimizer, ...changes } of phases) {
      const merged = { ...options, ...changes };
      if (imageSize !== undefined) current = await resized(current, imageSize, model);
      isSized ||= imageSize !== undefined;
      if (freeze === false) unfreezeBackbone(current);
      else if (freeze !== undefined) freezeBackbone(current, freeze === true ? {} : freeze);
      const ofSize = (dataset: HpaDataset) => (isSized ? dataset.withImageSize(sizeOf(current)) : dataset);
      const { train, valid } = merged;
      const sized = { ...merged, train: ofSize(train), valid: valid && ofSize(valid) };
      const result = await trainPart(current, sized, { folder: name, makeOptimizer, started });
      results[name] = result;
      if (isCutShort(result)) break;
    }
    return { model: current, results };
  } catch (error) {
    if (current !== model) current.dispose();
    throw error;
  }
}

function sizeOf(model: LayersModel): [height: number, width: number] {
  const [, height, width] = model.inputs[0]!.shape;
  return [height!, width!];
}

async function resized(current: LayersModel, imageSize: number, given: LayersModel): Promise<LayersModel> {
  const [height, width] = sizeOf(current);
  if (height === imageSize && width === imageSize) return current;
  const copy = await resizeModel(current, imageSize);
  if (current !== given) current.dispose();
  return copy;
}
