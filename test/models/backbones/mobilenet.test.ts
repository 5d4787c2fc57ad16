import { useEngine } from 'hpa-kit/node';
import { beforeAll } from 'vitest';
import { testAgainstKeras } from './compare';
import { testMinimumSize } from './minimum-size';
import { testAgainstTorch } from './torch-compare';
import { testTorchNames } from './torch-names';

beforeAll(async () => {
  await useEngine({ engine: 'wasm', threads: 1 });
});

const NETWORKS = ['mobileNet', 'mobileNetV2', 'mobileNetV3Small', 'mobileNetV3Large'] as const;
const TORCH = [
  'torchvision/mobilenet_v2',
  'torchvision/mobilenet_v3_small',
  'torchvision/mobilenet_v3_large',
  'timm/mobilenetv1_100',
  'timm/mobilenetv2_100',
  'timm/mobilenetv3_small_100',
  'timm/mobilenetv3_large_100',
  'timm/tf_mobilenetv3_small_100',
  'timm/tf_mobilenetv3_large_100',
];

testAgainstKeras(NETWORKS);
testTorchNames(TORCH, /^(classifier|conv_head)\./);
testAgainstTorch(TORCH);
testMinimumSize(NETWORKS);
