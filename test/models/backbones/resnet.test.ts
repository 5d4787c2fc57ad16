import { useEngine } from 'hpa-kit/node';
import { beforeAll, expect, test } from 'vitest';
import { testAgainstKeras } from './compare';
import { testMinimumSize } from './minimum-size';
import { testAgainstTorch } from './torch-compare';
import { readTorchGolden, testTorchNames } from './torch-names';

beforeAll(async () => {
  await useEngine({ engine: 'wasm', threads: 1 });
});

const first = ['resnet18', 'resnet34', 'resnet50'] as const;
const second = ['resnet18V2', 'resnet34V2', 'resnet50V2'] as const;
const deepest = ['resnet101', 'resnet101V2'] as const;

testAgainstKeras([...first, ...second]);
// Rounding in the moments of a hundred BatchNorms: in float32 Keras too is 5e-4 away from what it gives in float64.
testAgainstKeras(deepest, { training: 1e-3 });
testMinimumSize([...first, ...second, ...deepest]);

const torchvision = [...first, 'resnet101'].map((name) => `torchvision/${name}`);
const timm = [...first, 'resnet101'].map((name) => `timm/${name}`);
const timmV2 = ['timm/resnetv2_18', 'timm/resnetv2_34', 'timm/resnetv2_50', 'timm/resnetv2_101'];

testTorchNames([...torchvision, ...timm, ...timmV2], /^(fc|head\.fc)\./);
testAgainstTorch([...torchvision, ...timmV2]);

test.each(torchvision)('%s is the same in timm', (network) => {
  expect(readTorchGolden(network.replace('torchvision', 'timm'))).toEqual(readTorchGolden(network));
});
