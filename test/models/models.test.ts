import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { loadLayersModel, type LayersModel } from '@tensorflow/tfjs-layers';
import {
  binaryCrossEntropy,
  buildModel,
  listModels,
  setDropoutStep,
  smallCnnPresets,
  type ModelOptions,
} from 'hpa-kit';
import { beforeAll, describe, expect, test } from 'vitest';
import { registerWasmTrainingKernels } from '../../src/engine/wasm/register';
import golden from '../golden/keras_models.json';

beforeAll(() => tf.setBackend('cpu'));

/** Numbers in [-1, 1) that depend on the index of the tensor and of the element; keras_models.py has the same. */
function noise(tensor: number, count: number): Float64Array {
  const key = Math.imul(tensor + 1, 0x85ebca6b);
  return Float64Array.from({ length: count }, (_, i) => {
    let x = Math.imul(i + 1, 0x9e3779b1) ^ key;
    x = Math.imul(x ^ (x >>> 15), 0x2c1b3c6d);
    x = Math.imul(x ^ (x >>> 12), 0x297a2d39);
    return ((x ^ (x >>> 15)) >>> 0) / 2 ** 31 - 1;
  });
}

/** Fills the weights by formula, layer by layer in the order given. */
function fillWeights(model: LayersModel, layerNames: readonly string[]) {
  let index = 0;
  for (const layer of layerNames.map((name) => model.getLayer(name))) {
    const values = layer.weights.map(({ name, shape }) => {
      const size = shape.map(Number);
      const raw = noise(index++, tf.util.sizeFromShape(size));
      const fanIn = tf.util.sizeFromShape(size.slice(0, -1));
      const scaled = name.includes('kernel')
        ? raw.map((x) => x * Math.sqrt(6 / fanIn))
        : /gamma|variance/.test(name)
          ? raw.map((x) => 1 + 0.3 * x)
          : raw.map((x) => 0.1 * x);
      return tf.tensor(Float32Array.from(scaled), size);
    });
    layer.setWeights(values);
    tf.dispose(values);
  }
}

function weightCounts(model: LayersModel) {
  const count = (weights: LayersModel['weights']) =>
    weights.reduce((sum, { shape }) => sum + tf.util.sizeFromShape(shape.map(Number)), 0);
  return { total: model.countParams(), trainable: count(model.trainableWeights) };
}

/** How far the tensor is from what is expected, at most, each difference divided by `scale`. */
function distance(actual: tf.Tensor, expected: number[][], scale: (value: number) => number): number {
  expect(actual.shape).toEqual([expected.length, expected[0]!.length]);
  const want = expected.flat();
  return Math.max(
    ...Array.from(actual.dataSync(), (value, i) => Math.abs(value - want[i]!) / scale(want[i]!)),
  );
}

describe('weights are as many as in Keras', () => {
  test.each(listModels())('$name, as listed', async ({ name, weights, defaultInputShape }) => {
    const model = await buildModel(name);
    expect(weightCounts(model)).toEqual(weights);
    expect(model.inputs[0]!.shape).toEqual([null, ...defaultInputShape]);
    expect(model.outputs[0]!.shape).toEqual([null, 28]);
    expect(model.name).toBe(name);
    model.dispose();
  });

  test('haltufBaseline', () => {
    const info = listModels().find(({ name }) => name === 'haltufBaseline');
    expect(info?.weights).toEqual(golden.counts.haltufBaseline);
    expect(info?.weights).toEqual({ total: 194_024, trainable: 193_320 });
  });

  test.each(['m5', 'm6', 'm7', 'm8'] as const)('smallCnn %s', async (preset) => {
    const model = await buildModel('smallCnn', smallCnnPresets[preset]);
    expect(weightCounts(model)).toEqual(golden.counts[preset]);
    model.dispose();
  });
});

describe('the same weights give what Keras gives', () => {
  beforeAll(async () => {
    await tf.setBackend('wasm');
    registerWasmTrainingKernels();
    return () => tf.setBackend('cpu');
  });

  const build = {
    haltufBaseline: () => buildModel('haltufBaseline', { inputShape: [96, 96, 4], dropout: 0 }),
    smallCnn: () =>
      buildModel('smallCnn', {
        inputShape: [64, 64, 4],
        filters: [4, 8],
        poolSizes: [3, 3],
        neurons: 10,
        l2: 0.01,
      }),
  };

  test.each(['haltufBaseline', 'smallCnn'] as const)('%s', async (name) => {
    const { size, batch, layers, inference, training, loss, gradientNorms } = golden[name];
    const model = await build[name]();
    fillWeights(model, layers);
    const side = size / 8;
    const squares = noise(1000, batch * side * side * 4);
    const pixels = noise(1001, batch * size * size * 4).map((pixel, i) => {
      const [channel, x, row] = [i % 4, Math.floor(i / 4) % size, Math.floor(i / 4 / size)];
      const square = squares[(Math.floor(row / 8) * side + Math.floor(x / 8)) * 4 + channel]!;
      return 0.5 + square / 4 + pixel / 4;
    });
    const images = tf.tensor4d(Float32Array.from(pixels), [batch, size, size, 4]);
    const hot = noise(1002, batch * 28).map((x) => (x > 0.5 ? 1 : 0));
    const labels = tf.tensor2d(Float32Array.from(hot), [batch, 28]);

    const predicted = model.predict(images) as tf.Tensor;
    expect(distance(predicted, inference, Math.abs)).toBeLessThan(1e-4);

    const crossEntropy = binaryCrossEntropy();
    const { value, grads } = tf.variableGrads(() => {
      const outputs = model.apply(images, { training: true }) as tf.Tensor;
      return tf.addN([crossEntropy(labels, outputs), ...model.calculateLosses()]) as tf.Scalar;
    });
    expect(value.dataSync()[0]).toBeCloseTo(loss, 5);
    const trainable = layers.flatMap((layer) => model.getLayer(layer).trainableWeights);
    expect(Object.keys(grads).length).toBe(trainable.length);
    trainable.forEach((weight, i) => {
      const norm = tf.tidy(() => tf.norm(grads[weight.name]!).dataSync()[0]!);
      expect(norm, weight.name).toBeGreaterThan(0);
      expect(Math.abs(norm / gradientNorms[i]! - 1), weight.name).toBeLessThan(1e-4);
    });

    const trained = tf.tidy(() => tf.clone(model.apply(images, { training: true }) as tf.Tensor));
    expect(distance(trained, training, Math.abs)).toBeLessThan(1e-4);
    tf.dispose([images, labels, predicted, trained, value, grads]);
    model.dispose();
  });
});

const TINY = { inputShape: [20, 20, 2], filters: [3], poolSizes: [4], neurons: 5, numClasses: 3 } as const;
const values = (model: LayersModel) => model.getWeights().map((weight) => Array.from(weight.dataSync()));

describe('seed', () => {
  test('fixes the initial weights, of each layer on its own', async () => {
    const models = await Promise.all(
      [1, 1, 2].map((seed) => buildModel('haltufBaseline', { inputShape: [94, 94, 4], seed })),
    );
    const [first, again, other] = models.map(values) as [number[][], number[][], number[][]];
    expect(again).toEqual(first);
    const kernels = models[0]!.weights.flatMap(({ name }, i) => (name.includes('kernel') ? [i] : []));
    expect(kernels.length).toBe(12);
    for (const i of kernels) expect(other[i]).not.toEqual(first[i]);
    expect(new Set(kernels.map((i) => first[i]![0])).size).toBe(kernels.length);
    for (const model of models) model.dispose();
  });

  test('unset, weights differ', async () => {
    const models = [await buildModel('smallCnn', TINY), await buildModel('smallCnn', TINY)];
    expect(values(models[0]!)).not.toEqual(values(models[1]!));
    for (const model of models) model.dispose();
  });

  test('initial kernels are uniform with the limit of Glorot', async () => {
    const model = await buildModel('smallCnn', { ...TINY, seed: 3 });
    const kernel = Array.from(model.getLayer('conv1').getWeights()[0]!.dataSync());
    const limit = Math.sqrt(6 / (5 * 5 * 2 + 5 * 5 * 3));
    expect(Math.max(...kernel.map(Math.abs))).toBeLessThanOrEqual(limit);
    expect(Math.max(...kernel.map(Math.abs))).toBeGreaterThan(0.95 * limit);
    model.dispose();
  });

  test('fixes what Dropout drops at each step, and no two steps drop the same', async () => {
    const ones = tf.ones([1, 20, 20, 2]);
    const build = () => buildModel('smallCnn', { ...TINY, seed: 5, dropout: 0.5 });
    const [model, twin] = [await build(), await build()];
    const step = (of: LayersModel) =>
      tf.tidy(() => Array.from((of.apply(ones, { training: true }) as tf.Tensor).dataSync()));
    const [first, second] = [step(model), step(model)];
    expect(second).not.toEqual(first);
    expect(step(twin)).toEqual(first);
    setDropoutStep(twin, 1);
    expect(step(twin)).toEqual(second);
    // In inference nothing is dropped, and no step is taken.
    const predict = () => tf.tidy(() => Array.from((model.predict(ones) as tf.Tensor).dataSync()));
    expect(predict()).toEqual(predict());
    setDropoutStep(model, 0);
    expect(step(model)).toEqual(first);
    tf.dispose(ones);
    model.dispose();
    twin.dispose();
  });
});

test.each([undefined, 7])('saved and loaded, a model predicts the same (seed %s)', async (seed) => {
  const options = {
    inputShape: [94, 94, 4],
    numClasses: 5,
    ...(seed === undefined ? {} : { seed }),
  } as const;
  const model = await buildModel('haltufBaseline', options);
  const artifacts = await new Promise<tf.io.ModelArtifacts>((resolve, reject) => {
    model
      .save(
        tf.io.withSaveHandler((saved) => {
          resolve(saved);
          return Promise.resolve({
            modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' },
          });
        }),
      )
      .catch(reject);
  });
  const loaded = await loadLayersModel(tf.io.fromMemory(artifacts));
  expect(values(loaded)).toEqual(values(model));
  const dropout = (of: LayersModel) =>
    of.layers.map((layer) => layer.getConfig().rate).filter((rate) => rate !== undefined);
  expect(dropout(loaded)).toEqual([0.25, 0.25, 0.25, 0.25, 0.25, 0.5, 0.1]);
  const image = tf.ones([1, 94, 94, 4]);
  const [a, b] = [model, loaded].map((each) => tf.tidy(() => (each.predict(image) as tf.Tensor).dataSync()));
  expect(b).toEqual(a);
  tf.dispose(image);
  model.dispose();
  loaded.dispose();
});

test('a model that is disposed of leaves no tensor', async () => {
  const before = tf.memory().numTensors;
  for (const seed of [undefined, 1]) {
    const model = await buildModel('haltufBaseline', { inputShape: [94, 94, 3], ...(seed ? { seed } : {}) });
    expect(tf.memory().numTensors).toBeGreaterThan(before);
    model.dispose();
  }
  expect(tf.memory().numTensors).toBe(before);
});

describe('options', () => {
  test('dropout sets every rate, numClasses and name are taken', async () => {
    const model = await buildModel('haltufBaseline', {
      inputShape: [94, 94, 1],
      dropout: 0.3,
      numClasses: 4,
      name: 'm',
    });
    const rates = model.layers.map((layer) => layer.getConfig().rate).filter((rate) => rate !== undefined);
    expect(rates).toEqual(Array(7).fill(0.3));
    expect(model.outputs[0]!.shape).toEqual([null, 4]);
    expect(model.name).toBe('m');
    model.dispose();
  });

  test('what is listed is a copy', () => {
    listModels()[0]!.weights.total = 0;
    expect(listModels()[0]!.weights.total).toBe(194_024);
  });

  test.each([
    ['an unknown model', 'resnet', {}, 'no model is called "resnet". There are haltufBaseline, smallCnn'],
    ['a name of Object', 'toString', {}, 'no model is called "toString"'],
    [
      'an image too small',
      'haltufBaseline',
      { inputShape: [93, 200, 4] },
      'inputShape [93, 200, 4] is too small for haltufBaseline: needs at least 94×94 pixels',
    ],
    ['an image too small', 'smallCnn', { inputShape: [10, 10, 4] }, 'needs at least 11×11 pixels'],
    [
      'two sizes',
      'smallCnn',
      { inputShape: [100, 100] },
      'inputShape must be [height, width, channels]. Received [100,100]',
    ],
    [
      'a negative size',
      'smallCnn',
      { inputShape: [100, -1, 4] },
      'inputShape must be made of positive integers. Received -1',
    ],
    ['no classes', 'smallCnn', { numClasses: 0 }, 'numClasses must be'],
    ['half a class', 'smallCnn', { numClasses: 1.5 }, 'numClasses must be'],
    ['a dropout of 1', 'smallCnn', { dropout: 1 }, 'dropout must lie in [0, 1). Received 1'],
    ['a seed of NaN', 'smallCnn', { seed: NaN }, 'seed must be a finite number'],
    ["another model's option", 'haltufBaseline', { filters: [2] }, 'haltufBaseline has no option "filters"'],
    ['a misspelt option', 'smallCnn', { numclasses: 2 }, 'smallCnn has no option "numclasses"'],
    ['too few poolSizes', 'smallCnn', { filters: [2, 4] }, 'Received 1 sizes for 2 convolutions'],
    ['a negative penalty', 'smallCnn', { l2: -1 }, 'l2 must be'],
    ['no filters in a convolution', 'smallCnn', { filters: [0] }, 'filters must be'],
  ])('%s is refused', async (_, name, options, message) => {
    await expect(buildModel(name, options as ModelOptions)).rejects.toThrow(message);
  });
});
