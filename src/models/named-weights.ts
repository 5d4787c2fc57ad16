/** A model's weights by name. */
import type { LayersModel, LayerVariable } from '@tensorflow/tfjs-layers';
import { leafLayers } from './freezing';

/**
 * All weights of a model in an order that freezing doesn't change, as `layer/weight`, within nested models
 * `model/layer/weight`.
 */
export function namedWeights(model: LayersModel): Map<string, LayerVariable> {
  const named = new Map<string, LayerVariable>();
  for (const { layer, path } of leafLayers(model)) {
    const within = path.slice(0, -1).map(({ name }) => `${name}/`);
    for (const weight of layer.weights) {
      const key = within.join('') + weight.originalName;
      let unique = key;
      for (let n = 1; named.has(unique); n++) unique = `${key}_${n}`;
      named.set(unique, weight);
    }
  }
  return named;
}
