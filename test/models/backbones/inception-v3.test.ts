import { useEngine } from 'hpa-kit/node';
import { beforeAll } from 'vitest';
import { testAgainstKeras } from './compare';
import { testAgainstTorch } from './torch-compare';
import { testTorchNames } from './torch-names';

beforeAll(async () => {
  await useEngine({ engine: 'wasm', threads: 1 });
});

const TORCH = ['torchvision/inception_v3', 'timm/inception_v3'];

testAgainstKeras(['inceptionV3']);
testTorchNames(TORCH, /^(fc|AuxLogits)\./);
testAgainstTorch(TORCH);
