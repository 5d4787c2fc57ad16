/** InceptionV3, InceptionResNetV2 and Xception. */
import { backboneModel } from '../backbone-model';
import { CENTRED } from './expected-inputs';
import type { BackboneEntries } from './entry';

export const inception = {
  inceptionV3: {
    name: 'inceptionV3',
    description: 'Parallel convolutions of several shapes; of medium size.',
    source: 'Szegedy et al. 2015, arXiv 1512.00567, as in keras.applications',
    defaultInputShape: [299, 299, 4],
    minimumSize: 75,
    expects: { imageSize: 299, ...CENTRED },
    // torchvision's transform_input turns images standardized by ImageNet into these for the network within.
    torchExpects: { imageSize: 299, ...CENTRED },
    weights: { total: 21_860_444, trainable: 21_826_012 },
    backboneWeights: { total: 21_802_784, trainable: 21_768_352 },
    load: async () => backboneModel((await import('../backbones/inception-v3')).inceptionV3),
    torchNames: async () => (await import('../torch-names/inception-v3')).inceptionV3Names,
  },
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
    torchNames: async () => (await import('../torch-names/inception-resnet-v2')).inceptionResNetV2Names,
  },
  xception: {
    name: 'xception',
    description: 'Separable convolutions with residual connections; of medium size.',
    source: 'Chollet 2016, arXiv 1610.02357, as in keras.applications',
    defaultInputShape: [299, 299, 4],
    minimumSize: 71,
    expects: { imageSize: 299, ...CENTRED },
    torchExpects: { imageSize: 299, ...CENTRED },
    weights: { total: 20_919_140, trainable: 20_864_612 },
    backboneWeights: { total: 20_861_480, trainable: 20_806_952 },
    load: async () => backboneModel((await import('../backbones/xception')).xception),
    torchNames: async () => (await import('../torch-names/xception')).xceptionNames,
  },
} as const satisfies BackboneEntries;
