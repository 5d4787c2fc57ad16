/** Weights of a file into a model, matched by name and shape. */
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { InputChannels } from './input-channels';
import type { WeightFile } from './weight-file';

export interface LoadWeightsOptions {
  /**
   * How a first convolution for other channels is made from the file's.
   * @default an error
   */
  inputChannels?: InputChannels;
  /**
   * Whether weights of the model that the file lacks, and weights of the file that the model lacks, are left.
   * @default false
   */
  allowPartial?: boolean;
  /**
   * The registry's name of the backbone, which says how PyTorch names its layers.
   * @default what `buildModel` built, or the model's name
   */
  architecture?: string;
}

/** What became of each weight. */
export interface LoadReport {
  /** Weights of the model that the file had, as `layer/weight`. */
  loaded: string[];
  /** Weights of the model's head that the file doesn't have; they stay as they are. */
  fresh: string[];
  /** Other weights of the model that the file doesn't have; an error unless `allowPartial`. */
  missing: string[];
  /** What the file has and the model has no place for, a classifier of its own apart; likewise. */
  unused: string[];
  /** The file's own classifier and preprocessing, which the model has other means for. */
  skipped: string[];
}

/** Sets the model's weights to the file's. */
export function loadWeights(
  model: LayersModel,
  weights: Uint8Array | WeightFile,
  options: LoadWeightsOptions = {},
): Promise<LoadReport> {
  [model, weights, options];
  throw new Error('not written yet');
}
