/** A tfjs model as what gives scores. */
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { sha256 } from '../data/sources/sha256';
import { normalizedBatch } from '../engine/normalized-batch';
import { requireEngine } from '../engine/require-engine';
import { HpaError } from '../errors';
import { packModel } from '../models/model-files';
import type { LayersModelScorer } from './scorer';

/**
 * Wraps a model with one input `[batch, height, width, channels]` and one output `[batch, classes]`.
 *
 * @throws HpaError `model-invalid` for another model
 */
export function layersModelScorer(model: LayersModel): LayersModelScorer {
  const input = shapeOf(model.inputs);
  const output = shapeOf(model.outputs);
  const [, height, width, channels] = input;
  const numClasses = output[1];
  if (input.length !== 4 || !height || !width || !channels || output.length !== 2 || !numClasses)
    throw new HpaError(
      'model-invalid',
      'A predictor needs a model with one input [batch, height, width, channels] and one output [batch, classes]. ' +
        `This has inputs ${shapesOf(model.inputs)} and outputs ${shapesOf(model.outputs)}`,
    );
  return {
    model,
    inputShape: [height, width, channels],
    numClasses,
    get engine() {
      return `tfjs ${tf.getBackend()}`;
    },
    async score(images, normalization) {
      requireEngine();
      const xs = normalizedBatch(images, normalization);
      let scores: tf.Tensor | undefined;
      try {
        scores = model.predictOnBatch(xs) as tf.Tensor;
        return (await scores.data<'float32'>()).slice();
      } finally {
        tf.dispose([xs, scores ?? []]);
      }
    },
    async digest() {
      const digests = Array.from(await packModel(model), async ([name, bytes]) => {
        return `${name} ${await sha256(bytes)}`;
      });
      return (await Promise.all(digests)).join(', ');
    },
    dispose() {
      model.dispose();
    },
  };
}

/** Of the one tensor that there should be. */
function shapeOf(tensors: LayersModel['inputs']): readonly (number | null)[] {
  return tensors.length === 1 ? tensors[0]!.shape : [];
}

function shapesOf(tensors: LayersModel['inputs']): string {
  return tensors.map(({ shape }) => `[${shape.map((side) => side ?? 'any').join(', ')}]`).join(' and ');
}
