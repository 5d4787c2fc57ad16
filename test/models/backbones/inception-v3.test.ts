import { useEngine } from 'hpa-kit/node';
import { beforeAll } from 'vitest';
import { testAgainstKeras } from './compare';
import { testMinimumSize } from './minimum-size';
import { testAgainstTorch } from './torch-compare';
import { testTorchNames } from './torch-names';

beforeAll(async () => {
  await useEngine({ engine: 'wasm', threads: 1 });
});

const TORCH = ['torchvision/inception_v3', 'timm/inception_v3'];

// The last maps have 2×3 pixels, so that BatchNorm divides by deviations of twelve numbers: Keras itself, in float32, is
// 2e-4 away from Keras in float64.
testAgainstKeras(['inceptionV3'], { training: 1e-3 });
testMinimumSize(['inceptionV3']);
testTorchNames(TORCH, /^(fc|AuxLogits)\./);
testAgainstTorch(TORCH);
