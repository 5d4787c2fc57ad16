import * as tf from '@tensorflow/tfjs-core';
import { layers } from '@tensorflow/tfjs-layers';
import { buildModel } from 'hpa-kit';
import { useEngine } from 'hpa-kit/node';
import { beforeAll, expect, test } from 'vitest';
import { testAgainstKeras } from './compare';
import { testMinimumSize } from './minimum-size';
import { testAgainstTorch } from './torch-compare';
import { testTorchNames } from './torch-names';

beforeAll(async () => {
  await useEngine({ engine: 'wasm', threads: 1 });
});

const NETWORKS = ['convNeXtTiny'] as const;
const TORCH = ['torchvision/convnext_tiny', 'timm/convnext_tiny'];

testAgainstKeras(NETWORKS);
testTorchNames(TORCH, /^(classifier\.2|head\.fc)\./);
testAgainstTorch(TORCH);
testMinimumSize(NETWORKS);

// The variances of the weights by formula are too large for it to show.
test('every normalisation has the epsilon of the paper', async () => {
  const model = await buildModel('convNeXtTiny', { inputShape: [32, 32, 3], head: 'none' });
  const normalisations = model.layers.filter((layer) => layer.getClassName() === 'LayerNormalization');
  expect(normalisations).toHaveLength(18 + 1 + 3 + 1);
  for (const layer of normalisations) expect(layer.getConfig()['epsilon']).toBe(1e-6);
  model.dispose();
});

test("the engine's GELU is the exact one to 1e-6", () => {
  const x = tf.tensor1d([-4, -2, -1, -0.5, 0, 0.5, 1, 2, 4]);
  const gelu = layers.activation({ activation: 'gelu' });
  const y = tf.tidy(() => Array.from((gelu.apply(x) as tf.Tensor).dataSync()));
  const slope = tf.tidy(() =>
    Array.from(
      tf
        .grad((a) => gelu.apply(a) as tf.Tensor)(x)
        .dataSync(),
    ),
  );
  // By torch.nn.functional.gelu in double precision.
  const values = [
    -0.000126685, -0.045500264, -0.158655254, -0.154268769, 0.0, 0.345731231, 0.841344746, 1.954499736,
    3.999873315,
  ];
  const slopes = [
    -0.00050365, -0.085231801, -0.083315471, 0.132504875, 0.5, 0.867495125, 1.083315471, 1.085231801,
    1.00050365,
  ];
  y.forEach((value, i) => {
    expect(Math.abs(value - values[i]!)).toBeLessThan(1e-6);
  });
  slope.forEach((value, i) => {
    expect(Math.abs(value - slopes[i]!)).toBeLessThan(1e-6);
  });
  x.dispose();
});
