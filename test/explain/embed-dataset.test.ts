/** Embeddings of a dataset: what a layer makes of each image. */
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import {
  buildModel,
  embedDataset,
  HpaDataset,
  HpaError,
  isHpaError,
  syntheticCells,
  type Progress,
} from 'hpa-kit';
import { expect, it, test } from 'vitest';
import { eachEngine, relativeError } from '../engines';
import { failure } from '../failure';

const SIZE = 48;
const classes = ['Nucleoplasm', 'Nucleoli', 'Cytosol'];
const normalization = { mean: 0.2, std: 0.3 };
const dataset = new HpaDataset(syntheticCells({ count: 7, size: SIZE, classes, seed: 2 }), {
  imageSize: SIZE,
  normalization,
});
const build = (name: string, options: object = {}) =>
  buildModel(name, { inputShape: [SIZE, SIZE, 4], numClasses: 3, seed: 4, ...options });

/** What a model of Keras's kind, cut off at a tensor, gives. */
async function cutOff(model: tfl.LayersModel, output: tfl.SymbolicTensor): Promise<number[]> {
  const cut = tfl.model({ inputs: model.inputs, outputs: output });
  const values: number[] = [];
  for await (const { xs, ys } of dataset.batches({ batchSize: 3 })) {
    const features = cut.predictOnBatch(xs) as tf.Tensor;
    values.push(...(await features.data()));
    tf.dispose([xs, ys, features]);
  }
  return values;
}

eachEngine(() => {
  test.each([
    ['mobileNet', {}, 1024, 'head_average_pool'],
    ['mobileNetV3Small', { head: 'winner' }, 1024, 'head_bn2'],
    ['smallCnn', {}, 100, 'hidden'],
  ] as const)('%s gives what its last Dense layer takes', async (name, options, dim, layer) => {
    const model = await build(name, options);
    const before = tf.memory().numTensors;
    const embedded = await embedDataset(model, dataset, { batchSize: 4 });
    expect(tf.memory().numTensors).toBe(before);
    expect(embedded).toMatchObject({ ids: dataset.ids, dim, labels: dataset.labels });
    const expected = await cutOff(model, model.getLayer(layer).output as tfl.SymbolicTensor);
    expect(relativeError(embedded.embeddings, expected)).toBeLessThan(1e-5);
    model.dispose();
  });
});

it('gives the mean over the pixels of a layer that makes maps, and finds both within nested models', async () => {
  const inner = await build('mobileNet', { head: 'none' });
  const image = tfl.input({ shape: [SIZE, SIZE, 4] });
  const pooled = tfl.layers.globalAveragePooling2d({}).apply(inner.apply(image));
  const scores = tfl.layers.dense({ units: 3, activation: 'sigmoid' }).apply(pooled);
  const model = tfl.model({ inputs: image, outputs: scores as tfl.SymbolicTensor });
  const [byDense, byName] = [
    await embedDataset(model, dataset),
    await embedDataset(model, dataset, { layer: 'conv_pw_13_relu' }),
  ];
  expect(byName.dim).toBe(1024);
  expect(relativeError(byName.embeddings, byDense.embeddings)).toBeLessThan(1e-5);
  tf.dispose([model, inner].flatMap(({ weights }) => weights.map((weight) => weight.read())));
});

it('leaves out what was skipped', async () => {
  const source = syntheticCells({ count: 5, size: SIZE, classes, seed: 2 });
  const broken = new HpaDataset(
    {
      ...{ name: 'broken', ids: source.ids, channels: source.channels, classes, labels: source.labels },
      load: (index) =>
        index === 2 ? Promise.reject(new HpaError('file-missing', 'gone')) : source.load(index),
    },
    { imageSize: SIZE, onBroken: 'skip' },
  );
  const model = await build('smallCnn');
  const { ids, embeddings, dim, labels } = await embedDataset(model, broken, { batchSize: 2 });
  expect(ids).toEqual(source.ids.filter((_, i) => i !== 2));
  expect(embeddings.length).toBe(4 * dim);
  expect([...labels!.subarray(6)]).toEqual([...source.labels!.subarray(9)]);
  model.dispose();
});

it('reports, stops, and refuses layers that make no vectors', async () => {
  const model = await build('smallCnn');
  const seen: Progress[] = [];
  await embedDataset(model, dataset, { batchSize: 4, onProgress: (progress) => seen.push(progress) });
  expect(seen.map(({ done }) => done)).toEqual([4, 7, 7]);
  expect(seen.at(-1)).toMatchObject({ phase: 'embed', ended: true });
  const signal = AbortSignal.abort();
  expect(isHpaError(await failure(embedDataset(model, dataset, { signal })), 'aborted')).toBe(true);
  await expect(embedDataset(model, dataset, { layer: 'nothing' })).rejects.toThrow(
    'layer must be one of conv1, pool1',
  );
  model.dispose();
  const convolutional = tfl.sequential({
    layers: [
      tfl.layers.conv2d({ inputShape: [SIZE, SIZE, 4], filters: 3, kernelSize: 3 }),
      tfl.layers.globalAveragePooling2d({}),
    ],
  });
  await expect(embedDataset(convolutional, dataset)).rejects.toThrow('without a Dense layer');
});
