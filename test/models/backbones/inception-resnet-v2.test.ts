import { useEngine } from 'hpa-kit/node';
import { beforeAll } from 'vitest';
import { testAgainstKeras } from './compare';
import { testMinimumSize } from './minimum-size';
import { testAgainstTorch } from './torch-compare';
import { testTorchNames } from './torch-names';

beforeAll(async () => {
  await useEngine({ engine: 'wasm', threads: 1 });
});

testAgainstKeras(['inceptionResNetV2']);
testMinimumSize(['inceptionResNetV2']);
testTorchNames(['timm/inception_resnet_v2'], /^classif\./);
testAgainstTorch(['timm/inception_resnet_v2']);
