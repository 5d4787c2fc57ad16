import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { buildModel, freezeBackbone, unfreezeBackbone } from 'hpa-kit';
import { useEngine } from 'hpa-kit/node';
import { beforeAll, describe, expect, test } from 'vitest';

beforeAll(async () => {
  await useEngine({ engine: 'wasm', threads: 1 });
});

const trainable = (model: LayersModel) =>
  model.trainableWeights.reduce((sum, { shape }) => sum + tf.util.sizeFromShape(shape.map(Number)), 0);

describe('byrachonokTransfer', () => {
  test('has the weights of V, also with the backbone frozen and unfrozen again', async () => {
    const started = performance.now();
    const model = await buildModel('byrachonokTransfer', { freeze: true });
    expect((performance.now() - started) / 1000).toBeLessThan(30);
    expect(model.countParams()).toBe(58_742_664);
    expect(trainable(model)).toBe(4_405_916);
    unfreezeBackbone(model);
    expect(trainable(model)).toBe(58_682_108);
    freezeBackbone(model);
    expect(trainable(model)).toBe(4_405_916);
    model.dispose();
  });

  test('on InceptionV3 is model 18, of half the size', async () => {
    const model = await buildModel('byrachonokTransfer', { backbone: 'inceptionV3' });
    // 21,802,784 of the backbone, 12 of the BatchNorm, and the head on 2048 channels of 8×8.
    const head = 2048 * 128 + 128 + (64 * 128 * 512 + 512) + (512 * 28 + 28);
    expect(model.countParams()).toBe(21_802_784 + 12 + head);
    expect(model.outputs[0]!.shape).toEqual([null, 28]);
    model.dispose();
  });

  test('normalises the image by the batch, and learns from it no scale and shift', async () => {
    const model = await buildModel('byrachonokTransfer', {
      inputShape: [75, 75, 3],
      backbone: 'inceptionV3',
      seed: 1,
      numClasses: 2,
    });
    const batchNorm = model.getLayer('image_bn');
    const values = () => batchNorm.getWeights().map((weight) => Array.from(weight.dataSync()));
    model.compile({ optimizer: 'sgd', loss: 'binaryCrossentropy' });
    const [x, y] = [tf.fill([2, 75, 75, 3], 0.5), tf.ones([2, 2])];
    await model.trainOnBatch(x, y);
    const [gamma, beta, mean] = values() as [number[], number[], number[]];
    expect(gamma).toEqual([1, 1, 1]);
    expect(beta).toEqual([0, 0, 0]);
    for (const value of mean) expect(value).toBeCloseTo(0.005, 6);
    tf.dispose([x, y]);
    model.dispose();
  });

  test('refuses another backbone', async () => {
    await expect(buildModel('byrachonokTransfer', { backbone: 'vgg16' as 'inceptionV3' })).rejects.toThrow(
      'backbone must be one of inceptionResNetV2, inceptionV3. Received "vgg16"',
    );
  });
});

describe('winnerDenseNet121', () => {
  test('pools by maximum and average, and has two dense layers', async () => {
    const model = await buildModel('winnerDenseNet121', { inputShape: [64, 64, 4] });
    expect(model.countParams()).toBe(9_179_804);
    expect(model.getLayer('head_pool').outputShape).toEqual([null, 2048]);
    const names = model.layers.slice(-9).map(({ name }) => name);
    expect(names.slice(2)).toEqual([
      'head_pool',
      'head_bn1',
      'head_dropout1',
      'head_hidden',
      'head_bn2',
      'head_dropout2',
      'scores',
    ]);
    model.dispose();
  });
});

describe('head and pooling', () => {
  const features = { inputShape: [64, 64, 3] as const, numClasses: 5, seed: 1 };

  test.each([
    ['average', 1024],
    ['max', 1024],
    ['maxAverage', 2048],
    ['flatten', 4096],
  ] as const)('%s pooling without a head gives %i features', async (pooling, count) => {
    const model = await buildModel('densenet121', { ...features, head: 'none', pooling });
    expect(model.outputs[0]!.shape).toEqual([null, count]);
    model.dispose();
  });

  test('pooling may be other than what the head is used to', async () => {
    const model = await buildModel('densenet121', { ...features, head: 'byrachonok', pooling: 'max' });
    expect(model.getLayer('head_hidden').getWeights()[0]!.shape).toEqual([128, 512]);
    expect(model.outputs[0]!.shape).toEqual([null, 5]);
    model.dispose();
  });

  test('dropout sets the rates of the head', async () => {
    const model = await buildModel('winnerDenseNet121', { ...features, dropout: 0.4 });
    const rates = model.layers.map((layer) => layer.getConfig().rate).filter((rate) => rate !== undefined);
    expect(rates).toEqual([0.4, 0.4]);
    model.dispose();
  });

  test.each([
    [{ head: 'big' }, 'head must be one of linear, byrachonok, winner, none. Received "big"'],
    [{ pooling: 'mean' }, 'pooling must be one of average, max, maxAverage, flatten. Received "mean"'],
    [{ convention: 'jax' }, 'convention must be one of keras, torch, timm. Received "jax"'],
    [{ filters: [2] }, 'densenet121 has no option "filters"'],
    [{ inputShape: [31, 64, 3] }, 'needs at least 32×32 pixels'],
  ])('%j is refused', async (options, message) => {
    await expect(buildModel('densenet121', options as object)).rejects.toThrow(message);
  });
});
