/** The weights that a model has a place for, layer by layer. */
import type { layers, LayersModel } from '@tensorflow/tfjs-layers';
import { hasWeights, leafLayers } from '../freezing';
import { isAddedLayer } from '../heads';
import { toSnakeCase } from './keras-config';

type Layer = layers.Layer;

/** A place for a weight. */
export interface ModelWeight {
  layer: ModelLayer;
  /** `kernel`, and not `conv1/kernel`. */
  name: string;
  shape: readonly number[];
  variable: Layer['weights'][number];
}

/** A layer that has weights. */
export interface ModelLayer {
  name: string;
  /** In Keras's snake case. */
  layerClass: string;
  isHead: boolean;
  /** Whether no other layer with weights stands between it and the image. */
  readsImage: boolean;
  weights: ModelWeight[];
}

/** In the model's order; layers of nested models in their place. */
export function modelLayers(model: LayersModel): ModelLayer[] {
  const first = readersOf(model.inputLayers);
  return leafLayers(model)
    .filter(hasWeights)
    .map(({ layer }) => {
      const described: ModelLayer = {
        name: layer.name,
        layerClass: toSnakeCase(layer.getClassName()),
        isHead: isAddedLayer(layer),
        readsImage: first.has(layer),
        weights: [],
      };
      described.weights = layer.weights.map((variable) => ({
        layer: described,
        name: variable.originalName.split('/').at(-1)!,
        shape: variable.shape as number[],
        variable,
      }));
      return described;
    });
}

/** The first layers with weights on the ways from these layers on. */
function readersOf(starts: readonly Layer[]): Set<Layer> {
  const [seen, readers] = [new Set(starts), new Set<Layer>()];
  for (const layer of seen) {
    if (layer.weights.length > 0) readers.add(layer);
    else for (const { outboundLayer } of layer.outboundNodes) seen.add(outboundLayer);
  }
  return readers;
}
