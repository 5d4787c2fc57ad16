/** VGG16. */
import { backboneModel } from '../backbone-model';
import { CAFFE, STANDARDIZED } from './expected-inputs';
import type { BackboneEntries } from './entry';

export const vgg = {
  vgg16: {
    name: 'vgg16',
    description: 'Thirteen 3×3 convolutions without BatchNorm; simple and slow.',
    source: 'Simonyan and Zisserman 2014, arXiv 1409.1556, as in keras.applications',
    defaultInputShape: [224, 224, 4],
    minimumSize: 32,
    expects: { imageSize: 224, ...CAFFE },
    torchExpects: { imageSize: 224, ...STANDARDIZED },
    weights: { total: 14_729_628, trainable: 14_729_628 },
    backboneWeights: { total: 14_714_688, trainable: 14_714_688 },
    load: async () => backboneModel((await import('../backbones/vgg16')).vgg16),
    torchNames: async () => (await import('../torch-names/vgg')).vggTorchNames,
  },
} as const satisfies BackboneEntries;
