/** What `buildModel` remembers of the models that it built, for loading weights into them later. */
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Convention } from './graph';

export interface BuiltModel {
  /** The registry's name. */
  architecture: string;
  convention: Convention;
  /** Whether somebody asked for the convention. */
  isAskedFor: boolean;
}

const built = new WeakMap<LayersModel, BuiltModel>();

export function rememberBuilt(model: LayersModel, what: BuiltModel): void {
  built.set(model, what);
}

export function builtAs(model: LayersModel): BuiltModel | undefined {
  return built.get(model);
}
