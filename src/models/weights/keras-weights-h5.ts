/**
 * Keras's `.weights.h5`: groups `layers/CLASS_N/vars` with arrays `0`, `1`, …, the N-th layer of its class, and nested
 * models within `layers` of their own. In newer files `vars` has the layer's name; in others only the order of a class
 * tells. Keras 2.12 calls `layers` otherwise, and counts layers with weights twice.
 */
import { HpaError } from '../../errors';
import { readArray } from './hdf5-entry';
import type { Hdf5Group } from './hdf5/open-hdf5';
import { splitCount, type ConfigLayer } from './keras-config';
import type { FileLayer, WeightEntry, WeightFile } from './weight-file';

const LAYERS = ['layers', '_layer_checkpoint_dependencies'];
/** State of a layer that is no weight. */
const NO_WEIGHTS = ['seed_generator'];
/** Models in models; no network nests so deep. */
const MAX_DEPTH = 16;

export function isKerasWeightsH5(root: Hdf5Group): boolean {
  return LAYERS.some((name) => root.has(name));
}

/** @param config - the layers of the model, where the file came with them */
export function readKerasWeightsH5(
  root: Hdf5Group,
  file: string,
  config: readonly ConfigLayer[] = [],
): WeightFile {
  const entries = readModel(root, { file, container: '', depth: 0 }, config);
  const isOrdered = config.length > 0;
  return { file, format: 'keras-weights-h5', convention: 'keras', entries, isOrdered };
}

interface Place {
  file: string;
  container: string;
  depth: number;
}

function readModel(model: Hdf5Group, place: Place, config: readonly ConfigLayer[]): WeightEntry[] {
  const { file, depth, container } = place;
  if (depth > MAX_DEPTH) throw new HpaError('weights-invalid', 'Models are nested too deep', { file });
  const known = byClass(config);
  const layers = LAYERS.filter((name) => model.has(name)).flatMap((name) => layersIn(model.group(name)));
  const read = layers.flatMap(({ group, layerClass, index, key }) => {
    const described = known.get(layerClass)?.[index];
    const inner = { file, depth: depth + 1, container: container ? `${container}/${key}` : key };
    const entries = LAYERS.some((name) => group.has(name))
      ? readModel(group, inner, described?.layers ?? [])
      : readLayer(group, inner, { layerClass, container, ...(described ? { name: described.name } : {}) });
    return [{ entries, order: described?.order ?? 0 }];
  });
  // The model's own variables, which a network of layers has none of.
  const own = readVariables(model, { file, key: container || 'the model' }, { name: container, container });
  return [...own, ...read.sort((a, b) => a.order - b.order).flatMap(({ entries }) => entries)];
}

interface Member {
  group: Hdf5Group;
  key: string;
  layerClass: string;
  /** The how-maniest of its class. */
  index: number;
}

/** The layers in a list, ordered by class and number. Keras 2.12 leaves out numbers. */
function layersIn(list: Hdf5Group): Member[] {
  const members = list.names().map((key) => {
    const { kind, number } = splitCount(key);
    return { key, layerClass: kind, number };
  });
  members.sort((a, b) => a.number - b.number);
  const counts = new Map<string, number>();
  return members.map(({ key, layerClass }) => {
    const index = counts.get(layerClass) ?? 0;
    counts.set(layerClass, index + 1);
    return { group: list.group(key), key, layerClass, index };
  });
}

function readLayer(group: Hdf5Group, place: Place, layer: FileLayer): WeightEntry[] {
  const key = place.container;
  const entries = readVariables(group, { file: place.file, key }, layer);
  const others = group.names().filter((name) => name !== 'vars' && !NO_WEIGHTS.includes(name));
  // Layers within layers, such as those of attention, are none of ours: they stay without a place.
  const inner = others.flatMap((name) =>
    readParts(group.group(name), { ...place, container: `${key}/${name}`, depth: place.depth + 1 }, layer),
  );
  return [...entries, ...inner];
}

function readParts(group: Hdf5Group, place: Place, { layerClass, container }: FileLayer): WeightEntry[] {
  const { depth, file, container: key } = place;
  if (depth > MAX_DEPTH) throw new HpaError('weights-invalid', 'Layers are nested too deep', { file });
  const part: FileLayer = {
    name: key,
    container,
    ...(layerClass ? { layerClass: `part of ${layerClass}` } : {}),
  };
  return readLayer(group, { ...place, depth, container: key }, part);
}

function readVariables(
  group: Hdf5Group,
  { file, key }: { file: string; key: string },
  layer: FileLayer,
): WeightEntry[] {
  if (!group.has('vars')) return [];
  const vars = group.group('vars');
  const name = layer.name ?? vars.texts('name')?.[0];
  const named = { ...layer, ...(name === undefined ? {} : { name }) };
  // `0`, `1`, … are in the order of the layer's weights.
  const numbers = vars.names().sort((a, b) => Number(a) - Number(b));
  return numbers.map((number) => ({
    ...readArray(vars, number, { key: `${key}/vars/${number}`, file }),
    layer: named,
  }));
}

function byClass(config: readonly ConfigLayer[]): Map<string, ConfigLayer[]> {
  const classes = new Map<string, ConfigLayer[]>();
  for (const layer of config)
    classes.set(layer.layerClass, [...(classes.get(layer.layerClass) ?? []), layer]);
  return classes;
}
