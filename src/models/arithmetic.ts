/** How much a model computes. */
import { util } from '@tensorflow/tfjs-core';
import type { layers, LayersModel } from '@tensorflow/tfjs-layers';

/**
 * Multiplications with additions that predicting one image takes, in convolutions and dense layers; training takes
 * about three times as many. Counted as direct convolution does them, biases and all other layers left out. Layers of
 * nested models are counted where they stand.
 *
 * @throws RangeError for a model whose images have no fixed size
 * @example
 * multiplyAdds(await buildModel('vgg16', { inputShape: [224, 224, 3], head: 'none' })); // 15346630656
 */
export function multiplyAdds(model: LayersModel): number {
  return model.layers.reduce((sum, layer) => sum + ofLayer(layer), 0);
}

function ofLayer(layer: layers.Layer): number {
  if ('layers' in layer) return multiplyAdds(layer as LayersModel);
  const kernels = layer.weights.filter(({ originalName }) => originalName.includes('kernel'));
  if (kernels.length === 0) return 0;
  return layer.inboundNodes.reduce((sum, _, node) => {
    const output = layer.getOutputAt(node);
    const { shape } = Array.isArray(output) ? output[0]! : output;
    const places = shape.slice(1, -1);
    if (places.some((side) => side === null))
      throw new RangeError(
        `multiplyAdds needs a model with a fixed inputShape. Layer ${layer.name} gives ${JSON.stringify(shape)}.`,
      );
    // Each weight of a kernel is used once at each place of the output; a dense layer has one place.
    const weights = kernels.reduce(
      (count, kernel) => count + util.sizeFromShape(kernel.shape.map(Number)),
      0,
    );
    return sum + weights * util.sizeFromShape(places.map(Number));
  }, 0);
}
