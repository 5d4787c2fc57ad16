/** The published systems that are models of their own. */
import { SCALED } from './expected-inputs';
import type { RegistryEntry } from './entry';
import type { HaltufBaselineOptions } from '../systems/haltuf-baseline';
import type { SmallCnnOptions } from '../systems/small-cnn-presets';

export interface SystemOptionsByName {
  haltufBaseline: HaltufBaselineOptions;
  smallCnn: SmallCnnOptions;
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
};
