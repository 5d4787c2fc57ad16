/** Grad-CAM: which parts of an image raised a class's score, by the gradients at a late layer. */
import * as tf from '@tensorflow/tfjs-core';
import { layers, LayersModel, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { normalizedBatch } from '../engine/normalized-batch';
import { requireEngine } from '../engine/require-engine';
import type { CellImage } from '../image/cell-image';
import type { Normalization } from '../image/normalize';
import { checkClassIndex } from '../scores/checks';
import { resizeMap, scaleToOne, type ClassHeatMap } from './heat-map';
import { evaluate, outputOf, predictKeeping, tensorsOf } from './layer-graph';

/** Options of `gradCam`. */
export interface GradCamOptions {
  /** Which classes to explain. @default the one of the highest score */
  classIndices?: readonly number[] | undefined;
  /** What the model was trained with. @default mean 0, std 1 */
  normalization?: Normalization | undefined;
  /**
   * Name of a layer whose output is a map `[batch, height, width, channels]`, within nested models too.
   * @default the last of more than one pixel, before pooling and Dropout
   */
  layer?: string | undefined;
}

/** Where a network saw a class; `raw` has the size of the layer's map and the unit of the logit. */
export interface GradCamMap extends ClassHeatMap {
  /** Whose output was looked at. */
  readonly layer: string;
}

/**
 * Grad-CAM, `ReLU(Σ_k α_k A_k)`: A_k are the maps that a late convolutional layer makes, α_k the mean over their pixels
 * of the gradient of the class's score. Selvaraju et al. 2017, https://arxiv.org/abs/1610.02391
 *
 * The score is the logit: where the last layer ends in a sigmoid or softmax, the network's end is computed without it
 * (the layer's activation is linear meanwhile), not divided by its derivative, which is 0 / 0 where it saturates.
 * The backbone runs once, and each class costs a gradient from the end to the layer. Leaves no tensor behind.
 *
 * @param model - with one input `[batch, height, width, channels]` and one output `[batch, classes]`
 * @param image - of the input's size and channels, such as `predictor.prepare` gives; not normalised
 * @returns a map a class, in the order of `classIndices`, of the image's size, bilinear between the layer's pixels
 * @throws RangeError for an image of another shape, a class or a layer that isn't there, and a layer that makes no map
 * or whose map doesn't lead to the scores
 * @example
 * const [map] = await gradCam(model, image, { classIndices: [2], normalization });
 * await encodePng(drawHeatMap(compositeRgb(image), map));
 */
export async function gradCam(
  model: LayersModel,
  image: CellImage,
  options: GradCamOptions = {},
): Promise<GradCamMap[]> {
  requireEngine();
  const output = model.outputs[0]!;
  const numClasses = output.shape[1]!;
  options.classIndices?.forEach((k) => {
    checkClassIndex(k, numClasses);
  });
  checkShape(model, image);
  const features = options.layer === undefined ? lastMap(model) : outputOf(model, options.layer);
  const layer = features.sourceLayer.name;
  if (features.shape.length !== 4)
    throw new RangeError(
      `layer must make a map [batch, height, width, channels]. Received ${layer}, which makes [${features.shape.join(', ')}]`,
    );

  const xs = normalizedBatch([image], options.normalization ?? {});
  const owned: tf.Tensor[] = [xs];
  try {
    const { scores, input, output: maps } = predictKeeping(model, features.sourceLayer, xs);
    owned.push(scores, input, maps);
    const values = await scores.data<'float32'>();
    const classIndices = options.classIndices ?? [values.indexOf(values.reduce((a, b) => Math.max(a, b)))];
    const [, height, width] = maps.shape as [number, number, number, number];
    const found: GradCamMap[] = [];
    for (const classIndex of classIndices) {
      const logit = (at: tf.Tensor) =>
        withoutActivation(output, () => {
          const given = [
            [model.inputs[0]!, () => xs],
            [features, () => at],
          ] as const;
          return tf.slice(evaluate(output, new Map(given)), [0, classIndex], [1, 1]);
        });
      const cam = tf.tidy(() => weighted(maps, gradientOf(logit, maps, layer)));
      owned.push(cam);
      const raw = { width, height, data: (await cam.data<'float32'>()).slice() };
      const scaled = resizeMap(scaleToOne(raw), image.width, image.height);
      found.push({ ...scaled, classIndex, score: values[classIndex]!, raw, layer });
    }
    return found;
  } finally {
    tf.dispose(owned);
  }
}

function weighted(maps: tf.Tensor, gradient: tf.Tensor): tf.Tensor {
  const weights = tf.mean(gradient, [1, 2], true);
  return tf.relu(tf.sum(tf.mul(maps, weights), -1));
}

function gradientOf(logit: (at: tf.Tensor) => tf.Tensor, maps: tf.Tensor, layer: string): tf.Tensor {
  try {
    return tf.grad(logit)(maps);
  } catch (cause) {
    if (!(cause as Error).message.includes('Cannot compute gradient of y=f(x)')) throw cause;
    throw new RangeError(`layer must lead to the scores. Received ${layer}`, { cause });
  }
}

/** The last map of more than one pixel that neither pooling nor Dropout made; within nested models, their layer's. */
function lastMap(model: LayersModel): SymbolicTensor {
  const map = tensorsOf(model).findLast(({ shape, inputs, sourceLayer }) => {
    const isMap = shape.length === 4 && shape[1] !== 1 && shape[2] !== 1;
    return (
      isMap &&
      inputs.length > 0 &&
      !(sourceLayer instanceof LayersModel) &&
      !/Pooling|Dropout/.test(sourceLayer.getClassName())
    );
  });
  if (!map) throw new RangeError('model must have a layer with a map of more than one pixel. It has none');
  return map;
}

/** Runs while the layer that makes the output has no sigmoid or softmax. */
function withoutActivation<T>(output: SymbolicTensor, run: () => T): T {
  let { sourceLayer } = output;
  while (sourceLayer instanceof LayersModel) ({ sourceLayer } = sourceLayer.outputs[0]!);
  const last = sourceLayer as layers.Layer & { activation?: { getClassName(): string } };
  const { activation } = last;
  if (!activation || !['sigmoid', 'softmax'].includes(activation.getClassName())) return run();
  last.activation = (layers.activation({ activation: 'linear' }) as typeof last).activation!;
  try {
    return run();
  } finally {
    last.activation = activation;
  }
}

function checkShape(model: LayersModel, { width, height, channels }: CellImage): void {
  const [, ...shape] = model.inputs[0]!.shape;
  const given = [height, width, channels];
  if (shape.length !== 3 || shape.some((side, i) => side !== null && side !== given[i]))
    throw new RangeError(
      `image must be ${shape.map((side) => side ?? 'any').join('×')} (height, width, channels), as the model's input. Received ${given.join('×')}`,
    );
}
