/** The published systems that are models of their own. */
import { backboneModel, type BackboneOptions } from '../backbone-model';
import { SCALED, STANDARDIZED } from './expected-inputs';
import type { RegistryEntry } from './entry';
import type { ByrachonokTransferOptions } from '../systems/byrachonok-transfer';
import type { HaltufBaselineOptions } from '../systems/haltuf-baseline';
import type { SmallCnnOptions } from '../systems/small-cnn-presets';

export interface SystemOptionsByName {
  haltufBaseline: HaltufBaselineOptions;
  smallCnn: SmallCnnOptions;
  byrachonokTransfer: ByrachonokTransferOptions;
  winnerDenseNet121: BackboneOptions;
}

type Systems = { [N in keyof SystemOptionsByName]: RegistryEntry<N, SystemOptionsByName[N]> };

export const systems: Systems = {
  haltufBaseline: {
    name: 'haltufBaseline',
    description:
      'Seven convolutions, four of them parallel, with BatchNorm and Dropout; trains from scratch.',
    source: 'Network M, a baseline of the Human Protein Atlas image classification task (Kaggle, 2018)',
    defaultInputShape: [192, 192, 4],
    minimumSize: 94,
    expects: { imageSize: 192, ...SCALED },
    weights: { total: 194_024, trainable: 193_320 },
    load: async () => (await import('../systems/haltuf-baseline')).build,
  },
  smallCnn: {
    name: 'smallCnn',
    description: 'One or two convolutions and a dense layer, of any size; smallCnnPresets has four of them.',
    source: 'Models 5 to 8 of the same baselines',
    defaultInputShape: [100, 100, 4],
    minimumSize: 11,
    expects: { imageSize: 100, ...SCALED },
    weights: { total: 36_930, trainable: 36_930 },
    load: async () => (await import('../systems/small-cnn')).build,
  },
  byrachonokTransfer: {
    name: 'byrachonokTransfer',
    description:
      'A large backbone of ImageNet, by default InceptionResNetV2, behind a BatchNorm and under two dense layers.',
    source: 'Network V and, on InceptionV3, model 18 of the same baselines',
    defaultInputShape: [299, 299, 3],
    minimumSize: 75,
    expects: {
      imageSize: 299,
      channels: ['red + yellow', 'green + yellow', 'blue'],
      mixture: [
        [0.5, 0, 0, 0.5],
        [0, 0.5, 0, 0.5],
        [0, 0, 1, 0],
      ],
      ...{ scale: 1 / 255, mean: [0, 0, 0], std: [1, 1, 1] },
    },
    weights: { total: 58_742_664, trainable: 58_682_108 },
    load: async () => (await import('../systems/byrachonok-transfer')).build,
  },
  winnerDenseNet121: {
    name: 'winnerDenseNet121',
    description: 'DenseNet121 on four channels, maximum beside average pooling, two dense layers.',
    source: 'The first place of the same task: macro F1 .565 with five folds',
    defaultInputShape: [512, 512, 4],
    minimumSize: 32,
    expects: { imageSize: 512, ...STANDARDIZED },
    torchExpects: { imageSize: 512, ...STANDARDIZED },
    weights: { total: 9_179_804, trainable: 9_090_012 },
    load: async () => backboneModel((await import('../backbones/densenet')).densenet121, 'winner'),
    torchNames: async () => (await import('../torch-names/densenet')).densenetTorchNames,
  },
};
