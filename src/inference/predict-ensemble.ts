/** Scores of several models together. */
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { HpaDataset } from '../data/dataset';
import { blendScores, checkBlendWeights, type BlendScoresOptions } from './blend-scores';
import { predictDataset, type PredictOptions, type Predictions } from './predict';

/** Options of `predictEnsemble`. */
export interface PredictEnsembleOptions extends PredictOptions, BlendScoresOptions {}

/**
 * The weighted mean of the models' scores of every sample, in the dataset's order. The images are read once for each
 * model, through the dataset's cache.
 *
 * @throws RangeError without a model and for weights that can't be, and what `predictDataset` throws
 * @example
 * const { scores } = await predictEnsemble(folds.models, test);
 */
export async function predictEnsemble(
  models: readonly LayersModel[],
  dataset: HpaDataset,
  { weights, ...options }: PredictEnsembleOptions = {},
): Promise<Predictions> {
  checkBlendWeights(weights, models.length);
  const all: Predictions[] = [];
  for (const model of models) all.push(await predictDataset(model, dataset, options));
  const scores = blendScores(
    all.map((each) => each.scores),
    { weights },
  );
  return { ...all[0]!, scores };
}
