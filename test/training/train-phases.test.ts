import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, expect, it } from 'vitest';
import {
  freezeBackbone,
  learningRateGroups,
  resizeModel,
  trainModel,
  trainPhases,
  unfreezeBackbone,
  type TrainPhase,
} from 'hpa-kit';
import { useEngine } from 'hpa-kit/node';
import { abortAfter, bytesOf, tinyData } from './tiny-training';

beforeAll(async () => {
  await useEngine({ engine: 'wasm' });
});

/** A backbone with global pooling and a head, for images 6×6×2. */
function pooled(seed = 1): tfl.LayersModel {
  const kernelInitializer = () => tfl.initializers.glorotUniform({ seed });
  const image = tfl.input({ shape: [6, 6, 2] });
  const layers = [
    tfl.layers.conv2d({ name: 'conv', filters: 3, kernelSize: 3, kernelInitializer: kernelInitializer() }),
    tfl.layers.batchNormalization({ name: 'bn' }),
    tfl.layers.globalAveragePooling2d({ name: 'pool' }),
    tfl.layers.dropout({ name: 'drop', rate: 0.2 }),
    tfl.layers.dense({
      name: 'scores',
      units: 2,
      activation: 'sigmoid',
      kernelInitializer: kernelInitializer(),
    }),
  ];
  const scores = layers.reduce((x, layer) => layer.apply(x) as tfl.SymbolicTensor, image);
  return tfl.model({ inputs: image, outputs: scores });
}

const { train, valid } = tinyData();
const phases: TrainPhase[] = [
  { name: 'head', freeze: true, epochs: 2, learningRate: 0.05 },
  {
    name: 'all',
    freeze: false,
    epochs: 2,
    makeOptimizer: (model) => learningRateGroups(model, { head: 0.02, backbone: 0.01 }),
  },
  { name: 'large', imageSize: 9, epochs: 1, learningRate: 0.003 },
];
const shared = { train, valid, batchSize: 6, seed: 2 };

/** The same by hand. */
async function byHand(): Promise<{ weights: number[]; losses: number[] }> {
  const model = pooled();
  freezeBackbone(model);
  const head = await trainModel(model, { ...shared, epochs: 2, learningRate: 0.05 });
  unfreezeBackbone(model);
  const optimizer = learningRateGroups(model, { head: 0.02, backbone: 0.01 });
  const all = await trainModel(model, { ...shared, epochs: 2, optimizer });
  optimizer.dispose();
  const large = await resizeModel(model, 9);
  const data = { train: train.withImageSize(9), valid: valid.withImageSize(9) };
  const last = await trainModel(large, { ...shared, ...data, epochs: 1, learningRate: 0.003 });
  const weights = bytesOf(large);
  for (const each of [model, large]) each.dispose();
  return { weights, losses: [head, all, last].flatMap(({ history }) => history.map(({ loss }) => loss)) };
}

it('trains as the phases by hand do, and leaks nothing', async () => {
  const expected = await byHand();
  const given = pooled();
  const before = tf.memory().numTensors;
  const { model, results } = await trainPhases(given, phases, shared);
  expect(model.inputs[0]!.shape).toEqual([null, 9, 9, 2]);
  expect(Object.keys(results)).toEqual(['head', 'all', 'large']);
  expect(bytesOf(model)).toEqual(expected.weights);
  const losses = Object.values(results).flatMap(({ history }) => history.map(({ loss }) => loss));
  expect(losses).toEqual(expected.losses);
  model.dispose();
  expect(tf.memory().numTensors).toBe(before);
  given.dispose();
});

it('goes on in the phase that was interrupted, to the same bytes', async () => {
  const { weights } = await byHand();
  for (const stopAt of [2, 8, 11, 18]) {
    const store = new Map<string, Uint8Array>();
    const { signal, callback } = abortAfter(stopAt);
    const first = pooled();
    const cut = await trainPhases(first, phases, {
      ...shared,
      callbacks: [callback],
      checkpoints: { store },
      signal,
    });
    expect(Object.values(cut.results).at(-1)!.stopped).toBe('aborted');
    const second = pooled(3);
    const { model } = await trainPhases(second, phases, { ...shared, checkpoints: { store } });
    expect(bytesOf(model), `stopped at ${stopAt}`).toEqual(weights);
    for (const each of new Set([first, cut.model, second, model])) each.dispose();
  }
});

it('refuses phases without names to tell them apart', async () => {
  const model = pooled();
  await expect(trainPhases(model, [], shared)).rejects.toThrow(
    /one or more, with names that differ. Received \[\]/,
  );
  await expect(trainPhases(model, [phases[0]!, phases[0]!], shared)).rejects.toThrow(/"head","head"/);
  model.dispose();
});
