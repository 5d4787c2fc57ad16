/**
 * ResNets in torchvision and timm: `conv3_block1_2_conv` is `layer2.0.conv2` in the first version. The second is timm's
 * `resnetv2_18`, `34`, `50` and `101`, where it is `stages.1.blocks.0.conv2`. Those with `bit` in their names are other
 * networks, with GroupNorm and standardised kernels.
 */
import { keysIn, type TorchNames } from './torch-names';

const BLOCK = /^conv(\d)_block(\d+)_(preact|\d)_(conv|bn)$/;

export const resnetTorchNames: TorchNames = (layer, weight) => {
  if (layer === 'conv1_conv') return keysIn(['conv1'], weight);
  if (layer === 'conv1_bn') return keysIn(['bn1'], weight);
  const [, stage, block, place, kind] = BLOCK.exec(layer) ?? [];
  if (stage === undefined) return [];
  const module = `layer${Number(stage) - 1}.${Number(block) - 1}`;
  if (place === '0') return keysIn([`${module}.downsample.${kind === 'conv' ? 0 : 1}`], weight);
  return keysIn([`${module}.${kind}${place}`], weight);
};

export const resnetV2TorchNames: TorchNames = (layer, weight) => {
  if (layer === 'conv1_conv') return keysIn(['stem.conv'], weight);
  if (layer === 'post_bn') return keysIn(['norm'], weight);
  const [, stage, block, place, kind] = BLOCK.exec(layer) ?? [];
  if (stage === undefined) return [];
  const module = `stages.${Number(stage) - 2}.blocks.${Number(block) - 1}`;
  if (place === '0') return keysIn([`${module}.downsample.conv`], weight);
  if (kind === 'conv') return keysIn([`${module}.conv${place}`], weight);
  // A normalisation comes before its convolution, and is counted with it.
  return keysIn([`${module}.norm${place === 'preact' ? 1 : Number(place) + 1}`], weight);
};
