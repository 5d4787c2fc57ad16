/** Backbones beside Keras where the default suite has none: on other engines, and the ResNets of more blocks. */
import '@tensorflow/tfjs-backend-cpu';
import type { BackboneName } from 'hpa-kit';
import { useEngine } from 'hpa-kit/node';
import { beforeAll, describe } from 'vitest';
import { nativeIsInstalled } from '../engines';
import '@tensorflow/tfjs-backend-webgpu';
import { testAgainstKeras } from '../models/backbones/compare';
import { testAgainstTorch } from '../models/backbones/torch-compare';

/** One of each family, those that plain JavaScript computes in a few minutes. */
const SMALL: BackboneName[] = [
  'resnet18',
  'resnet18V2',
  'mobileNetV2',
  'mobileNetV3Small',
  'efficientNetB0',
  'efficientNetV2B0',
  'nasNetMobile',
];
const OTHERS: BackboneName[] = [
  'vgg16',
  'resnet34',
  'resnet50',
  'resnet34V2',
  'resnet50V2',
  'inceptionResNetV2',
  'xception',
  'densenet121',
  'densenet169',
  'mobileNet',
  'mobileNetV3Large',
  'efficientNetB1',
  'efficientNetB2',
  'efficientNetB3',
  'convNeXtTiny',
];
/** Keras in float32 is itself up to 4.8e-4 from Keras in float64 in these, by rounding in the moments. */
const SENSITIVE: BackboneName[] = ['inceptionV3', 'resnet101', 'resnet101V2'];

/** With the optional package, on a GPU or a software adapter such as Chromium's SwiftShader. */
const webGpuIsHere = await useEngine({ engine: 'webgpu' }).then(
  () => true,
  () => false,
);

describe('on plain JavaScript', () => {
  beforeAll(async () => {
    await useEngine({ engine: 'cpu' });
  });
  testAgainstKeras(SMALL);
});

describe('on WebAssembly with all threads', () => {
  beforeAll(async () => {
    await useEngine({ engine: 'wasm' });
  });
  testAgainstKeras([...SMALL, ...OTHERS]);
  testAgainstKeras(SENSITIVE, { training: 1e-3 });
  testAgainstTorch([
    'torchvision/resnet34',
    'torchvision/resnet101',
    'timm/resnetv2_34',
    'timm/resnetv2_101',
  ]);
});

describe.skipIf(!webGpuIsHere)('on WebGPU', () => {
  beforeAll(async () => {
    await useEngine({ engine: 'webgpu' });
  });
  testAgainstKeras(SMALL);
});

describe.skipIf(!nativeIsInstalled)('on native TensorFlow', () => {
  beforeAll(async () => {
    await useEngine({ engine: 'native' });
  });
  testAgainstKeras([...SMALL, ...OTHERS]);
  testAgainstKeras(SENSITIVE, { training: 1e-3 });
});
