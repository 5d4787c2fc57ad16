/** DenseNet121 and 169. */
import { backboneModel } from '../backbone-model';
import { STANDARDIZED } from './expected-inputs';
import type { BackboneEntries } from './entry';

export const densenet = {
  densenet121: {
    name: 'densenet121',
    description: 'Each layer sees the features of all before it; few weights for its depth.',
    source: 'Huang et al. 2016, arXiv 1608.06993, as in keras.applications',
    defaultInputShape: [224, 224, 4],
    minimumSize: 32,
    expects: { imageSize: 224, ...STANDARDIZED },
    torchExpects: { imageSize: 224, ...STANDARDIZED },
    weights: { total: 7_069_340, trainable: 6_985_692 },
    backboneWeights: { total: 7_037_504, trainable: 6_953_856 },
    load: async () => backboneModel((await import('../backbones/densenet')).densenet121),
    torchNames: async () => (await import('../torch-names/densenet')).densenetTorchNames,
  },
  densenet169: {
    name: 'densenet169',
    description: 'DenseNet121 with more layers in the last two blocks.',
    source: 'Huang et al. 2016, arXiv 1608.06993, as in keras.applications',
    defaultInputShape: [224, 224, 4],
    minimumSize: 32,
    expects: { imageSize: 224, ...STANDARDIZED },
    torchExpects: { imageSize: 224, ...STANDARDIZED },
    weights: { total: 12_692_636, trainable: 12_534_236 },
    backboneWeights: { total: 12_642_880, trainable: 12_484_480 },
    load: async () => backboneModel((await import('../backbones/densenet')).densenet169),
    torchNames: async () => (await import('../torch-names/densenet')).densenetTorchNames,
  },
} as const satisfies BackboneEntries;
