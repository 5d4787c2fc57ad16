import { useEngine } from 'hpa-kit/node';
import { beforeAll, expect, test } from 'vitest';
import { testAgainstKeras } from './compare';
import { testMinimumSize } from './minimum-size';
import { testAgainstTorch } from './torch-compare';
import { readTorchGolden, testTorchNames } from './torch-names';

beforeAll(async () => {
  await useEngine({ engine: 'wasm', threads: 1 });
});

testAgainstKeras(['vgg16']);
testMinimumSize(['vgg16']);
testTorchNames(['torchvision/vgg16', 'timm/vgg16'], /^(classifier|pre_logits|head)\./);
testAgainstTorch(['torchvision/vgg16']);

test('torchvision/vgg16 gives the same features in timm', () => {
  expect(readTorchGolden('timm/vgg16').inference).toEqual(readTorchGolden('torchvision/vgg16').inference);
});
