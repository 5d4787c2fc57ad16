/** Files of each Keras since 2.12 into the same model of tfjs-layers. */
import * as tf from '@tensorflow/tfjs-core';
import { model, type LayersModel, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { loadWeights, readWeights } from 'hpa-kit';
import { useEngine } from 'hpa-kit/node';
import { beforeAll, expect, test } from 'vitest';
import { relativeError } from '../backbones/compare';
import { fillByFormula, formulaImage, formulaWeight, namedWeights } from '../formula';
import { golden, goldenFeatures, network, SIZE, valuesOf } from './files';

beforeAll(async () => {
  await useEngine({ engine: 'wasm', threads: 1 });
});

const FILES = [
  '2.12.0/flat.h5',
  '2.12.0/flat.weights.h5',
  '2.12.0/flat.keras',
  '2.12.0/nested.h5',
  '2.12.0/nested.weights.h5',
  '2.12.0/nested.keras',
  '2.21.0/flat.h5',
  '2.21.0/flat-weights.h5',
  '2.21.0/flat.weights.h5',
  '2.21.0/flat.keras',
  '2.21.0/nested.h5',
  '2.21.0/nested.weights.h5',
  '2.21.0/nested.keras',
  '3.5.0/flat.weights.h5',
  '3.5.0/nested.keras',
  '3.15.1/flat.h5',
  '3.15.1/flat.weights.h5',
  '3.15.1/flat.keras',
  '3.15.1/nested.h5',
  '3.15.1/nested.weights.h5',
  '3.15.1/nested.keras',
  '3.15.1/split-names.h5',
];

test.each(FILES)('%s gives what Keras gives', async (name) => {
  const before = tf.memory().numTensors;
  const [model, expected] = [network({ head: true }), network()];
  const weights = await readWeights(golden(name), { file: name });
  const report = await loadWeights(model, weights);
  fillByFormula(expected);
  expect(report.loaded).toEqual(namedWeights(expected).map(({ key }) => key));
  expect(report.fresh).toEqual(['scores/kernel', 'scores/bias']);
  expect([report.missing, report.unused, report.zeros]).toEqual([[], [], []]);
  expect(report.skipped.every((key) => /normalization\/|predictions|dense/.test(key))).toBe(true);
  expect(valuesOf(model, (layer) => layer !== 'scores')).toEqual(valuesOf(expected));

  const image = formulaImage(1, SIZE);
  const [features] = featuresOf(model, image);
  const { shape, values } = goldenFeatures();
  expect(features!.shape).toEqual(shape);
  expect(relativeError([[...features!.dataSync()]], [values])).toBeLessThan(1e-5);
  tf.dispose([image, features!]);
  model.dispose();
  expected.dispose();
  expect(tf.memory().numTensors).toBe(before);
});

/** What the last layer before the head makes of the image. */
function featuresOf(whole: LayersModel, image: tf.Tensor): tf.Tensor[] {
  const outputs = whole.getLayer('last_bn').output as SymbolicTensor;
  return [model({ inputs: whole.inputs, outputs }).predict(image) as tf.Tensor];
}

test('each format is recognised', async () => {
  const formats = await Promise.all(FILES.map(async (name) => (await readWeights(golden(name))).format));
  const expected = FILES.map((name) =>
    name.endsWith('.keras') ? 'keras' : name.endsWith('.weights.h5') ? 'keras-weights-h5' : 'keras-h5',
  );
  expect(formats).toEqual(expected);
});

test.each(['float16', 'bfloat16', 'float64'])('reads weights in %s', async (type) => {
  const weights = await readWeights(golden(`3.15.1/${type}.weights.h5`));
  const [kernel, bias] = await Promise.all(weights.entries.map(({ read }) => read()));
  const precision = { float16: 2 ** -11, bfloat16: 2 ** -8, float64: 2 ** -24 }[type]!;
  const isNear = (actual: Float32Array, expected: Float32Array) =>
    actual.length === expected.length &&
    actual.every((value, i) => Math.abs(value - expected[i]!) <= precision * Math.abs(expected[i]!));
  expect(isNear(kernel!, formulaWeight('small/kernel', 12, 'kernel', 3))).toBe(true);
  expect(isNear(bias!, formulaWeight('small/bias', 4, 'shift', 4))).toBe(true);
});
