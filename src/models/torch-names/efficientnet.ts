/**
 * EfficientNets in torchvision and timm: `block3b_dwconv` is `features.3.1.block.1.0` or `blocks.2.1.conv_dw`. Of the
 * second version's B0 only timm has weights, TensorFlow's.
 */
import { keysIn, type TorchNames } from './torch-names';

const BLOCK = /^block(\d)([a-z])_(.*)$/;

/** Torchvision's and timm's modules of the parts of a block. */
type Parts = Readonly<Record<string, readonly string[]>>;

const PARTS: Parts = {
  expand_conv: ['block.0.0', 'conv_pw'],
  expand_bn: ['block.0.1', 'bn1'],
  dwconv: ['block.1.0', 'conv_dw'],
  bn: ['block.1.1', 'bn2'],
  se_reduce: ['block.2.fc1', 'se.conv_reduce'],
  se_expand: ['block.2.fc2', 'se.conv_expand'],
  project_conv: ['block.3.0', 'conv_pwl'],
  project_bn: ['block.3.1', 'bn3'],
};

/** Of the first stage, which expands nothing. */
const FIRST_PARTS: Parts = {
  dwconv: ['block.0.0', 'conv_dw'],
  bn: ['block.0.1', 'bn1'],
  se_reduce: ['block.1.fc1', 'se.conv_reduce'],
  se_expand: ['block.1.fc2', 'se.conv_expand'],
  project_conv: ['block.2.0', 'conv_pw'],
  project_bn: ['block.2.1', 'bn2'],
};

export const efficientNetTorchNames: TorchNames = (layer, weight) => {
  const end = { stem: ['features.0', 'conv_stem', 'bn1'], top: ['features.8', 'conv_head', 'bn2'] };
  const [, which, kind] = /^(stem|top)_(conv|bn)$/.exec(layer) ?? [];
  if (which !== undefined) {
    const [torchvision, conv, bn] = end[which as 'stem' | 'top'] as [string, string, string];
    return keysIn(kind === 'conv' ? [`${torchvision}.0`, conv] : [`${torchvision}.1`, bn], weight);
  }
  const [, stage, letter, part] = BLOCK.exec(layer) ?? [];
  const modules = (stage === '1' ? FIRST_PARTS : PARTS)[part ?? ''];
  if (modules === undefined) return [];
  const block = letter!.charCodeAt(0) - 97;
  const [torchvision, timm] = [`features.${stage}.${block}`, `blocks.${Number(stage) - 1}.${block}`];
  return keysIn([`${torchvision}.${modules[0]!}`, `${timm}.${modules[1]!}`], weight);
};

/** timm's modules of the second version's blocks: of the first stage, the other fused ones, and the rest. */
const V2_PARTS: readonly Readonly<Record<string, string>>[] = [
  { project_conv: 'conv', project_bn: 'bn1' },
  { expand_conv: 'conv_exp', expand_bn: 'bn1', project_conv: 'conv_pwl', project_bn: 'bn2' },
  {
    ...{ expand_conv: 'conv_pw', expand_bn: 'bn1', dwconv2: 'conv_dw', bn: 'bn2' },
    ...{ se_reduce: 'se.conv_reduce', se_expand: 'se.conv_expand' },
    ...{ project_conv: 'conv_pwl', project_bn: 'bn3' },
  },
];

export const efficientNetV2B0TorchNames: TorchNames = (layer, weight) => {
  const end = { stem_conv: 'conv_stem', stem_bn: 'bn1', top_conv: 'conv_head', top_bn: 'bn2' }[layer];
  if (end !== undefined) return keysIn([end], weight);
  const [, number, letter, part] = BLOCK.exec(layer) ?? [];
  const stage = Number(number);
  const module = V2_PARTS[stage === 1 ? 0 : stage <= 3 ? 1 : 2]![part ?? ''];
  if (module === undefined) return [];
  return keysIn([`blocks.${stage - 1}.${letter!.charCodeAt(0) - 97}.${module}`], weight);
};
