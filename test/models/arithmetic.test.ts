import { input, layers, model, sequential, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { buildModel, multiplyAdds } from 'hpa-kit';
import { useEngine } from 'hpa-kit/node';
import { beforeAll, expect, test } from 'vitest';

beforeAll(async () => {
  await useEngine({ engine: 'wasm', threads: 1 });
});

test('counts each kind of layer with weights', () => {
  const image = input({ shape: [8, 6, 3] });
  let x = layers.conv2d({ filters: 5, kernelSize: [3, 1], strides: 2, padding: 'same' }).apply(image);
  x = layers.separableConv2d({ filters: 7, kernelSize: 3, padding: 'same' }).apply(x);
  x = layers.depthwiseConv2d({ kernelSize: 2, padding: 'valid' }).apply(x);
  x = layers.batchNormalization().apply(layers.flatten().apply(x));
  const inner = sequential({ layers: [layers.dense({ units: 4, inputShape: [3 * 2 * 7] })] });
  const net = model({ inputs: image, outputs: inner.apply(x) as SymbolicTensor });
  const conv = 4 * 3 * (3 * 1 * 3 * 5);
  const separable = 4 * 3 * (3 * 3 * 5 + 5 * 7);
  const depthwise = 3 * 2 * (2 * 2 * 7);
  expect(multiplyAdds(net)).toBe(conv + separable + depthwise + 42 * 4);
  net.dispose();
});

// As published: 4.1 G for ResNet50 is with the stride in the 3×3 convolutions, 3.9 G (He et al. 2015) as here.
test.each([
  ['vgg16', 15_346_630_656],
  ['resnet50', 3.858e9],
  ['mobileNet', 568e6 - 1e6],
] as const)('%s takes what is published', async (name, published) => {
  const net = await buildModel(name, { inputShape: [224, 224, 3], head: 'none' });
  expect(Math.abs(multiplyAdds(net) / published - 1)).toBeLessThan(0.003);
  net.dispose();
});

test('an image of any size has no count', () => {
  const net = sequential({
    layers: [layers.conv2d({ filters: 1, kernelSize: 1, inputShape: [null, null, 3] })],
  });
  expect(() => multiplyAdds(net)).toThrow('multiplyAdds needs a model with a fixed inputShape');
  net.dispose();
});
