/** ResNet18, 34, 50 and 101, and their second versions. */
import { backboneModel } from '../backbone-model';
import { STANDARDIZED } from './expected-inputs';
import type { BackboneEntries } from './entry';

export const resnet = {
  resnet18: {
    name: 'resnet18',
    description: 'Residual blocks of two 3×3 convolutions, eighteen layers; quick.',
    source: 'He et al. 2015, arXiv 1512.03385, as in torchvision',
    defaultInputShape: [224, 224, 4],
    minimumSize: 32,
    expects: { imageSize: 224, ...STANDARDIZED },
    torchExpects: { imageSize: 224, ...STANDARDIZED },
    weights: { total: 11_203_612, trainable: 11_194_012 },
    backboneWeights: { total: 11_186_112, trainable: 11_176_512 },
    load: async () => backboneModel((await import('../backbones/resnet')).resnet18),
    torchNames: async () => (await import('../torch-names/resnet')).resnetTorchNames,
  },
} as const satisfies BackboneEntries;
