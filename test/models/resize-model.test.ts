import { createHash } from 'node:crypto';
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { beforeAll, expect, it } from 'vitest';
import { buildModel, freezeBackbone, resizeModel } from 'hpa-kit';
import { useEngine } from 'hpa-kit/node';
import { namedWeights } from '../../src/models/named-weights';
import { formulaImage } from './formula';

beforeAll(async () => {
  await useEngine({ engine: 'wasm' });
});

/** By name; vitest takes half a minute to compare 11 million numbers. */
const bytesOf = (model: LayersModel) =>
  Array.from(namedWeights(model), ([key, weight]) => {
    const values = weight.read().dataSync<'float32'>();
    return `${key} ${createHash('sha256').update(values).digest('hex')}`;
  });

it('is the network that would have been built for the size, with the same weights and frozen layers', async () => {
  const options = { numClasses: 3, seed: 4 };
  const small = await buildModel('resnet18', { ...options, inputShape: [64, 64, 4] });
  freezeBackbone(small, { exceptLast: 3 });
  const before = tf.memory().numTensors;
  const large = await resizeModel(small, 96);
  expect(large.inputs[0]!.shape).toEqual([null, 96, 96, 4]);
  expect(bytesOf(large)).toEqual(bytesOf(small));
  expect(large.trainableWeights.map(({ originalName }) => originalName)).toEqual(
    small.trainableWeights.map(({ originalName }) => originalName),
  );
  const built = await buildModel('resnet18', { ...options, inputShape: [96, 96, 4] });
  const image = formulaImage(2, [96, 96, 4]);
  const [ours, its] = [large.predict(image), built.predict(image)] as [tf.Tensor, tf.Tensor];
  expect(await ours.data()).toEqual(await its.data());
  tf.dispose([image, ours, its]);
  built.dispose();
  large.dispose();
  expect(tf.memory().numTensors).toBe(before);
  small.dispose();
});

it('refuses networks whose weights are for one size, and sizes too small, and leaves nothing', async () => {
  const model = await buildModel('haltufBaseline', { inputShape: [96, 96, 4], numClasses: 2 });
  const before = tf.memory().numTensors;
  await expect(resizeModel(model, 128)).rejects.toThrow(
    /".*kernel" of shape .* would be .* for images of 128 pixels. Use a network with global pooling/,
  );
  await expect(resizeModel(model, 0)).rejects.toThrow('imageSize must be a positive integer. Received 0');
  await expect(resizeModel(model, 20)).rejects.toThrow();
  expect(tf.memory().numTensors).toBe(before);
  model.dispose();
});
