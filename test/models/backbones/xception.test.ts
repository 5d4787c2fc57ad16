import { useEngine } from 'hpa-kit/node';
import { beforeAll } from 'vitest';
import { testAgainstKeras } from './compare';
import { testMinimumSize } from './minimum-size';
import { testAgainstTorch } from './torch-compare';
import { testTorchNames } from './torch-names';

beforeAll(async () => {
  await useEngine({ engine: 'wasm', threads: 1 });
});

testAgainstKeras(['xception']);
testMinimumSize(['xception']);
testTorchNames(['timm/legacy_xception'], /^fc\./);
testAgainstTorch(['timm/legacy_xception']);
