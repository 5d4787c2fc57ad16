import { useEngine } from 'hpa-kit/node';
import { beforeAll, expect, test } from 'vitest';
import { testAgainstKeras } from './compare';
import { testMinimumSize } from './minimum-size';
import { testAgainstTorch } from './torch-compare';
import { readTorchGolden, testTorchNames } from './torch-names';

beforeAll(async () => {
  await useEngine({ engine: 'wasm', threads: 1 });
});

// One of each kind of block; those of more blocks are in the slow suite.
const compared = ['resnet18', 'resnet50', 'resnet18V2', 'resnet50V2'] as const;
const others = ['resnet34', 'resnet101', 'resnet34V2', 'resnet101V2'] as const;

testAgainstKeras(compared);
testMinimumSize([...compared, ...others]);

const sizes = [18, 34, 50, 101];
const torchvision = sizes.map((size) => `torchvision/resnet${size}`);
const timm = sizes.map((size) => `timm/resnet${size}`);
const timmV2 = sizes.map((size) => `timm/resnetv2_${size}`);

testTorchNames([...torchvision, ...timm, ...timmV2], /^(fc|head\.fc)\./);
testAgainstTorch(['torchvision/resnet18', 'torchvision/resnet50', 'timm/resnetv2_18', 'timm/resnetv2_50']);

test.each(torchvision)('%s is the same in timm', (network) => {
  expect(readTorchGolden(network.replace('torchvision', 'timm'))).toEqual(readTorchGolden(network));
});
