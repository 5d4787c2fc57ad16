/** Models by name, and what they expect. */
export { buildModel, listModels } from './build-model';
export type { InputShape, ModelOptions } from './options';
export type { ModelInfo, ModelName, ModelOptionsByName } from './registry';
export type { HaltufBaselineOptions } from './haltuf-baseline';
export { smallCnnPresets, type SmallCnnOptions } from './small-cnn-presets';
export { setDropoutStep } from './seeds';
