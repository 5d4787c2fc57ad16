/**
 * DenseNets in torchvision and timm: `conv2_block1_1_conv` is `features.denseblock1.denselayer1.conv1`, or with a point
 * before its number in the files that torchvision still offers.
 */
import { keysIn, type TorchNames } from './torch-names';

const OUTER: Readonly<Record<string, string>> = {
  conv1_conv: 'conv0',
  conv1_bn: 'norm0',
  bn: 'norm5',
};

export const densenetTorchNames: TorchNames = (layer, weight) => {
  const outer = OUTER[layer];
  if (outer !== undefined) return keysIn([`features.${outer}`], weight);
  const [, pool, between] = /^pool(\d)_(conv|bn)$/.exec(layer) ?? [];
  if (pool !== undefined) {
    const module = `features.transition${Number(pool) - 1}`;
    return keysIn([`${module}.${between === 'conv' ? 'conv' : 'norm'}`], weight);
  }
  const [, block, dense, place, kind] = /^conv(\d)_block(\d+)_(\d)_(conv|bn)$/.exec(layer) ?? [];
  if (block === undefined) return [];
  const module = `features.denseblock${Number(block) - 1}.denselayer${dense}`;
  // A normalisation comes before its convolution, and is counted with it.
  const [name, number] = kind === 'conv' ? ['conv', place] : ['norm', Number(place) + 1];
  return keysIn([`${module}.${name}${number}`, `${module}.${name}.${number}`], weight);
};
