/** ConvNeXt-Tiny. */
import { backboneModel } from '../backbone-model';
import { STANDARDIZED } from './expected-inputs';
import type { BackboneEntries } from './entry';

export const convNeXt = {
  convNeXtTiny: {
    name: 'convNeXtTiny',
    description:
      'Depthwise 7×7 convolutions and, at each pixel, a hidden layer, as in a transformer; medium.',
    source: 'Liu et al. 2022, arXiv 2201.03545, as in keras.applications',
    defaultInputShape: [224, 224, 4],
    minimumSize: 32,
    expects: { imageSize: 224, ...STANDARDIZED },
    torchExpects: { imageSize: 224, ...STANDARDIZED },
    weights: { total: 27_843_196, trainable: 27_843_196 },
    backboneWeights: { total: 27_820_128, trainable: 27_820_128 },
    load: async () => backboneModel((await import('../backbones/convnext')).convNeXtTiny),
    torchNames: async () => (await import('../torch-names/convnext')).convNeXtTinyTorchNames,
  },
} as const satisfies BackboneEntries;
