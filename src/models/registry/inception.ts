/** InceptionV3, InceptionResNetV2 and Xception. */
import { backboneModel } from '../backbone-model';
import { CENTRED } from './expected-inputs';
import type { BackboneEntries } from './entry';

export const inception = {
  inceptionResNetV2: {
    name: 'inceptionResNetV2',
    description: 'Inception blocks with residual connections; large.',
    source: 'Szegedy et al. 2016, arXiv 1602.07261, as in keras.applications',
    defaultInputShape: [299, 299, 4],
    minimumSize: 75,
    expects: { imageSize: 299, ...CENTRED },
    torchExpects: { imageSize: 299, ...CENTRED },
    weights: { total: 54_380_060, trainable: 54_319_516 },
    backboneWeights: { total: 54_336_736, trainable: 54_276_192 },
    load: async () => backboneModel((await import('../backbones/inception-resnet-v2')).inceptionResNetV2),
  },
} as const satisfies BackboneEntries;
