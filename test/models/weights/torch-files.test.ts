/** safetensors of torchvision and timm: real networks from files, beside what PyTorch gives. */
import * as tf from '@tensorflow/tfjs-core';
import { buildModel, loadWeights, readWeights, type Convention, type InputShape } from 'hpa-kit';
import { useEngine } from 'hpa-kit/node';
import { beforeAll, describe, expect, it, test } from 'vitest';
import { kerasShape, toKerasAxes } from '../../../src/models/weights/torch-axes';
import { failure } from '../../failure';
import { relativeError } from '../backbones/compare';
import { readTorchGolden } from '../backbones/torch-names';
import { formulaImage, namedWeights, sample } from '../formula';
import { torchFile } from './safetensors-bytes';

beforeAll(async () => {
  await useEngine({ engine: 'wasm', threads: 1 });
});

/** Convolutions with and without biases, depthwise ones, normalisations, scales, dense layers, biases that are left. */
const NETWORKS: [network: string, asked: Convention | undefined, prefix: string][] = [
  ['torchvision/mobilenet_v3_small', undefined, ''],
  ['timm/mobilenetv3_small_100', undefined, 'module.'],
  ['timm/tf_mobilenetv3_small_100', 'keras', ''],
  ['torchvision/resnet18', undefined, 'encoder.'],
  ['torchvision/convnext_tiny', undefined, ''],
];

test.each(NETWORKS)("a file of %s's gives its outputs", async (network, asked, prefix) => {
  const { architecture, convention, inputShape, batch, keys, inference } = readTorchGolden(network);
  const before = tf.memory().numTensors;
  const weights = await readWeights(torchFile(keys, prefix), { file: network });
  expect(weights.convention).toBe(asked === undefined ? convention : 'timm');
  const model = await buildModel(architecture, {
    ...{ inputShape: inputShape as InputShape, head: 'none', weights },
    ...(asked ? { convention: asked } : {}),
  } as object);
  const image = formulaImage(batch, inputShape);
  const outputs = tf.tidy(() => tf.mean(model.predict(image) as tf.Tensor, [1, 2]));
  expect(relativeError(await sample(outputs), inference)).toBeLessThan(1e-4);
  tf.dispose([image, outputs]);
  model.dispose();
  expect(tf.memory().numTensors).toBe(before);
});

describe('the report of a PyTorch file', () => {
  const { keys, inputShape } = readTorchGolden('torchvision/resnet18');
  const build = (extra: object = {}) =>
    buildModel('resnet18', { inputShape, convention: 'torch', ...extra } as object);

  it('tells of a classifier and of counters', async () => {
    const counted = { ...keys, 'bn1.num_batches_tracked': [1] };
    const model = await build();
    const report = await loadWeights(model, torchFile(counted));
    expect(report.skipped.toSorted()).toEqual(['bn1.num_batches_tracked', 'fc.bias', 'fc.weight']);
    expect(report.fresh).toEqual(['scores/kernel', 'scores/bias']);
    expect([report.missing, report.unused]).toEqual([[], []]);
    expect(report.loaded.length).toBe(Object.keys(keys).length - 2);
    model.dispose();
  });

  it('zeroes these biases', async () => {
    const model = await buildModel('resnet50', {
      inputShape: [32, 32, 3],
      convention: 'torch',
      head: 'none',
    });
    const bias = namedWeights(model).find(({ key }) => key === 'conv1_conv/bias')!.variable;
    bias.assign(tf.ones(bias.shape));
    const stem = torchFile({ 'conv1.weight': [64, 3, 7, 7] });
    const { loaded, zeros } = await loadWeights(model, stem, { allowPartial: true });
    expect([loaded, zeros]).toEqual([['conv1_conv/kernel'], ['conv1_conv/bias']]);
    expect(bias.dataSync().every((value) => value === 0)).toBe(true);
    model.dispose();
  });

  it('refuses another network, and a part of one', async () => {
    const model = await build();
    const other = await failure(loadWeights(model, torchFile(readTorchGolden('torchvision/resnet34').keys)));
    expect(other.message).toMatch(/in the file only \(layer\d/);
    const { 'layer4.1.conv2.weight': _, ...part } = keys;
    const missing = await failure(loadWeights(model, torchFile(part)));
    expect(missing.message).toContain('1 in the model only');
    model.dispose();
  });

  it('makes a first kernel of four channels', async () => {
    const four = { inputShape: [32, 32, 4] };
    const model = await build(four);
    const error = await failure(loadWeights(model, torchFile(keys)));
    expect(error.message).toContain('inputChannels');
    const { loaded } = await loadWeights(model, torchFile(keys), { inputChannels: 'repeat' });
    expect(loaded).toContain('conv1_conv/kernel');
    model.dispose();
  });
});

describe('toKerasAxes', () => {
  const numbers = (count: number) => Float32Array.from({ length: count }, (_, i) => i);
  const transposed = (values: Float32Array, shape: number[], order: number[]) =>
    tf.tidy(() => tf.transpose(tf.tensor(values, shape), order).dataSync());

  it('transposes kernels', () => {
    const conv = [5, 4, 3, 2];
    expect(toKerasAxes('kernel', numbers(120), conv)).toEqual(transposed(numbers(120), conv, [2, 3, 1, 0]));
    expect(toKerasAxes('pointwise_kernel', numbers(20), [5, 4, 1, 1])).toEqual(
      transposed(numbers(20), [5, 4], [1, 0]),
    );
    expect(toKerasAxes('kernel', numbers(20), [5, 4])).toEqual(transposed(numbers(20), [5, 4], [1, 0]));
    expect(toKerasAxes('gamma', numbers(5), [5])).toEqual(numbers(5));
  });

  it('keeps the channel before the multiplier in depthwise kernels', () => {
    // Of 3 channels, two outputs each, in windows of 2×2.
    const torch = [6, 1, 2, 2];
    const expected = transposed(numbers(24), [3, 2, 2, 2], [2, 3, 0, 1]);
    expect(toKerasAxes('depthwise_kernel', numbers(24), torch)).toEqual(expected);
    expect(kerasShape({ name: 'depthwise_kernel', shape: [2, 2, 3, 2] }, torch)).toEqual([2, 2, 3, 2]);
  });

  it('knows which shapes are the same', () => {
    expect(kerasShape({ name: 'kernel', shape: [3, 2, 4, 5] }, [5, 4, 3, 2])).toEqual([3, 2, 4, 5]);
    expect(kerasShape({ name: 'kernel', shape: [4, 5] }, [5, 4, 1, 1])).toEqual([4, 5]);
    expect(kerasShape({ name: 'kernel', shape: [1, 1, 4, 5] }, [5, 4])).toEqual([1, 1, 4, 5]);
    expect(kerasShape({ name: 'gamma', shape: [7] }, [7, 1, 1])).toEqual([7]);
    expect(kerasShape({ name: 'gamma', shape: [7] }, [8])).toEqual([8]);
  });
});
