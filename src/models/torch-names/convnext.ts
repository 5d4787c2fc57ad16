/**
 * ConvNeXt in torchvision and timm: `convnext_tiny_stage_1_block_0_pointwise_conv_1` is `features.3.0.block.3` or
 * `stages.1.blocks.0.mlp.fc1`. Their last normalisation, `classifier.0` or `head.norm`, follows the average.
 */
import { keysIn, type TorchNames } from './torch-names';

const BLOCK = /^convnext_tiny_stage_(\d)_block_(\d)_(.*)$/;
const DOWNSAMPLING = /^convnext_tiny_downsampling_(layernorm|conv)_(\d)$/;

const ENDS: Readonly<Record<string, readonly string[]>> = {
  convnext_tiny_stem_conv: ['features.0.0', 'stem.0'],
  convnext_tiny_stem_layernorm: ['features.0.1', 'stem.1'],
  layer_normalization: ['classifier.0', 'head.norm'],
};

/** Torchvision's and timm's modules of the parts of a block. */
const PARTS: Readonly<Record<string, readonly [string, string]>> = {
  depthwise_conv: ['block.0', 'conv_dw'],
  layernorm: ['block.2', 'norm'],
  pointwise_conv_1: ['block.3', 'mlp.fc1'],
  pointwise_conv_2: ['block.5', 'mlp.fc2'],
};

export const convNeXtTinyTorchNames: TorchNames = (layer, weight) => {
  if (ENDS[layer]) return keysIn(ENDS[layer], weight);
  const [, kind, index] = DOWNSAMPLING.exec(layer) ?? [];
  if (kind !== undefined) {
    const place = kind === 'layernorm' ? 0 : 1;
    const stage = Number(index) + 1;
    return keysIn([`features.${2 * stage}.${place}`, `stages.${stage}.downsample.${place}`], weight);
  }
  const [, stage, block, part] = BLOCK.exec(layer) ?? [];
  if (part === undefined) return [];
  const [torchvision, timm] = [
    `features.${2 * Number(stage) + 1}.${block}`,
    `stages.${stage}.blocks.${block}`,
  ];
  if (part === 'layer_scale') return [`${torchvision}.layer_scale`, `${timm}.gamma`];
  const modules = PARTS[part];
  return modules ? keysIn([`${torchvision}.${modules[0]}`, `${timm}.${modules[1]}`], weight) : [];
};
