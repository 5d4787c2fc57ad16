/** Grad-CAM against Keras, on each engine and each network of the registry. */
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { buildModel, gradCam, listModels, type CellImage } from 'hpa-kit';
import { useEngine } from 'hpa-kit/node';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { eachEngine, relativeError } from '../engines';
import golden from '../golden/explain_grad_cam.json';
import { fillByFormula, formulaImage } from '../models/formula';

type Shape = [height: number, width: number, channels: number];

async function imageOf(shape: readonly number[]): Promise<CellImage> {
  const [height, width, channels] = shape as Shape;
  const tensor = formulaImage(1, [height, width, channels]);
  const data = (await tensor.data<'float32'>()).slice();
  tensor.dispose();
  return { width, height, channels, data };
}

async function smallCnn() {
  const options = { inputShape: [40, 32, 4] as Shape, filters: [4, 8], poolSizes: [2, 2], neurons: 10 };
  const model = await buildModel('smallCnn', { ...options, numClasses: 5 });
  fillByFormula(model);
  return model;
}

/** A network whose backbone is a model of its own. */
function residual(activation: 'softmax' | 'sigmoid' | 'linear' = 'softmax') {
  const image = tfl.input({ shape: [24, 24, 3] });
  const conv = (filters: number, options: object) =>
    tfl.layers.conv2d({ filters, kernelSize: 3, padding: 'same', ...options });
  const conv1 = conv(6, { activation: 'relu', name: 'conv1' }).apply(image);
  const first = tfl.layers.batchNormalization({ name: 'bn1' }).apply(conv1) as tfl.SymbolicTensor;
  const second = conv(6, { name: 'conv2' }).apply(first) as tfl.SymbolicTensor;
  const sum = tfl.layers.add({ name: 'add' }).apply([first, second]);
  const rectified = tfl.layers.reLU({ name: 'relu' }).apply(sum);
  const pooled = tfl.layers.maxPooling2d({ poolSize: 2, name: 'pool' }).apply(rectified);
  const maps = conv(5, { padding: 'valid', activation: 'relu', name: 'conv3' }).apply(pooled);
  const backbone = tfl.model({ inputs: image, outputs: maps as tfl.SymbolicTensor, name: 'backbone' });
  const outer = tfl.input({ shape: [24, 24, 3] });
  const average = tfl.layers.globalAveragePooling2d({ name: 'average' }).apply(backbone.apply(outer));
  const scores = tfl.layers.dense({ units: 4, activation, name: 'scores' }).apply(average);
  const model = tfl.model({ inputs: outer, outputs: scores as tfl.SymbolicTensor });
  fillByFormula(model);
  fillByFormula(backbone);
  return model;
}

eachEngine(() => {
  test.each([
    ['smallCnn', smallCnn, 'conv2'],
    ['residual', () => residual(), 'conv3'],
  ] as const)('%s is as in Keras', async (name, build, layer) => {
    const { shape, size, raw, logits, strongest, resized } = golden[name];
    const [model, image] = [await build(), await imageOf(shape)];
    const before = tf.memory().numTensors;
    const maps = await gradCam(model, image, { classIndices: logits.map((_, k) => k) });
    const [best] = await gradCam(model, image);
    expect(tf.memory().numTensors).toBe(before);
    maps.forEach((map, k) => {
      expect(map).toMatchObject({ classIndex: k, layer, raw: { height: size[0], width: size[1] } });
      // The smallest of a class's map is compared with the largest of all of them.
      expect(relativeError([...map.raw.data, scaleOf(raw)], [...raw[k]!, scaleOf(raw)])).toBeLessThan(1e-4);
    });
    expect(best).toMatchObject({ classIndex: strongest, height: shape[0], width: shape[1] });
    expect(relativeError(best!.data, resized)).toBeLessThan(1e-4);
    expect(maps[strongest]!.data).toEqual(best!.data);
    model.dispose();
  });
});

const scaleOf = (raw: number[][]) => Math.max(...raw.flat());

describe('on cpu', () => {
  beforeAll(async () => {
    await useEngine({ engine: 'cpu' });
  });

  it('looks at the logit, so that a saturated sigmoid changes nothing', async () => {
    const model = residual('sigmoid');
    const image = await imageOf(golden.residual.shape);
    const [before] = await gradCam(model, image, { classIndices: [1] });
    const [kernel, bias] = model.getLayer('scores').getWeights();
    const large = tf.fill(bias!.shape, 200);
    model.getLayer('scores').setWeights([kernel!, large]);
    const [after] = await gradCam(model, image, { classIndices: [1] });
    expect(after!.score).toBe(1);
    expect(after!.raw).toEqual(before!.raw);
    expect(Math.max(...after!.data)).toBeGreaterThan(0.9);
    expect((model.getLayer('scores').getConfig() as { activation: string }).activation).toBe('sigmoid');
    large.dispose();
    model.dispose();
  });

  it.each([
    ['conv2', 'which a connection skips', 1],
    ['bn1', 'which two layers read', 1],
  ])('has the right gradient at %s, %s', async (layer, _, shift) => {
    const model = residual('linear');
    const backbone = model.getLayer('backbone');
    if (!(backbone instanceof tfl.LayersModel)) throw new TypeError('backbone must be a model');
    const image = await imageOf(golden.residual.shape);
    const [map] = await gradCam(model, image, { classIndices: [2], layer });
    const xs = tf.tensor4d(image.data as Float32Array, [1, 24, 24, 3]);

    // A shift moves all pixels of one map, so that the logit moves by their mean gradient times their number.
    const step = 0.02;
    const weights = backbone
      .getLayer(layer)
      .getWeights()
      .map((weight) => tf.clone(weight));
    const logitAt = (k: number, by: number) =>
      tf.tidy(() => {
        const moved = tf.add(weights[shift]!, tf.mul(tf.oneHot(k, 6), by));
        backbone.getLayer(layer).setWeights(weights.with(shift, moved));
        const logits = (model.predict(xs) as tf.Tensor).dataSync();
        backbone.getLayer(layer).setWeights(weights);
        return logits[2]!;
      });
    const alphas = Array.from({ length: 6 }, (_, k) => {
      return (logitAt(k, step) - logitAt(k, -step)) / (2 * step) / (24 * 24);
    });
    const output = backbone.getLayer(layer).output as tfl.SymbolicTensor;
    const expected = tf.tidy(() => {
      const maps = tfl.model({ inputs: backbone.inputs, outputs: output }).predict(xs) as tf.Tensor;
      return tf.relu(tf.sum(tf.mul(maps, alphas), -1)).dataSync();
    });
    expect(expected.some((value) => value > 0)).toBe(true);
    // Maxima and ReLUs that turn within the step cost digits.
    expect(relativeError(map!.raw.data, expected)).toBeLessThan(0.02);
    tf.dispose([xs, weights]);
    model.dispose();
  });

  it.each([
    ['pool1', 'layer must be one of'],
    ['average', 'layer must make a map'],
  ])('refuses the layer %s', async (layer, message) => {
    const model = residual();
    const image = await imageOf(golden.residual.shape);
    const before = tf.memory().numTensors;
    await expect(gradCam(model, image, { layer })).rejects.toThrow(message);
    expect(tf.memory().numTensors).toBe(before);
    model.dispose();
  });

  it('refuses a layer that is applied twice, and the input', async () => {
    const shared = tfl.sequential({
      layers: [tfl.layers.conv2d({ inputShape: [8, 8, 1], filters: 1, kernelSize: 3, name: 'twice' })],
    });
    const image = tfl.input({ shape: [8, 8, 1], name: 'image' });
    const sides = [image, tfl.layers.reLU().apply(image)].map((x) => shared.apply(x)) as tfl.SymbolicTensor[];
    const pooled = tfl.layers.globalAveragePooling2d({}).apply(tfl.layers.add().apply(sides));
    const scores = tfl.layers.dense({ units: 2 }).apply(pooled) as tfl.SymbolicTensor;
    const model = tfl.model({ inputs: image, outputs: scores });
    const cell = await imageOf([8, 8, 1]);
    const before = tf.memory().numTensors;
    await expect(gradCam(model, cell, { layer: 'twice' })).rejects.toThrow('Received twice, which is shared');
    await expect(gradCam(model, cell, { layer: 'image' })).rejects.toThrow('layer must be one of');
    expect((await gradCam(model, cell))[0]!.raw.width).toBe(6);
    expect(tf.memory().numTensors).toBe(before);
    tf.dispose([model, shared].flatMap(({ weights }) => weights.map((weight) => weight.read())));
  });

  it('refuses a wrong image, class and model', async () => {
    const model = residual();
    const image = await imageOf([24, 23, 3]);
    await expect(gradCam(model, image)).rejects.toThrow(/must be 24×24×3 .* Received 24×23×3/);
    const right = await imageOf([24, 24, 3]);
    await expect(gradCam(model, right, { classIndices: [4] })).rejects.toThrow('Received 4');
    const flat = tfl.sequential({
      layers: [tfl.layers.flatten({ inputShape: [24, 24, 3] }), tfl.layers.dense({ units: 2 })],
    });
    await expect(gradCam(flat, right)).rejects.toThrow('map of more than one pixel');
    model.dispose();
    flat.dispose();
  });
});

describe('every network of the registry', () => {
  beforeAll(async () => {
    await useEngine({ engine: 'wasm' });
  });
  afterAll(() => {
    tf.disposeVariables();
  });

  test.each(listModels().map(({ name }) => name))('%s', async (name) => {
    const { defaultInputShape: shape, minimumSize } = listModels().find((info) => info.name === name)!;
    // So large that the last map has several pixels.
    const side = Math.max(96, minimumSize);
    const inputShape: Shape = [side, side, shape[2]];
    const model = await buildModel(name, { inputShape, numClasses: 3, seed: 1 });
    const before = tf.memory().numTensors;
    const [map] = await gradCam(model, await imageOf(inputShape), { classIndices: [1] });
    expect(tf.memory().numTensors).toBe(before);
    expect(map!.data.every(Number.isFinite)).toBe(true);
    expect(map!.raw.width).toBeGreaterThan(1);
    model.dispose();
  });
});
