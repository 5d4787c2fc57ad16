/** What a model is and expects, as data. */
import type { InputShape } from '../options';

/** How pixels become inputs: (pixel · scale − mean) / std, pixels in 0–255, mean and std per channel. */
export interface ExpectedInput {
  /** Side of the images that the architecture was made for, in pixels. */
  imageSize: number;
  /** Names of the channels, in the order of the input. */
  channels: readonly string[];
  /** What an 8-bit sample is multiplied by first. */
  scale: number;
  /** What is then subtracted from each channel. */
  mean: readonly number[];
  /** What each channel is then divided by. */
  std: readonly number[];
  /** Where an input channel is a mixture: the share of red, green, blue and yellow in each. */
  mixture?: readonly (readonly number[])[];
}

/** How many numbers a model has learnt or can learn. */
export interface WeightCounts {
  /** All of them. */
  total: number;
  /** Those that training changes. */
  trainable: number;
}

/** What a model is and what images it expects. */
export interface ModelInfo<Name extends string = string> {
  /** What `buildModel` takes. */
  name: Name;
  /** What it is, in a sentence. */
  description: string;
  /** Where the architecture comes from. */
  source: string;
  /** `[height, width, channels]` unless `inputShape` says otherwise. */
  defaultInputShape: InputShape;
  /** The smallest height and width, in pixels, with the default options. */
  minimumSize: number;
  /** The input that it was made for. */
  expects: ExpectedInput;
  /** What images weights from PyTorch expect (`convention: 'torch'`), where they exist. */
  torchExpects?: ExpectedInput;
  /** How many weights there are with the default options and 28 classes. */
  weights: WeightCounts;
  /** How many of them are the backbone's, at three channels: those of `keras.applications` with `include_top=False`. */
  backboneWeights?: WeightCounts;
}
