/** The same network for images of another size. */
import * as tf from '@tensorflow/tfjs-core';
import { models, type LayersModel } from '@tensorflow/tfjs-layers';
import { mendTfjs } from '../engine/mend-tfjs';
import { builtAs, rememberBuilt } from './built-models';
import { namedWeights } from './named-weights';

/**
 * A copy of a model, weights and frozen layers included, that takes square images of another size. For networks that end in global pooling,
 * as all backbones of `buildModel` do by default; a Dense layer after Flatten has weights for one size only.
 *
 * Dropout layers of the copy have no seed of their own; `trainModel` lends them its.
 *
 * @param imageSize - pixels a side
 * @throws RangeError where a weight's shape depends on the image's size, or the size is too small for the network
 * @example
 * const small = await buildModel('resnet18', { inputShape: [128, 128, 4], numClasses: 28 });
 * await trainModel(small, { train: train.withImageSize(128), epochs: 5 });
 * const large = await resizeModel(small, 224);
 */
export async function resizeModel(model: LayersModel, imageSize: number): Promise<LayersModel> {
  if (!Number.isInteger(imageSize) || imageSize < 1)
    throw new RangeError(`imageSize must be a positive integer. Received ${imageSize}`);
  mendTfjs();
  const [, height, width] = model.inputs[0]!.shape;
  const topology = JSON.parse(JSON.stringify(model.toJSON(null, false)), (key, value: unknown) => {
    const isImage = key === 'batch_input_shape' && Array.isArray(value) && value.length === 4;
    if (!isImage || value[1] !== height || value[2] !== width) return value;
    return [value[0] as null, imageSize, imageSize, value[3] as number];
  }) as Parameters<typeof models.modelFromJSON>[0];
  const resized = await models.modelFromJSON(topology);
  try {
    copyWeights(model, resized, imageSize);
  } catch (error) {
    resized.dispose();
    throw error;
  }
  const built = builtAs(model);
  if (built) rememberBuilt(resized, built);
  return resized;
}

function copyWeights(from: LayersModel, to: LayersModel, imageSize: number): void {
  const given = namedWeights(from);
  for (const [key, weight] of namedWeights(to)) {
    const before = given.get(key)!;
    if (!tf.util.arraysEqual(before.shape as number[], weight.shape as number[]))
      throw new RangeError(
        `"${key}" of shape ${before.shape.join('×')} would be ${weight.shape.join('×')} for images of ${imageSize} pixels. Use a network with global pooling`,
      );
    weight.write(before.read());
  }
}
