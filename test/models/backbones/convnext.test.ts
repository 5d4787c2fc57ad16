import { useEngine } from 'hpa-kit/node';
import { beforeAll } from 'vitest';
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
