/** Cross-validation: a model for each fold, scores of every sample by a model that has not seen it, and their thresholds. */
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Augmentation } from '../augment/augmentation';
import type { HpaDataset } from '../data/dataset';
import { HpaError } from '../errors';
import { predictDataset, type Predictions } from '../inference/predict';
import { findThresholds, type FoundThresholds } from '../thresholds/find-thresholds';
import type { FindThresholdsOptions } from '../thresholds/options';

import type { TrainOptions } from './options';
import type { TrainResult } from './train-model';
import { isCutShort, trainPart, type MakeOptimizer } from './train-part';

type Shared = Omit<
  TrainOptions,
  'train' | 'valid' | 'optimizer' | 'callbacks' | 'onEpochEnd' | 'sampleWeights'
>;

/** Options of `trainFolds`. */
export interface TrainFoldsOptions extends Shared {
  /** Makes the model of a fold, from 1, such as `() => buildModel('haltufBaseline', …)`. */
  makeModel: (fold: number) => Promise<LayersModel> | LayersModel;
  /** Makes its optimizer, which is disposed of after it. @default Adam */
  makeOptimizer?: MakeOptimizer | undefined;
  /** Number of folds, at least 2. @default 5 */
  k?: number | undefined;
  /** Changes the training parts at random. @default none */
  augmentations?: readonly Augmentation[] | undefined;
  /** How thresholds are found from the out-of-fold scores. */
  thresholds?: Omit<FindThresholdsOptions, 'numClasses' | 'classes'> | undefined;
  /** What to call while a fold, from 1, is trained. */
  callbacks?: ((fold: number) => TrainOptions['callbacks']) | undefined;
}

/** What cross-validation gave. */
export interface FoldsResult {
  /** One for each fold, the caller's to dispose of; `predictEnsemble(models, test)` is their mean. */
  models: LayersModel[];
  /** One for each fold. */
  results: TrainResult[];
  /** Every sample scored by the model of the fold that it was left out of, in the dataset's order. */
  outOfFold: Predictions & { labels: Uint8Array };
  /** The fold, from 1, of each sample of `outOfFold`. */
  foldOf: Uint8Array;
  /** From the out-of-fold scores: for the ensemble. */
  thresholds: FoundThresholds;
}

/**
 * Trains `k` models, each on all folds but one, on which it is validated: see `HpaDataset.kFold`. With `checkpoints`, each
 * fold keeps its own in a folder `fold-1`, …, and a call after an interruption goes on where it stopped.
 *
 * Out-of-fold scores flatter a little where the best epoch was chosen by the same fold.
 *
 * @throws HpaError `aborted` when the signal is, or folds run out of `maxSeconds`: scores of some folds are no result;
 *   RangeError for other options than `trainModel` takes; and what that throws
 * @example
 * const folds = await trainFolds(all, {
 *   k: 5,
 *   makeModel: (fold) => buildModel('haltufBaseline', { seed: fold }),
 *   augmentations: [flip(), rotate90()],
 *   epochs: 20,
 *   checkpoints: { store: checkpointFolder('run') }, // of 'hpa-kit/node'
 * });
 * const { scores } = await predictEnsemble(folds.models, test);
 */
export async function trainFolds(dataset: HpaDataset, options: TrainFoldsOptions): Promise<FoldsResult> {
  const { k = 5, seed = 0 } = options;
  const started = performance.now();
  const models: LayersModel[] = [];
  const results: TrainResult[] = [];
  const predictions: Predictions[] = [];
  try {
    for (const [i, parts] of dataset.kFold({ k, seed }).entries()) {
      const model = await options.makeModel(i + 1);
      models.push(model);
      results.push(await trainFold(model, parts, i + 1, { ...options, k, started }));
      const { batchSize, signal } = options;
      predictions.push(await predictDataset(model, parts.valid, { ...(batchSize && { batchSize }), signal }));
    }
    return { models, results, ...together(dataset, predictions, options) };
  } catch (error) {
    for (const model of models) model.dispose();
    throw error;
  }
}

async function trainFold(
  model: LayersModel,
  { train, valid }: { train: HpaDataset; valid: HpaDataset },
  fold: number,
  { started, ...options }: TrainFoldsOptions & { k: number; started: number },
): Promise<TrainResult> {
  const { makeModel, makeOptimizer, k, augmentations, thresholds, callbacks, onProgress, ...shared } =
    options;
  const result = await trainPart(
    model,
    {
      ...shared,
      train: augmentations ? train.augmented(augmentations) : train,
      valid,
      callbacks: callbacks?.(fold),
      onProgress:
        onProgress &&
        ((progress) => {
          onProgress({ ...progress, fold, folds: k });
        }),
    },
    { folder: `fold-${fold}`, makeOptimizer, started },
  );
  if (isCutShort(result))
    throw new HpaError('aborted', `Training of fold ${fold} of ${k} was ended: ${result.stopped}`);
  return result;
}

/** The folds' predictions in the dataset's order. */
function together(
  dataset: HpaDataset,
  folds: readonly Predictions[],
  { thresholds: options }: TrainFoldsOptions,
): Omit<FoldsResult, 'models' | 'results'> {
  const numClasses = dataset.classes.length;
  const place = new Map(dataset.ids.map((id, position) => [id, position]));
  const rows = folds
    .flatMap(({ ids }, fold) => ids.map((id, row) => ({ id, fold, row })))
    .sort((a, b) => place.get(a.id)! - place.get(b.id)!);
  const scores = new Float32Array(rows.length * numClasses);
  const labels = new Uint8Array(scores.length);
  rows.forEach(({ fold, row }, i) => {
    const { scores: given, labels: known } = folds[fold]!;
    const [start, end] = [row * numClasses, (row + 1) * numClasses];
    scores.set(given.subarray(start, end), i * numClasses);
    labels.set(known!.subarray(start, end), i * numClasses);
  });
  return {
    outOfFold: { ids: rows.map(({ id }) => id), labels, scores, numClasses },
    foldOf: Uint8Array.from(rows, ({ fold }) => fold + 1),
    thresholds: findThresholds(labels, scores, { ...options, numClasses, classes: dataset.classes }),
  };
}
