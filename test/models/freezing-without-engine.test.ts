/** Frozen batch normalizations where no engine was chosen, so that nothing of tfjs is replaced beforehand. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, beforeEach, expect, it } from 'vitest';
import { buildModel, freezeBackbone, trainModel } from 'hpa-kit';
import { loadModel, saveModel } from 'hpa-kit/node';
import { ALL, BACKBONE, cells, changedBy, compile, HEAD, network, steps } from './frozen';

const prototype = Object.getPrototypeOf(tfl.layers.batchNormalization({ name: 'prototype' })) as {
  call: (inputs: tf.Tensor, kwargs: object) => tf.Tensor;
};
const stockCall = prototype.call;

beforeAll(() => tf.setBackend('cpu'));
beforeEach(() => {
  prototype.call = stockCall;
});

/** Freezes as plain tfjs does. */
function freezeByHand(model: tfl.LayersModel): void {
  for (const name of BACKBONE) model.getLayer(name).trainable = false;
}

it('tfjs by itself moves the statistics of frozen layers', async () => {
  const image = tfl.input({ shape: [2] });
  const bn = tfl.layers.batchNormalization({ name: 'bn', trainable: false });
  const dense = tfl.layers.dense({ units: 1, name: 'scores' });
  const model = tfl.model({ inputs: image, outputs: dense.apply(bn.apply(image)) as tfl.SymbolicTensor });
  model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
  const train = () =>
    model.trainOnBatch(
      tf.tensor2d([
        [1, 2],
        [3, 5],
      ]),
      tf.ones([2, 1]),
    );
  await expect(changedBy(model, train)).rejects.toThrow(/bn\/moving_mean/);
});

it('stay after freezeBackbone', async () => {
  const model = network();
  freezeBackbone(model);
  compile(model);
  expect(await changedBy(model, () => steps(model))).toEqual(HEAD);
});

it('stay in trainModel, whoever froze them', async () => {
  const model = network();
  freezeByHand(model);
  const train = () => trainModel(model, { train: cells(), epochs: 1 });
  expect(await changedBy(model, train)).toEqual(HEAD);
});

it('stay in a model that was frozen whole', async () => {
  const inner = network();
  const image = tfl.input({ shape: [8, 8, 2] });
  const scores = tfl.layers
    .dense({ units: 2, name: 'last', activation: 'sigmoid' })
    .apply(inner.apply(image)) as tfl.SymbolicTensor;
  const model = tfl.model({ inputs: image, outputs: scores });
  inner.trainable = false;
  expect(await changedBy(model, () => trainModel(model, { train: cells(), epochs: 1 }))).toEqual(['last']);
});

it('stay after buildModel, whoever freezes them', async () => {
  const other = await buildModel('smallCnn', { inputShape: [40, 40, 4] });
  const model = network();
  freezeByHand(model);
  compile(model);
  expect(await changedBy(model, () => steps(model))).toEqual(HEAD);
  other.dispose();
});

it('stay after loadModel, which freezes again what was frozen', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'hpa-kit-frozen-'));
  const model = network();
  freezeByHand(model);
  await saveModel(model, dir);
  const loaded = await loadModel(dir);
  await rm(dir, { recursive: true });
  compile(loaded);
  expect(await changedBy(loaded, () => steps(loaded))).toEqual(HEAD);
});

it('train without gamma and without beta, which tfjs by itself fails at, as with ones and zeros', async () => {
  const x = tf.randomNormal([5, 4, 3], 0, 1, 'float32', 1);
  const run = (options: object) => {
    const layer = tfl.layers.batchNormalization(options);
    const y = layer.apply(x, { training: true }) as tf.Tensor;
    const dx = tf.grad((input) => tf.sum(tf.square(layer.apply(input, { training: true }) as tf.Tensor)))(x);
    return [y, dx, ...layer.weights.slice(-2).map((weight) => weight.read())].map((t) =>
      t.dataSync().slice(),
    );
  };
  expect(() => run({ scale: false })).toThrow(TypeError);
  const full = run({});
  await buildModel('smallCnn', { inputShape: [40, 40, 4] });
  for (const options of [{ scale: false }, { center: false }, { scale: false, center: false }])
    expect(run(options)).toEqual(full);
});

it('train when nothing is frozen', async () => {
  const model = network();
  expect(await changedBy(model, () => trainModel(model, { train: cells(), epochs: 1 }))).toEqual(ALL);
});
