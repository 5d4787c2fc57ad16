/** Models by name, and what they expect. */
export { multiplyAdds } from './arithmetic';
export { buildModel, listModels } from './build-model';
export type { InputShape, ModelOptions } from './options';
export type { ExpectedInput, ModelInfo, WeightCounts } from './registry/model-info';
export type { BackboneName, ModelName, ModelOptionsByName } from './registry/index';
export type { BackboneOptions } from './backbone-model';
export type { Convention } from './graph';
export type { Head, Pooling } from './heads';
export type { HaltufBaselineOptions } from './systems/haltuf-baseline';
export { smallCnnPresets, type SmallCnnOptions } from './systems/small-cnn-presets';
export { freezeBackbone, unfreezeBackbone, type FreezeOptions } from './freezing';
export { setDropoutStep } from './seeds';
export { readWeights, type ReadWeightsOptions } from './weights/read-weights';
export {
  readTfjsWeights,
  tfjsShardPaths,
  type ReadTfjsWeightsOptions,
  type TfjsShards,
} from './weights/tfjs-weights';
export { fetchWeights, type FetchWeightsOptions } from './weights/fetch-weights';
export type { WeightCache } from './weights/weight-cache';
export { loadWeights, type LoadReport, type LoadWeightsOptions } from './weights/load-weights';
export type { InputChannels } from './weights/input-channels';
export type { FileLayer, WeightEntry, WeightFile, WeightFormat } from './weights/weight-file';
