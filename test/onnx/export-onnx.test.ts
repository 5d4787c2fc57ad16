import * as tf from '@tensorflow/tfjs-core';
import { input, layers, model as makeModel, sequential, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { buildModel, resizeModel, smallCnnPresets, type BackboneOptions, type ModelName } from 'hpa-kit';
import { useEngine } from 'hpa-kit/node';
import { beforeAll, describe, expect, test } from 'vitest';
import { packModel, unpackModel } from '../../src/models/model-files';
import { encodeModel } from '../../src/onnx/encode-model';
import { exportOnnx } from '../../src/onnx/export-onnx';
import { OnnxGraph } from '../../src/onnx/onnx-graph';
import { exportError, largestDifference, ortNode, ortScores, ortWeb, randomBatch, stir } from './sessions';

/** Of the largest score; single precision and other orders of summation leave some 1e-6. */
const TOLERANCE = 1e-4;

beforeAll(async () => {
  await useEngine({ engine: 'wasm', threads: 1 });
});

const apply = (layer: layers.Layer, x: SymbolicTensor | SymbolicTensor[]) => layer.apply(x) as SymbolicTensor;

/** How many nodes of the file have this operator: field 4 of a node, a text with its length before it. */
function countOperators(bytes: Uint8Array, operator: string): number {
  const field = `"${String.fromCharCode(operator.length)}${operator}`;
  return Buffer.from(bytes).toString('latin1').split(field).length - 1;
}

describe('models of the registry score in onnxruntime as in tfjs', () => {
  const cases: [ModelName, BackboneOptions][] = [
    ['haltufBaseline', { inputShape: [101, 97, 4] }],
    ['winnerDenseNet121', { inputShape: [47, 33, 4] }],
    ['resnet18', { inputShape: [45, 39, 4], convention: 'torch' }],
    ['mobileNetV2', { inputShape: [45, 39, 4], head: 'none' }],
    ['mobileNetV3Small', { inputShape: [45, 39, 4], convention: 'timm' }],
    ['nasNetMobile', { inputShape: [45, 39, 4], pooling: 'flatten', head: 'none' }],
    ['convNeXtTiny', { inputShape: [45, 39, 4] }],
  ];
  test.each(cases)('%s %j', async (name, options) => {
    const model = await stir(await buildModel(name, { numClasses: 5, seed: 1, ...options }));
    expect(await exportError(model)).toBeLessThan(TOLERANCE);
    model.dispose();
  });

  test.each(Object.entries(smallCnnPresets))('smallCnn %s', async (_, preset) => {
    const model = await stir(await buildModel('smallCnn', { ...preset, inputShape: [151, 149, 4], seed: 1 }));
    expect(await exportError(model)).toBeLessThan(TOLERANCE);
    model.dispose();
  });

  test.each([
    ['haltufBaseline', 97],
    ['mobileNetV3Small', 39],
    ['convNeXtTiny', 39],
  ] as const)('%s in onnxruntime-web', async (name, side) => {
    const options = { inputShape: [side + 4, side, 4], numClasses: 5, seed: 1 } as const;
    const model = await stir(await buildModel(name, options));
    expect(await exportError(model, ortWeb)).toBeLessThan(TOLERANCE);
    model.dispose();
  });

  test('saved and loaded, and for images of another size', async () => {
    const model = await stir(
      await buildModel('resnet18', { inputShape: [64, 64, 4], numClasses: 5, seed: 1 }),
    );
    const files = await packModel(model);
    const read = (name: string) => Promise.resolve(files.get(name)!);
    const loaded = await unpackModel(files.get('model.json')!, read, 'model.json');
    expect(Buffer.compare(await exportOnnx(loaded), await exportOnnx(model))).toBe(0);
    const resized = await resizeModel(loaded, 51);
    expect(await exportError(resized)).toBeLessThan(TOLERANCE);
    for (const each of [model, loaded, resized]) each.dispose();
  });
});

describe('models of one’s own', () => {
  test('with models in models, and a layer that serves twice', async () => {
    const convolution = layers.conv2d({ filters: 4, kernelSize: 3, padding: 'same', activation: 'tanh' });
    const inner = sequential({ name: 'inner' });
    inner.add(
      layers.conv2d({ inputShape: [9, 7, 4], filters: 4, kernelSize: 3, padding: 'same', strides: 2 }),
    );
    inner.add(layers.batchNormalization());
    const image = input({ shape: [9, 7, 4] });
    const once = apply(convolution, image);
    // The first of two BatchNormalizations, if it were folded into the shared kernel, would change the other too.
    const normalized = apply(layers.batchNormalization(), once);
    const twice = apply(layers.batchNormalization(), apply(convolution, normalized));
    const merged = apply(layers.concatenate({ axis: -1 }), [
      apply(inner, twice),
      apply(inner, apply(layers.average(), [once, image])),
    ]);
    const scores = apply(layers.dense({ units: 3, activation: 'softmax' }), apply(layers.flatten(), merged));
    const model = await stir(makeModel({ inputs: image, outputs: scores }));
    expect(await exportError(model)).toBeLessThan(TOLERANCE);
    model.dispose();
  });

  test.each(
    ['elu', 'gelu', 'hardSigmoid', 'linear', 'logSoftmax', 'mish', 'relu', 'relu6', 'selu', 'sigmoid'].concat(
      ['softmax', 'softplus', 'softsign', 'swish', 'tanh'],
    ),
  )('with the activation %s', async (activation) => {
    const image = input({ shape: [6, 5, 3] });
    const x = apply(layers.conv2d({ filters: 4, kernelSize: 3, dilationRate: 2 }), image);
    const y = apply(layers.activation({ activation: activation as 'relu' }), x);
    const model = await stir(makeModel({ inputs: image, outputs: apply(layers.flatten(), y) }));
    expect(await exportError(model)).toBeLessThan(TOLERANCE);
    model.dispose();
  });

  test('with layers that the registry has no use for', async () => {
    const image = input({ shape: [8, 7, 6] });
    const x = apply(layers.gaussianNoise({ stddev: 1 }), apply(layers.leakyReLU({ alpha: 0.1 }), image));
    const y = apply(layers.reshape({ targetShape: [8, 14, -1] }), apply(layers.elu(), x));
    const pooled = apply(layers.averagePooling2d({ poolSize: 3, strides: 2, padding: 'same' }), y);
    const low = apply(layers.minimum(), [pooled, apply(layers.softmax({ axis: -1 }), pooled)]);
    const high = apply(layers.maximum(), [pooled, apply(layers.rescaling({ scale: 0.3, offset: 0.1 }), low)]);
    const model = makeModel({ inputs: image, outputs: apply(layers.globalMaxPooling2d({}), high) });
    expect(await exportError(model)).toBeLessThan(TOLERANCE);
    model.dispose();
  });

  test('with nothing but an input', async () => {
    const image = input({ shape: [3] });
    const model = makeModel({ inputs: image, outputs: apply(layers.dropout({ rate: 0.5 }), image) });
    expect(await exportError(model)).toBe(0);
    model.dispose();
  });
});

describe('what stands beside convolutions', () => {
  test('becomes part of them, in front of them, behind them and through pooling', async () => {
    const model = await buildModel('haltufBaseline', { inputShape: [192, 192, 4] });
    const file = await exportOnnx(model);
    // Those before the padded branches, behind pooling of the branches and before Flatten, where zeros or the order of
    // axes come between.
    expect(countOperators(file, 'BatchNormalization')).toBe(2);
    expect(countOperators(file, 'Transpose')).toBe(2);
    const residual = await buildModel('inceptionResNetV2', { inputShape: [75, 75, 4] });
    const residualFile = await exportOnnx(residual);
    expect(countOperators(residualFile, 'BatchNormalization')).toBe(0);
    expect(countOperators(residualFile, 'Mul')).toBe(0);
    model.dispose();
    residual.dispose();
  });

  test('zeros before a MaxPool count as zeros, also where all values are negative', async () => {
    const image = input({ shape: [5, 4, 2] });
    const padded = apply(
      layers.zeroPadding2d({
        padding: [
          [1, 0],
          [2, 1],
        ],
      }),
      image,
    );
    const pooled = apply(layers.maxPooling2d({ poolSize: 3, strides: 1, padding: 'same' }), padded);
    const model = makeModel({ inputs: image, outputs: apply(layers.flatten(), pooled) });
    const batch = randomBatch(model, 1);
    batch.data.fill(-1);
    const [scores] = await ortScores(ortNode ?? ortWeb, await exportOnnx(model), [batch]);
    const xs = tf.fill([1, 5, 4, 2], -1);
    const expected = model.predict(xs) as tf.Tensor;
    expect(largestDifference(scores!, await expected.data<'float32'>())).toBe(0);
    tf.dispose([xs, expected]);
    model.dispose();
  });

  test('leaves no tensors and the model as it was', async () => {
    const model = await stir(
      await buildModel('mobileNetV2', { inputShape: [45, 39, 4], numClasses: 3, seed: 1 }),
    );
    const before = tf.memory().numTensors;
    const first = await exportOnnx(model);
    expect(Buffer.compare(await exportOnnx(model), first)).toBe(0);
    expect(tf.memory().numTensors).toBe(before);
    model.dispose();
  });
});

describe('the file', () => {
  test('holds the names of the classes', async () => {
    const model = await buildModel('smallCnn', { inputShape: [32, 32, 4], numClasses: 2 });
    const bytes = await exportOnnx(model, { classes: ['Nucleoplasm', 'Kernkörperchen'] });
    expect(new TextDecoder().decode(bytes)).toContain('["Nucleoplasm","Kernkörperchen"]');
    await expect(exportOnnx(model, { classes: ['one'] })).rejects.toThrow(
      new RangeError('classes must be 2, one an output. Received 1'),
    );
    model.dispose();
  });

  test('is refused beyond 2 GB', () => {
    const graph = new OnnxGraph();
    // Untouched memory costs nothing.
    const weights = graph.array('weights', [2 ** 29], new Float32Array(2 ** 29));
    graph.finish(graph.add('Add', 'add', ['images', weights]));
    const header = { name: 'huge', producer: { name: 'test', version: '1' }, metadata: {} };
    expect(() => encodeModel(graph, { ...header, inputShape: [1], outputShape: [1] })).toThrow(
      /^Model huge can't be exported: it would take 2147483\d\d\d bytes, and an ONNX file holds at most 2147483647$/,
    );
  });
});

describe('refused, by name, are', () => {
  const image = () => input({ shape: [8, 8, 2], name: 'image' });
  const cases: [what: string, make: () => ReturnType<typeof makeModel>, message: string][] = [
    [
      'layers of other classes',
      () => {
        const inner = sequential({ name: 'inner' });
        inner.add(layers.upSampling2d({ inputShape: [8, 8, 2], name: 'larger' }));
        const x = image();
        return makeModel({ inputs: x, outputs: apply(inner, x) });
      },
      "Layer inner/larger of class UpSampling2D can't be exported: hpa-kit has no ONNX operators for this class",
    ],
    [
      'images with channels first',
      () => {
        const x = image();
        const y = layers.maxPooling2d({ poolSize: 2, dataFormat: 'channelsFirst', name: 'pool' });
        return makeModel({ inputs: x, outputs: apply(y, x) });
      },
      "Layer pool of class MaxPooling2D can't be exported: its images are channelsFirst",
    ],
    [
      'normalisation of another axis',
      () => {
        const x = image();
        return makeModel({
          inputs: x,
          outputs: apply(layers.batchNormalization({ axis: 1, name: 'bn' }), x),
        });
      },
      "Layer bn of class BatchNormalization can't be exported: its axis is 1, not the last",
    ],
    [
      'several inputs',
      () => {
        const [one, other] = [image(), input({ shape: [8, 8, 2] })];
        return makeModel({ inputs: [one, other], outputs: apply(layers.add(), [one, other]), name: 'two' });
      },
      "Model two can't be exported: it must have one input of a fixed shape and one output. Its inputs are [any, 8, 8, 2] and [any, 8, 8, 2], its outputs [any, 8, 8, 2]",
    ],
    [
      'images of any size',
      () => {
        const x = input({ shape: [null, null, 3] });
        return makeModel({ inputs: x, outputs: apply(layers.globalMaxPooling2d({}), x), name: 'any' });
      },
      "Model any can't be exported: it must have one input of a fixed shape and one output. Its inputs are [any, any, any, 3], its outputs [any, 3]",
    ],
  ];
  test.each(cases)('%s', async (_, make, message) => {
    const model = make();
    await expect(exportOnnx(model)).rejects.toMatchObject({ code: 'model-invalid', message });
    model.dispose();
  });
});
