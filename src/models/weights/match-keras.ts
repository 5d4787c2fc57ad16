/** Matches files with Keras's layers to a model: by the layers' names, or by their order as Keras itself does. */
import { containersOf, groupsOf, isNormalization, tailsOf, type Group, type IsInside } from './file-layers';
import { byClass, byName, byOrder, type Assignment, type Strategy } from './keras-strategies';
import { addPair, emptyMatch, isComplete, type Fits, type Match } from './match';
import type { ModelLayer } from './model-layers';
import type { WeightEntry, WeightFile } from './weight-file';

/** The classifiers of keras.applications, and those without a name. */
const CLASSIFIER = /^(predictions|logits|fc\d*|conv_preds|conv_2|dense(_\d+)?|.*_head_(layernorm|dense))$/i;
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
