/**
 * MobileNets in torchvision and timm: `block_3_depthwise` of the second version is `features.4.conv.1.0` or
 * `blocks.2.0.conv_dw`. Torchvision has no first version.
 */
import { keysIn, type TorchNames } from './torch-names';

const V1 = /^conv_(dw|pw)_(\d+)(_bn)?$/;
const V2 = /^(?:expanded_conv|block_(\d+))_(expand|depthwise|project)(_BN)?$/;
const V3 = /^expanded_conv_(?:(\d+)_)?(expand|depthwise|project|squeeze_excite_conv)(_bn|_1)?$/;

/** How many blocks each of timm's stages has. */
const STAGES = {
  v1: [1, 2, 2, 6, 2],
  v2: [1, 2, 3, 4, 3, 3, 1],
  v3Small: [1, 2, 3, 2, 3],
  v3Large: [1, 2, 3, 4, 2, 3],
};

/** timm's name of a block that Keras counts through. */
function timmBlock(stages: readonly number[], index: number): string {
  let [stage, first] = [0, 0];
  while (index >= first + stages[stage]!) first += stages[stage++]!;
  return `blocks.${stage}.${index - first}`;
}

export const mobileNetTorchNames: TorchNames = (layer, weight) => {
  if (layer === 'conv1') return keysIn(['conv_stem'], weight);
  if (layer === 'conv1_bn') return keysIn(['bn1'], weight);
  const [, part, number, bn] = V1.exec(layer) ?? [];
  if (part === undefined) return [];
  const module = bn ? `bn${part === 'dw' ? 1 : 2}` : `conv_${part}`;
  return keysIn([`${timmBlock(STAGES.v1, Number(number) - 1)}.${module}`], weight);
};

export const mobileNetV2TorchNames: TorchNames = (layer, weight) => {
  const ends = { Conv1: 0, bn_Conv1: 0, Conv_1: 18, Conv_1_bn: 18 }[layer];
  if (ends !== undefined) return ofEnd(`features.${ends}`, ends > 0, layer.includes('bn'), weight);
  const [, number = '0', part, bn] = V2.exec(layer) ?? [];
  if (part === undefined) return [];
  const index = Number(number);
  // The first block expands nothing, so that its parts come one earlier.
  const place = ['expand', 'depthwise', 'project'].indexOf(part) - (index === 0 ? 1 : 0);
  const ofProject = bn ? `${place + 1}` : `${place}`;
  const torchvision = `features.${index + 1}.conv.${part === 'project' ? ofProject : `${place}.${bn ? 1 : 0}`}`;
  return keysIn([torchvision, inTimm(timmBlock(STAGES.v2, index), index, part, bn !== undefined)], weight);
};

/** @param squeezed - which blocks have squeeze and excitation, which torchvision counts among a block's parts */
function mobileNetV3(stages: readonly number[], squeezed: (block: number) => boolean): TorchNames {
  const blocks = stages.reduce((sum, count) => sum + count);
  return (layer, weight) => {
    if (layer === 'conv' || layer === 'conv_bn') {
      return ofEnd('features.0', false, layer === 'conv_bn', weight);
    }
    if (layer === 'conv_1' || layer === 'conv_1_bn') {
      const [last, bn] = [`blocks.${stages.length}.0`, layer === 'conv_1_bn'];
      return keysIn([`features.${blocks + 1}.${bn ? 1 : 0}`, `${last}.${bn ? 'bn1' : 'conv'}`], weight);
    }
    const [, number = '0', part, suffix] = V3.exec(layer) ?? [];
    if (part === undefined) return [];
    const index = Number(number);
    const block = timmBlock(stages, index);
    const parts = ['expand', 'depthwise', 'squeeze_excite_conv', 'project'];
    const place =
      parts.indexOf(part) - (index === 0 ? 1 : 0) - (part === 'project' && !squeezed(index) ? 1 : 0);
    const torchvision = `features.${index + 1}.block.${place}`;
    if (part === 'squeeze_excite_conv') {
      const [first, timm] = [suffix === undefined, `${block}.se.conv_`];
      return keysIn([`${torchvision}.fc${first ? 1 : 2}`, `${timm}${first ? 'reduce' : 'expand'}`], weight);
    }
    const bn = suffix !== undefined;
    return keysIn([`${torchvision}.${bn ? 1 : 0}`, inTimm(block, index, part, bn)], weight);
  };
}

export const mobileNetV3SmallTorchNames = mobileNetV3(STAGES.v3Small, (block) => block === 0 || block > 2);
export const mobileNetV3LargeTorchNames = mobileNetV3(
  STAGES.v3Large,
  (block) => (block > 2 && block < 6) || block > 9,
);

/** The first or last convolution, or its normalisation. */
function ofEnd(torchvision: string, isLast: boolean, isNormal: boolean, weight: string): string[] {
  const timm = isNormal ? `bn${isLast ? 2 : 1}` : `conv_${isLast ? 'head' : 'stem'}`;
  return keysIn([`${torchvision}.${isNormal ? 1 : 0}`, timm], weight);
}

/** A convolution of a block, or its normalisation; the first block expands nothing, and names the last otherwise. */
function inTimm(block: string, index: number, part: string, isNormal: boolean): string {
  const place = ['expand', 'depthwise', 'project'].indexOf(part);
  if (isNormal) return `${block}.bn${index === 0 ? place : place + 1}`;
  const convolutions = ['conv_pw', 'conv_dw', index === 0 ? 'conv_pw' : 'conv_pwl'];
  return `${block}.${convolutions[place]!}`;
}
