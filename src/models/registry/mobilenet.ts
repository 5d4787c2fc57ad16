/** MobileNet, V2 and V3. */
import { backboneModel } from '../backbone-model';
import { CENTRED, STANDARDIZED } from './expected-inputs';
import type { BackboneEntries } from './entry';

export const mobileNet = {
  mobileNet: {
    name: 'mobileNet',
    description: 'Depthwise convolutions, each before one of 1×1; small.',
    source: 'Howard et al. 2017, arXiv 1704.04861, as in keras.applications',
    defaultInputShape: [224, 224, 4],
    minimumSize: 32,
    expects: { imageSize: 224, ...CENTRED },
    torchExpects: { imageSize: 224, ...CENTRED },
    weights: { total: 3_257_852, trainable: 3_235_964 },
    backboneWeights: { total: 3_228_864, trainable: 3_206_976 },
    load: async () => backboneModel((await import('../backbones/mobilenet')).mobileNet),
    torchNames: async () => (await import('../torch-names/mobilenet')).mobileNetTorchNames,
  },
  mobileNetV2: {
    name: 'mobileNetV2',
    description: 'Residual blocks that are wide within and narrow between; small.',
    source: 'Sandler et al. 2018, arXiv 1801.04381, as in keras.applications',
    defaultInputShape: [224, 224, 4],
    minimumSize: 32,
    expects: { imageSize: 224, ...CENTRED },
    torchExpects: { imageSize: 224, ...STANDARDIZED },
    weights: { total: 2_294_140, trainable: 2_260_028 },
    backboneWeights: { total: 2_257_984, trainable: 2_223_872 },
    load: async () => backboneModel((await import('../backbones/mobilenet-v2')).mobileNetV2),
    torchNames: async () => (await import('../torch-names/mobilenet')).mobileNetV2TorchNames,
  },
  mobileNetV3Small: {
    name: 'mobileNetV3Small',
    description: 'Searched blocks like those of MobileNetV2 with squeeze and excitation; the smallest.',
    source: 'Howard et al. 2019, arXiv 1905.02244, as in keras.applications',
    defaultInputShape: [224, 224, 4],
    minimumSize: 32,
    expects: { imageSize: 224, ...CENTRED },
    torchExpects: { imageSize: 224, ...STANDARDIZED },
    weights: { total: 955_420, trainable: 943_308 },
    backboneWeights: { total: 939_120, trainable: 927_008 },
    load: async () => backboneModel((await import('../backbones/mobilenet-v3')).mobileNetV3Small),
    torchNames: async () => (await import('../torch-names/mobilenet')).mobileNetV3SmallTorchNames,
  },
  mobileNetV3Large: {
    name: 'mobileNetV3Large',
    description: 'Searched blocks like those of MobileNetV2 with squeeze and excitation; small.',
    source: 'Howard et al. 2019, arXiv 1905.02244, as in keras.applications',
    defaultInputShape: [224, 224, 4],
    minimumSize: 32,
    expects: { imageSize: 224, ...CENTRED },
    torchExpects: { imageSize: 224, ...STANDARDIZED },
    weights: { total: 3_023_404, trainable: 2_999_004 },
    backboneWeights: { total: 2_996_352, trainable: 2_971_952 },
    load: async () => backboneModel((await import('../backbones/mobilenet-v3')).mobileNetV3Large),
    torchNames: async () => (await import('../torch-names/mobilenet')).mobileNetV3LargeTorchNames,
  },
} as const satisfies BackboneEntries;
