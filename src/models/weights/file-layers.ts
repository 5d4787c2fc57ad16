/** The layers in a file with their weights, and the models that they are part of. */
import type { FileLayer, WeightEntry } from './weight-file';

/** A layer in the file with its weights. */
export interface Group extends Partial<FileLayer> {
  container: string;
  entries: WeightEntry[];
}

/** More nested models than this are no parts of one network. */
const MAX_CONTAINERS = 4;

/** What the Normalization layer has, with which some networks of Keras prepare their images. */
const NORMALIZATION = ['mean', 'variance', 'count'];

export function groupsOf(entries: readonly WeightEntry[]): Group[] {
  const groups = new Map<FileLayer | WeightEntry, Group>();
  for (const entry of entries) {
    const key = entry.layer ?? entry;
    const group = groups.get(key) ?? { container: '', ...entry.layer, entries: [] };
    group.entries.push(entry);
    groups.set(key, group);
  }
  return [...groups.values()];
}

/**
 * Entries whose keys are `layer/weight`, layer by layer: those of one layer need not follow each other in a file. A key
 * without a slash stays without a layer.
 */
export function inNamedLayers(entries: readonly WeightEntry[]): WeightEntry[] {
  const layers = new Map<string, FileLayer>();
  const named = entries.map((entry): WeightEntry => {
    if (!entry.key.includes('/')) return entry;
    const [name, weight] = splitLast(entry.key);
    const layer = layers.get(name) ?? { name, container: '' };
    layers.set(name, layer);
    return { ...entry, layer, weight };
  });
  return groupsOf(named).flatMap((group) => group.entries);
}

/** `a/b` and `c` of `a/b/c`; '' where nothing stands before the last part. */
export function splitLast(path: string): [parent: string, last: string] {
  const at = path.lastIndexOf('/');
  return at < 0 ? ['', path] : [path.slice(0, at), path.slice(at + 1)];
}

/** Keras's layer that prepares images, whose means and deviations are data of the registry here. */
export function isNormalization({ layerClass, entries }: Group): boolean {
  return (
    layerClass === 'normalization' || entries.every(({ weight }) => NORMALIZATION.includes(weight ?? ''))
  );
}

/** Tells the layers of a model. */
export type IsInside = (group: Group) => boolean;

/** The file's own layers and its nested models, those with most layers first. */
export function containersOf(groups: readonly Group[]): IsInside[] {
  const sizes = new Map<string, number>();
  for (const { container } of groups) sizes.set(container, (sizes.get(container) ?? 0) + 1);
  return [...sizes]
    .sort(([, a], [, b]) => b - a)
    .slice(0, MAX_CONTAINERS)
    .flatMap(([outer]) => [
      ({ container }: Group) => container === outer,
      ({ container }: Group) => outer === '' || `${container}/`.startsWith(`${outer}/`),
    ]);
}

/** `a/b/c` is also known as `b/c` in the model `a`, and as `c`. */
export function tailsOf(name: string): string[] {
  const parts = name.split('/');
  return parts.map((_, i) => parts.slice(i).join('_'));
}
