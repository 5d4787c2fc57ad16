/** What a model is and expects, as data. */
import type { InputShape } from '../options';

/** How pixels become inputs: (pixel · scale − mean) / std, pixels in 0–255, mean and std per channel. */
export interface ExpectedInput {
  /** Side of the images that the architecture was made for, in pixels. */
  imageSize: number;
  /** Names of the channels, in the order of the input. */
  channels: readonly string[];
  scale: number;
  mean: readonly number[];
  std: readonly number[];
  /** Where an input channel is a mixture: the share of red, green, blue and yellow in each. */
  mixture?: readonly (readonly number[])[];
}

export interface WeightCounts {
  total: number;
  trainable: number;
}

/** What a model is and what images it expects. */
export interface ModelInfo<Name extends string = string> {
  name: Name;
  description: string;
  /** Where the architecture comes from. */
  source: string;
  /** `[height, width, channels]` unless `inputShape` says otherwise. */
  defaultInputShape: InputShape;
  /** The smallest height and width, in pixels, with the default options. */
  minimumSize: number;
  expects: ExpectedInput;
  /** What images weights from PyTorch expect (`convention: 'torch'`), where they exist. */
  torchExpects?: ExpectedInput;
  /** How many weights there are with the default options and 28 classes. */
  weights: WeightCounts;
  /** How many of them are the backbone's, at three channels: those of `keras.applications` with `include_top=False`. */
  backboneWeights?: WeightCounts;
}
