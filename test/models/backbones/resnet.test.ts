import { useEngine } from 'hpa-kit/node';
import { beforeAll } from 'vitest';
import { testAgainstKeras } from './compare';
import { testAgainstTorch } from './torch-compare';
import { testTorchNames } from './torch-names';

beforeAll(async () => {
  await useEngine({ engine: 'wasm', threads: 1 });
});

testAgainstKeras(['resnet18']);
testTorchNames(['torchvision/resnet18'], /^fc\./);
testAgainstTorch(['torchvision/resnet18']);
