/** Weights of a file into a model, matched by name and shape. */
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { HpaError } from '../../errors';
import { builtAs } from '../built-models';
import type { InputChannels } from './input-channels';
import { brief } from './brief';
import { matchKeras } from './match-keras';
import { matchTorch } from './match-torch';
import { isComplete, type Match, type Pair } from './match';
import { mismatchError } from './mismatch-error';
import { modelLayers, type ModelWeight } from './model-layers';
import { readWeights } from './read-weights';
import { torchNamesOf } from './torch-names-of';
import { valuesFor, waysToFit, type FitOptions } from './values-for';
import type { WeightFile } from './weight-file';

/** Options of `loadWeights`. */
export interface LoadWeightsOptions {
  /**
   * How a first convolution for other channels is made from the file's. BatchNorm on the image takes the statistics of
   * the channels that it is told to take, or their mean.
   * @default an error
   */
  inputChannels?: InputChannels;
  /**
   * Whether weights of the model that the file lacks, and weights of the file that the model lacks, are left. Those whose
   * shapes differ are both.
   * @default false
   */
  allowPartial?: boolean;
  /**
   * The registry's name of the backbone, which says how PyTorch names its layers.
   * @default what `buildModel` built, or the model's name
   */
  architecture?: string;
}

/** What became of each weight. Weights of the model are told as `layer/weight`, those of the file as it calls them. */
export interface LoadReport {
  /** Weights of the model that the file had. */
  loaded: string[];
  /** Biases that PyTorch's convolutions lack, and that are zero now. */
  zeros: string[];
  /** Weights of the model's head that the file doesn't have; they stay as they are. */
  fresh: string[];
  /** Other weights of the model that the file doesn't have; an error unless `allowPartial`. */
  missing: string[];
  /** What the file has and the model has no place for, a classifier of its own apart; likewise. */
  unused: string[];
  /** The file's own classifier and preprocessing, which the model has other means for. */
  skipped: string[];
}

/**
 * Sets the model's weights to those of a file.
 *
 * Keras's layers are found by their names. Names that Keras counts, such as `conv2d_95`, are taken in their order, and
 * where files have no names or older ones, layers are taken in their order, all shapes agreeing: within each class for
 * `.weights.h5`, all of them for `.h5`. PyTorch's are found by the names of torchvision and timm, and brought to Keras's
 * order of axes. A network nested in the file's model is found in there. The model's head stays as it is unless the file
 * has it under its names; the file's own classifier is left out, as are Keras's Normalization layers.
 *
 * Nothing is set before everything has been found and read: after an error the model is as it was.
 *
 * @param weights - a file's bytes, or what `readWeights`, `readTfjsWeights` or `openWeights` gave
 * @throws HpaError `weights-mismatch` if something of the network is missing, has another shape or no place, or if the
 *   file is for another convention than the model; `weights-invalid` for damaged files and for values that are not finite;
 *   `weights-unsupported`
 * @example
 * const report = await loadWeights(model, await openWeights('backbone.weights.h5'), { inputChannels: 'mean' });
 * report.fresh; // ['scores/kernel', 'scores/bias']
 */
export async function loadWeights(
  model: LayersModel,
  weights: Uint8Array | WeightFile,
  options: LoadWeightsOptions = {},
): Promise<LoadReport> {
  const {
    allowPartial = false,
    inputChannels,
    architecture = builtAs(model)?.architecture ?? model.name,
  } = options;
  const file = weights instanceof Uint8Array ? await readWeights(weights) : weights;
  checkConvention(model, file);
  const fit = { inputChannels, isTorch: file.convention !== 'keras' };
  const match = await matchLayers(model, file, architecture, fit);
  if (match.pairs.length === 0 || !(allowPartial || isComplete(match)))
    throw mismatchError(match, file, architecture);

  const values = await readAll(match.pairs, file, fit);
  match.pairs.forEach(({ target }, i) => {
    write(target, values[i]!);
    // Its memory is needed for the next one.
    values[i] = undefined;
  });
  for (const target of match.zeros) write(target, new Float32Array(tf.util.sizeFromShape([...target.shape])));
  return reportOf(match);
}

async function matchLayers(
  model: LayersModel,
  file: WeightFile,
  architecture: string,
  options: FitOptions,
): Promise<Match> {
  const layers = modelLayers(model);
  const fits = (target: ModelWeight, entry: { shape: readonly number[] }) =>
    waysToFit(target, entry.shape, options) !== undefined;
  return options.isTorch
    ? matchTorch(layers, file, await torchNamesOf(architecture, file.file), fits)
    : matchKeras(layers, file, fits);
}

/** Weights for one convention make another network of a model for the other. */
function checkConvention(model: LayersModel, { file, convention }: WeightFile): void {
  const built = builtAs(model);
  if (!built || built.isAskedFor || built.convention === convention) return;
  throw new HpaError(
    'weights-mismatch',
    `The weights are in the convention '${convention}', and the model was built for '${built.convention}', whose padding differs. ` +
      `Build it with the weights or with convention: '${convention}'; or, if these weights are for '${built.convention}' all the same, as timm's tf_… are, with convention: '${built.convention}'`,
    { file },
  );
}

async function readAll(
  pairs: readonly Pair[],
  { file }: WeightFile,
  options: FitOptions,
): Promise<(Float32Array | undefined)[]> {
  const all: Float32Array[] = [];
  for (const { target, entry } of pairs) {
    const values = valuesFor(target, entry.shape, await entry.read(), options);
    if (!areFinite(values))
      throw new HpaError('weights-invalid', `${brief(entry.key)} has values that are not finite`, { file });
    all.push(values);
  }
  return all;
}

function areFinite(values: Float32Array): boolean {
  let zero = 0;
  // Without a branch or a call, which fifty million weights would feel: 0 · ∞ is not a number.
  for (const value of values) zero += value * 0;
  return zero === 0;
}

function write({ variable, shape }: ModelWeight, values: Float32Array): void {
  const tensor = tf.tensor(values, [...shape]);
  variable.write(tensor);
  tensor.dispose();
}

function reportOf({ pairs, zeros, fresh, missing, mismatched, unused, skipped }: Match): LoadReport {
  const names = (weights: readonly ModelWeight[]) =>
    weights.map(({ layer, name }) => `${layer.name}/${name}`);
  const keys = (entries: readonly { key: string }[]) => entries.map(({ key }) => key);
  return {
    loaded: names(pairs.map(({ target }) => target)),
    zeros: names(zeros),
    fresh: names(fresh),
    missing: names([...missing, ...mismatched.map(({ target }) => target)]),
    unused: keys([...unused, ...mismatched.map(({ entry }) => entry)]),
    skipped: keys(skipped),
  };
}
