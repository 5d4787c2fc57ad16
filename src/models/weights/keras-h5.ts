/**
 * Keras's older `.h5`: the whole model, or its weights alone. Every layer is a group, whose attribute `weight_names`
 * says what it has and in which order; a nested model is one layer with the weights of all of its own.
 */
import { HpaError } from '../../errors';
import { brief } from './brief';
import { splitLast } from './file-layers';
import { readArray } from './hdf5-entry';
import type { Hdf5Group } from './hdf5/open-hdf5';
import type { FileLayer, WeightEntry, WeightFile } from './weight-file';

/** Weights that belong to no layer. */
const MODELS_OWN = 'top_level_model_weights';

/** The group with the layers, if this is such a file. */
export function kerasLayersGroup(root: Hdf5Group): Hdf5Group | undefined {
  const group = root.has('model_weights') ? root.group('model_weights') : root;
  return namesIn(group, 'layer_names') ? group : undefined;
}

export function readKerasH5(group: Hdf5Group, file: string): WeightFile {
  const names = namesIn(group, 'layer_names') ?? [];
  if (group.has(MODELS_OWN)) names.push(MODELS_OWN);
  const seen = new Set<string>();
  const entries = names.flatMap((name) => {
    if (seen.has(name)) throw damaged(`It lists the layer ${brief(name)} twice`, file);
    seen.add(name);
    return readLayer(follow(group, name), name, file);
  });
  return { file, format: 'keras-h5', convention: 'keras', entries, isOrdered: true };
}

function readLayer(group: Hdf5Group, name: string, file: string): WeightEntry[] {
  const paths = namesIn(group, 'weight_names') ?? [];
  if (new Set(paths).size < paths.length)
    throw damaged(`The layer ${brief(name)} lists a weight twice`, file);
  const scopes = new Set(paths.map(scopeOf));
  const isNested = scopes.size > 1 || [...scopes].some((scope) => scope !== '' && !isScopeOf(name, scope));
  const layers = new Map<string, FileLayer>();
  const entries = paths.map((path): WeightEntry & { layer: FileLayer } => {
    const scope = isNested ? scopeOf(path) : '';
    const layer =
      layers.get(scope) ?? (isNested ? { name: scope, container: name } : { name, container: '' });
    layers.set(scope, layer);
    const [parent, last] = splitLast(path);
    const array = readArray(parent ? follow(group, parent) : group, last, { key: `${name}/${path}`, file });
    return { ...array, layer, weight: weightName(last) };
  });
  // A nested model has its trainable weights before all others: back to layer by layer.
  return [...layers.values()].flatMap((layer) => entries.filter((entry) => entry.layer === layer));
}

/**
 * Whether a layer's own weights may have this scope: its name, within that of a model in Keras 3, or with a number
 * where Keras 2 found the name taken.
 */
function isScopeOf(layer: string, scope: string): boolean {
  return scope === layer || scope.endsWith(`/${layer}`) || scope.replace(/_\d+$/, '') === layer;
}

/** `conv1/kernel:0` is of the scope `conv1`. */
const scopeOf = (path: string) => splitLast(path)[0];

/** `kernel` of `kernel:0`, TensorFlow 1's name of the tensor. */
const weightName = (last: string) => last.replace(/:\d+$/, '');

/** A list of names, which Keras splits over several attributes where HDF5's 64 kB are not enough. */
function namesIn(group: Hdf5Group, attribute: string): string[] | undefined {
  const whole = group.texts(attribute);
  if (whole) return whole;
  const parts: string[] = [];
  let found = false;
  for (let i = 0; ; i++) {
    const part = group.texts(`${attribute}${i}`);
    if (!part) return found ? parts : undefined;
    found = true;
    parts.push(...part);
  }
}

/** A group within the group, by its path. */
function follow(group: Hdf5Group, path: string): Hdf5Group {
  return path.split('/').reduce((inner, name) => inner.group(name), group);
}

function damaged(reason: string, file: string): HpaError {
  return new HpaError('weights-invalid', `The file of weights is damaged. ${reason}`, { file });
}
