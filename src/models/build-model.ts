/** Models by name. */
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { mendTfjs } from '../engine/mend-tfjs';
import { requireEngine } from '../engine/require-engine';
import { rememberBuilt } from './built-models';
import { checkFreezeOptions, freezeBackbone } from './freezing';
import type { Convention } from './graph';
import type { BuildDefaults, ModelOptions } from './options';
import type { RegistryEntry } from './registry/entry';
import { registry, type ModelName, type ModelOptionsByName } from './registry/index';
import type { ModelInfo } from './registry/model-info';
import { loadWeights, type LoadWeightsOptions } from './weights/load-weights';
import { readWeights } from './weights/read-weights';
import type { WeightFile } from './weights/weight-file';

/**
 * Builds a model, with fresh weights unless `weights` has others: a plain `tf.LayersModel` from images `[batch, height, width, channels]` to
 * probabilities `[batch, numClasses]`, not compiled. `model.dispose()` frees its weights.
 *
 * With a `seed`, each layer's initial weights and dropped units follow from the seed and the layer's name alone,
 * and are the same on every engine.
 *
 * @throws RangeError for an unknown name, sizes that are not positive integers, or an `inputShape` too small for
 * the architecture; TypeError for an option that the model doesn't have; HpaError `engine-unavailable` before an
 * engine is chosen, and what `loadWeights` throws for `weights`.
 * @example
 * const model = await buildModel('haltufBaseline', { inputShape: [192, 192, 4], numClasses: 28, seed: 1 });
 * model.countParams(); // 194024
 */
export async function buildModel<N extends ModelName>(
  name: N,
  options?: ModelOptionsByName[N],
): Promise<LayersModel>;
export async function buildModel(name: string, options?: ModelOptions): Promise<LayersModel>;
export async function buildModel(name: string, options: ModelOptions = {}): Promise<LayersModel> {
  if (!Object.hasOwn(registry, name)) {
    throw new RangeError(`no model is called "${name}". There are ${Object.keys(registry).join(', ')}`);
  }
  const freeze = checkFreezeOptions(options.freeze);
  const entry: RegistryEntry = registry[name as ModelName];
  const build = (await entry.load()) as (options: ModelOptions, defaults: BuildDefaults) => LayersModel;
  requireEngine();
  await tf.ready();
  // Layers that the caller freezes are to stay as they are, whether an engine was chosen by useEngine or not.
  mendTfjs();
  const { defaultInputShape, minimumSize } = entry;
  const start = await weightsIn(options);
  const asked = (options as { convention?: Convention }).convention;
  const convention = asked ?? (entry.torchNames && start?.file.convention);
  const model = build(convention ? ({ ...options, convention } as ModelOptions) : options, {
    ...{ name, inputShape: defaultInputShape, minimumSize },
  });
  rememberBuilt(model, {
    ...{ architecture: name, convention: convention ?? 'keras', isAskedFor: asked !== undefined },
  });
  if (start) await load(model, start);
  if (freeze) freezeBackbone(model, freeze);
  return model;
}

interface StartWeights {
  file: WeightFile;
  options: LoadWeightsOptions;
}

async function weightsIn({ weights }: ModelOptions): Promise<StartWeights | undefined> {
  if (weights === undefined) return undefined;
  const { from, ...options } = 'from' in weights ? weights : { from: weights };
  return { file: from instanceof Uint8Array ? await readWeights(from) : from, options };
}

async function load(model: LayersModel, { file, options }: StartWeights): Promise<void> {
  try {
    await loadWeights(model, file, options);
  } catch (error) {
    model.dispose();
    throw error;
  }
}

/**
 * The models that `buildModel` knows: what each is, what images it expects, how many weights it has.
 *
 * @example
 * listModels().map(({ name, weights }) => `${name}: ${weights.total}`);
 * // ['haltufBaseline: 194024', 'smallCnn: 36930', …]
 */
export function listModels(): ModelInfo<ModelName>[] {
  return Object.values(registry).map(({ load, torchNames, ...info }: RegistryEntry<ModelName>) =>
    structuredClone(info),
  );
}
