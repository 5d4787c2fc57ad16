/** Matches files with Keras's layers to a model: by the layers' names, or by their order as Keras itself does. */
import { addPair, emptyMatch, isComplete, type Fits, type Match } from './match';
import type { ModelLayer } from './model-layers';
import type { FileLayer, WeightEntry, WeightFile } from './weight-file';

/** A layer in the file with its weights. */
interface Group extends Partial<FileLayer> {
  container: string;
  entries: WeightEntry[];
}

/** Which layer of the file each layer of the model takes. */
type Assignment = Map<ModelLayer, Group>;

/** Which of the layers that are left over follow the network, and so are the file's own classifier. */
type IsClassifier = (group: Group) => boolean;

type Strategy = (layers: readonly ModelLayer[], groups: readonly Group[]) => [Assignment, IsClassifier];

/** More nested models than this are no parts of one network. */
const MAX_CONTAINERS = 4;

/** The classifiers of keras.applications, and those without a name. */
const CLASSIFIER = /^(predictions|logits|fc\d*|conv_preds|conv_2|dense(_\d+)?|.*_head_(layernorm|dense))$/i;
/** What the Normalization layer has, with which some networks of Keras prepare their images. */
const NORMALIZATION = ['mean', 'variance', 'count'];

/**
 * The first of these that leaves nothing over, else the one that comes closest: names, the order within each class, the
 * order of all layers; for the file's own layers and for each nested model in it, the largest first, alone and with the
 * models that are nested in it.
 */
export function matchKeras(layers: readonly ModelLayer[], file: WeightFile, fits: Fits): Match {
  const groups = groupsOf(file.entries);
  const network = groups.filter((group) => !isNormalization(group));
  const strategies = [byName(file.isOrdered), byClass, ...(file.isOrdered ? [byOrder] : [])];
  let best: Match | undefined;
  for (const container of containersOf(network))
    for (const strategy of strategies) {
      const match = matchBy(strategy, layers, network, container, fits);
      match.skipped.push(...groups.filter(isNormalization).flatMap(({ entries }) => entries));
      if (isComplete(match)) return match;
      if (!best || match.pairs.length > best.pairs.length) best = match;
    }
  return best ?? matchBy(byClass, layers, network, () => true, fits);
}

function groupsOf(entries: readonly WeightEntry[]): Group[] {
  const groups = new Map<FileLayer | WeightEntry, Group>();
  for (const entry of entries) {
    const key = entry.layer ?? entry;
    const group = groups.get(key) ?? { container: '', ...entry.layer, entries: [] };
    group.entries.push(entry);
    groups.set(key, group);
  }
  return [...groups.values()];
}

function isNormalization({ layerClass, entries }: Group): boolean {
  return (
    layerClass === 'normalization' || entries.every(({ weight }) => NORMALIZATION.includes(weight ?? ''))
  );
}

/** Tells the layers of a model. */
type IsInside = (group: Group) => boolean;

/** The file's own layers and its nested models, those with most layers first. */
function containersOf(groups: readonly Group[]): IsInside[] {
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

function matchBy(
  strategy: Strategy,
  layers: readonly ModelLayer[],
  groups: readonly Group[],
  isInside: IsInside,
  fits: Fits,
): Match {
  const match = emptyMatch();
  const backbone = layers.filter(({ isHead }) => !isHead);
  const inside = groups.filter(isInside);
  const [assignment, isClassifier] = strategy(backbone, inside);
  for (const layer of backbone) {
    const group = assignment.get(layer);
    if (group) pairWeights(match, layer, group, fits);
    else match.missing.push(...layer.weights);
  }
  const taken = new Set(assignment.values());
  const left = groups.filter((group) => !taken.has(group));
  const heads = matchHead(
    match,
    layers.filter(({ isHead }) => isHead),
    left,
    fits,
  );
  for (const group of left) {
    if (heads.has(group)) continue;
    // Around a nested network is what its user put there.
    const isTop = !isInside(group) || isClassifier(group) || isClassifierName(group);
    (isTop ? match.skipped : match.unused).push(...group.entries);
  }
  return match;
}

function isClassifierName({ name, layerClass }: Group): boolean {
  return layerClass === 'dense' || CLASSIFIER.test(tailsOf(name ?? '').at(-1)!);
}

/** Our own head, where the file has it under its names, or without names in just its shapes. */
function matchHead(
  match: Match,
  head: readonly ModelLayer[],
  left: readonly Group[],
  fits: Fits,
): Set<Group> {
  const named = new Map(left.map((group) => [tailsOf(group.name ?? '').at(-1)!, group]));
  let assignment: Assignment = new Map(
    head.flatMap((layer) => (named.has(layer.name) ? [[layer, named.get(layer.name)!]] : [])),
  );
  if (assignment.size === 0 && left.every(({ name }) => name === undefined)) {
    const [ordered] = byClass(head, left);
    const trial = emptyMatch();
    for (const [layer, group] of ordered) pairWeights(trial, layer, group, fits);
    if (ordered.size === head.length && isComplete(trial)) assignment = ordered;
  }
  for (const layer of head) {
    const group = assignment.get(layer);
    if (group) pairWeights(match, layer, group, fits);
    else match.fresh.push(...layer.weights);
  }
  return new Set(assignment.values());
}

/** The weights of a layer by their names, or in their order where the file has no names, or older ones. */
function pairWeights(match: Match, layer: ModelLayer, { entries }: Group, fits: Fits): void {
  const { weights } = layer;
  const found = weights.map(({ name }) => entries.find(({ weight }) => isSameWeight(weight, name)));
  const areNamed = found.some((entry) => entry !== undefined);
  const taken = new Set<WeightEntry>();
  weights.forEach((target, i) => {
    const entry = areNamed ? found[i] : entries.length === weights.length ? entries[i] : undefined;
    if (!entry) return match.missing.push(target);
    taken.add(entry);
    addPair(match, target, entry, fits);
  });
  match.unused.push(...entries.filter((entry) => !taken.has(entry)));
}

/** Keras 3 calls a depthwise kernel `kernel`; older files may have `kernel_1` where `kernel` was taken. */
function isSameWeight(weight: string | undefined, name: string): boolean {
  const plain = weight?.replace(/_\d+$/, '');
  return plain === name || (plain === 'kernel' && name === 'depthwise_kernel');
}

/**
 * Names that somebody gave, slashes or underscores alike; and names such as `conv2d_95`, which Keras counts through a
 * session, in their order.
 */
function byName(isOrdered: boolean): Strategy {
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
function byClass(layers: readonly ModelLayer[], groups: readonly Group[]): [Assignment, IsClassifier] {
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
function byOrder(layers: readonly ModelLayer[], groups: readonly Group[]): [Assignment, IsClassifier] {
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
  const [, kind = '', number = '0'] = /^(.*?)(?:_(\d+))?$/.exec(name) ?? [];
  return classes.has(kind) ? { kind, number: Number(number) } : undefined;
}

/** `a/b/c` is also known as `b/c` in the model `a`, and as `c`. */
function tailsOf(name: string): string[] {
  const parts = name.split('/');
  return parts.map((_, i) => parts.slice(i).join('_'));
}

const underscored = (name: string) => name.replaceAll('/', '_');
