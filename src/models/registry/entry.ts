/** An entry of the registry: what a model is, and its code, loaded when it is asked for. */
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { BackboneOptions } from '../backbone-model';
import type { BuildDefaults } from '../options';
import type { TorchNames } from '../torch-names/torch-names';
import type { ModelInfo } from './model-info';

export interface RegistryEntry<Name extends string = string, Options = never> extends ModelInfo<Name> {
  load: () => Promise<(options: Options, defaults: BuildDefaults) => LayersModel>;
  /** How PyTorch names the layers, where it has the network. */
  torchNames?: () => Promise<TorchNames>;
}

export type BackboneEntries = Record<string, RegistryEntry<string, BackboneOptions>>;
