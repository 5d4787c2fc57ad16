/** Ways to tell which layer of a file is which of a model's: by name, by class, by order. */
import { tailsOf, type Group } from './file-layers';
import { splitCount } from './keras-config';
import type { ModelLayer } from './model-layers';

/** Which layer of the file each layer of the model takes. */
export type Assignment = Map<ModelLayer, Group>;

/** Which of the layers that are left over follow the network, and so are the file's own classifier. */
export type IsClassifier = (group: Group) => boolean;

export type Strategy = (
  layers: readonly ModelLayer[],
  groups: readonly Group[],
) => [Assignment, IsClassifier];

/**
 * Names that somebody gave, slashes or underscores alike; and names such as `conv2d_95`, which Keras counts through a
 * session, in their order.
 */
export function byName(isOrdered: boolean): Strategy {
  return (layers, groups) => {
    const assignment: Assignment = new Map();
    const classes = new Set(layers.map(({ layerClass }) => layerClass));
    const given = new Map<string, ModelLayer>();
    const counted = new Map<string, { layers: Numbered<ModelLayer>[]; groups: Numbered<Group>[] }>();
    const countedOf = (kind: string) => {
      const both = counted.get(kind) ?? { layers: [], groups: [] };
      counted.set(kind, both);
      return both;
    };
    for (const layer of layers) {
      const automatic = automaticName(layer.name, classes);
      if (automatic?.kind === layer.layerClass)
        countedOf(automatic.kind).layers.push({ number: automatic.number, item: layer });
      else given.set(underscored(layer.name), layer);
    }
    for (const group of groups) {
      const tails = tailsOf(group.name ?? '');
      const name = tails.find((tail) => given.has(tail));
      const automatic = automaticName(tails.at(-1)!, classes);
      if (name !== undefined) {
        assignment.set(given.get(name)!, group);
        given.delete(name);
      } else if (automatic) countedOf(automatic.kind).groups.push({ number: automatic.number, item: group });
    }
    for (const both of counted.values()) {
      const inOrder = byNumber(both.groups);
      byNumber(both.layers).forEach((layer, i) => {
        if (inOrder[i]) assignment.set(layer, inOrder[i]);
      });
    }
    assignTheRest(assignment, layers, groups, classes);
    const last = Math.max(...[...assignment.values()].map((group) => groups.indexOf(group)));
    return [assignment, (group) => isOrdered && groups.indexOf(group) > last];
  };
}

/** Layers that nobody named may have a name in the file, where nothing else of their class is left. */
function assignTheRest(
  assignment: Assignment,
  layers: readonly ModelLayer[],
  groups: readonly Group[],
  classes: ReadonlySet<string>,
): void {
  const taken = new Set(assignment.values());
  for (const kind of classes) {
    const restLayers = layers.filter((layer) => layer.layerClass === kind && !assignment.has(layer));
    const restGroups = groups.filter((group) => group.layerClass === kind && !taken.has(group));
    const areUnnamed = restLayers.every(({ name }) => automaticName(name, classes)?.kind === kind);
    if (areUnnamed && restLayers.length === restGroups.length)
      restLayers.forEach((layer, i) => assignment.set(layer, restGroups[i]!));
  }
}

/** The n-th layer of a class is the file's n-th, as `.weights.h5` means it. */
export function byClass(layers: readonly ModelLayer[], groups: readonly Group[]): [Assignment, IsClassifier] {
  const assignment: Assignment = new Map();
  const classes = new Set(layers.map(({ layerClass }) => layerClass));
  for (const kind of classes) {
    const inOrder = groups.filter(({ layerClass }) => layerClass === kind);
    layers
      .filter(({ layerClass }) => layerClass === kind)
      .forEach((layer, i) => {
        if (inOrder[i]) assignment.set(layer, inOrder[i]);
      });
  }
  return [assignment, ({ layerClass }) => layerClass !== undefined && classes.has(layerClass)];
}

/** The n-th layer with weights is the file's n-th, as Keras reads `.h5`. */
export function byOrder(layers: readonly ModelLayer[], groups: readonly Group[]): [Assignment, IsClassifier] {
  const assignment: Assignment = new Map(
    layers.flatMap((layer, i) => (groups[i] ? [[layer, groups[i]]] : [])),
  );
  return [assignment, () => true];
}

interface Numbered<T> {
  number: number;
  item: T;
}

const byNumber = <T>(items: readonly Numbered<T>[]): T[] =>
  [...items].sort((a, b) => a.number - b.number).map(({ item }) => item);

/** What Keras calls a layer that nobody named. */
function automaticName(
  name: string,
  classes: ReadonlySet<string>,
): { kind: string; number: number } | undefined {
  const counted = splitCount(name);
  return classes.has(counted.kind) ? counted : undefined;
}

const underscored = (name: string) => name.replaceAll('/', '_');
