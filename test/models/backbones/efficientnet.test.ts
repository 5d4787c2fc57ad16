import { useEngine } from 'hpa-kit/node';
import { beforeAll } from 'vitest';
import { testAgainstKeras } from './compare';
import { testMinimumSize } from './minimum-size';
import { testAgainstTorch } from './torch-compare';
import { testTorchNames } from './torch-names';

beforeAll(async () => {
  await useEngine({ engine: 'wasm', threads: 1 });
});

const NETWORKS = [
  'efficientNetB0',
  'efficientNetB1',
  'efficientNetB2',
  'efficientNetB3',
  'efficientNetV2B0',
] as const;
const TORCH = [
  'torchvision/efficientnet_b0',
  'torchvision/efficientnet_b3',
  'timm/efficientnet_b0',
  'timm/efficientnet_b3',
  'timm/tf_efficientnet_b0',
  'timm/tf_efficientnet_b3',
  'timm/tf_efficientnetv2_b0',
];

testAgainstKeras(NETWORKS);
testTorchNames(TORCH, /^classifier\./);
testAgainstTorch(TORCH);
testMinimumSize(NETWORKS);
