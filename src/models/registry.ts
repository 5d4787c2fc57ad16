/** The models by name: what each is and expects, as data, and how to load the code that builds it. */
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { HaltufBaselineOptions } from './haltuf-baseline';
import type { InputShape } from './options';
import type { SmallCnnOptions } from './small-cnn-presets';

/** The options of each model. */
export interface ModelOptionsByName {
  haltufBaseline: HaltufBaselineOptions;
  smallCnn: SmallCnnOptions;
}

export type ModelName = keyof ModelOptionsByName;

/** What a model is and what images it expects. */
export interface ModelInfo {
  name: ModelName;
  description: string;
  /** Where the architecture comes from. */
  source: string;
  /** `[height, width, channels]` unless `inputShape` says otherwise. */
  defaultInputShape: InputShape;
  /** How pixels become inputs: (pixel · scale − mean) / std, pixels in 0–255, mean and std per channel. */
  expects: {
    imageSize: number;
    channels: readonly string[];
    scale: number;
    mean: readonly number[];
    std: readonly number[];
  };
  /** How many weights there are with the default options and 28 classes. */
  weights: { total: number; trainable: number };
}

type Build<N extends ModelName> = (
  options: ModelOptionsByName[N],
  inputShape: [number, number, number],
) => LayersModel;

type Registry = { [N in ModelName]: ModelInfo & { name: N; load: () => Promise<{ build: Build<N> }> } };

const HPA_CHANNELS = ['red', 'green', 'blue', 'yellow'];

/** Scaled to 0–1 and no more. */
const SCALED = { channels: HPA_CHANNELS, scale: 1 / 255, mean: [0, 0, 0, 0], std: [1, 1, 1, 1] };

export const registry: Registry = {
  haltufBaseline: {
    name: 'haltufBaseline',
    description:
      'Seven convolutions, four of them parallel, with BatchNorm and Dropout; trains from scratch.',
    source: 'Network M, a baseline of the Human Protein Atlas image classification task (Kaggle, 2018)',
    defaultInputShape: [192, 192, 4],
    expects: { imageSize: 192, ...SCALED },
    weights: { total: 194_024, trainable: 193_320 },
    load: () => import('./haltuf-baseline'),
  },
  smallCnn: {
    name: 'smallCnn',
    description: 'One or two convolutions and a dense layer, of any size; smallCnnPresets has four of them.',
    source: 'Models 5 to 8 of the same baselines',
    defaultInputShape: [100, 100, 4],
    expects: { imageSize: 100, ...SCALED },
    weights: { total: 36_930, trainable: 36_930 },
    load: () => import('./small-cnn'),
  },
};
