/** Scores of several models together. */
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { HpaDataset } from '../data/dataset';
import { predictDataset, type PredictOptions, type Predictions } from './predict';

/**
 * The mean of the models' scores of every sample, in the dataset's order. The images are read once for each model,
 * through the dataset's cache.
 *
 * @throws RangeError without a model, and what `predictDataset` throws
 * @example
 * const { scores } = await predictEnsemble(folds.models, test);
 */
export async function predictEnsemble(
  models: readonly LayersModel[],
  dataset: HpaDataset,
  options: PredictOptions = {},
): Promise<Predictions> {
  if (models.length === 0) throw new RangeError('models must hold at least one model. Received none');
  const all: Predictions[] = [];
  for (const model of models) all.push(await predictDataset(model, dataset, options));
  const first = all[0]!;
  const scores = first.scores.map((_, i) => all.reduce((sum, each) => sum + each.scores[i]!, 0) / all.length);
  return { ...first, scores };
}
