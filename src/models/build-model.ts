/** Models by name. */
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { wrapBatchNormalization } from '../engine/batch-norm-layer';
import { requireEngine } from '../engine/require-engine';
import { checkFreezeOptions, freezeBackbone } from './freezing';
import type { BuildDefaults, ModelOptions } from './options';
import type { RegistryEntry } from './registry/entry';
import { registry, type ModelName, type ModelOptionsByName } from './registry/index';
import type { ModelInfo } from './registry/model-info';

/**
 * Builds a model with fresh weights: a plain `tf.LayersModel` from images `[batch, height, width, channels]` to
 * probabilities `[batch, numClasses]`, not compiled. `model.dispose()` frees its weights.
 *
 * With a `seed`, each layer's initial weights and dropped units follow from the seed and the layer's name alone,
 * and are the same on every engine.
 *
 * @throws RangeError for an unknown name, sizes that are not positive integers, or an `inputShape` too small for
 * the architecture; TypeError for an option that the model doesn't have; HpaError `engine-unavailable` before an
 * engine is chosen.
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
  wrapBatchNormalization();
  const { defaultInputShape, minimumSize } = entry;
  const model = build(options, { name, inputShape: defaultInputShape, minimumSize });
  if (freeze) freezeBackbone(model, freeze);
  return model;
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
