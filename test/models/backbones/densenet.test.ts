import { useEngine } from 'hpa-kit/node';
import { beforeAll, expect, test } from 'vitest';
import { densenetTorchNames } from '../../../src/models/torch-names/densenet';
import { testAgainstKeras } from './compare';
import { testMinimumSize } from './minimum-size';
import { testAgainstTorch } from './torch-compare';
import { readTorchGolden, testTorchNames } from './torch-names';

beforeAll(async () => {
  await useEngine({ engine: 'wasm', threads: 1 });
});

const networks = ['densenet121', 'densenet169'] as const;
const torchvision = networks.map((name) => `torchvision/${name}`);
const timm = networks.map((name) => `timm/${name}`);

testAgainstKeras(networks);
testMinimumSize(networks);
testTorchNames([...torchvision, ...timm], /^classifier\./);
testAgainstTorch(torchvision);

test.each(torchvision)('%s is the same in timm', (network) => {
  expect(readTorchGolden(network.replace('torchvision', 'timm'))).toEqual(readTorchGolden(network));
});

// torchvision renames them when it loads the files, which are older than its code.
test("torchvision's files have points before the numbers of a layer's parts", () => {
  expect(densenetTorchNames('conv2_block3_1_conv', 'kernel')).toContain(
    'features.denseblock1.denselayer3.conv.1.weight',
  );
  expect(densenetTorchNames('conv2_block3_1_bn', 'moving_variance')).toContain(
    'features.denseblock1.denselayer3.norm.2.running_var',
  );
});
