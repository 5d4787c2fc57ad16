/** NASNetMobile. */
import { backboneModel } from '../backbone-model';
import { CENTRED } from './expected-inputs';
import type { BackboneEntries } from './entry';

export const nasNet = {
  nasNetMobile: {
    name: 'nasNetMobile',
    description: 'Cells that a search found, of separable convolutions; few weights, many layers.',
    source: 'Zoph et al. 2017, arXiv 1707.07012, as in keras.applications',
    defaultInputShape: [224, 224, 4],
    minimumSize: 32,
    expects: { imageSize: 224, ...CENTRED },
    weights: { total: 4_299_600, trainable: 4_262_862 },
    backboneWeights: { total: 4_269_716, trainable: 4_232_978 },
    load: async () => backboneModel((await import('../backbones/nasnet')).nasNetMobile),
  },
} as const satisfies BackboneEntries;
