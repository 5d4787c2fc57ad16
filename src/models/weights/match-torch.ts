/** Matches files with torchvision's or timm's names to a model. */
import type { TorchNames } from '../torch-names/torch-names';
import { addPair, emptyMatch, type Fits, type Match } from './match';
import type { ModelLayer } from './model-layers';
import type { WeightEntry, WeightFile } from './weight-file';

/** Their classifiers, the auxiliary ones of Inception, and what timm puts before them. */
const CLASSIFIER =
  /^(fc|classifier|classif|head|last_linear|logits|pre_logits|conv_head|norm_head|aux\w*|AuxLogits)\d*\./;
/** How many batches BatchNorm has seen: an integer that nothing here depends on. */
const COUNT = /\.num_batches_tracked$/;

export function matchTorch(
  layers: readonly ModelLayer[],
  file: WeightFile,
  torchNames: TorchNames,
  fits: Fits,
): Match {
  const match = emptyMatch();
  const prefix = prefixOf(layers, file, torchNames);
  const left = new Map(file.entries.map((entry) => [entry.key, entry]));
  const take = (layer: string, weight: string): WeightEntry | undefined => {
    const key = torchNames(layer, weight).find((name) => left.has(prefix + name));
    if (key === undefined) return undefined;
    const entry = left.get(prefix + key)!;
    left.delete(prefix + key);
    return entry;
  };
  for (const { name, isHead, weights } of layers) {
    if (isHead) {
      match.fresh.push(...weights);
      continue;
    }
    const found = weights.map((target) => ({ target, entry: take(name, target.name) }));
    const hasOthers = found.some(({ entry }) => entry !== undefined);
    for (const { target, entry } of found) {
      if (entry) addPair(match, target, entry, fits);
      else if (target.name === 'bias' && hasOthers) match.zeros.push(target);
      else match.missing.push(target);
    }
  }
  for (const [key, entry] of left) {
    // What is beside the network is its user's own.
    const isTop = !key.startsWith(prefix) || CLASSIFIER.test(key.slice(prefix.length)) || COUNT.test(key);
    (isTop ? match.skipped : match.unused).push(entry);
  }
  return match;
}

/** What stands before each of the network's names where it is part of another module, such as `module.`. */
function prefixOf(layers: readonly ModelLayer[], file: WeightFile, torchNames: TorchNames): string {
  const first = layers.find(({ isHead }) => !isHead);
  const names = first?.weights.flatMap(({ name }) => torchNames(first.name, name)) ?? [];
  const keys = file.entries.map(({ key }) => key);
  if (keys.some((key) => names.includes(key))) return '';
  const prefixes = names.flatMap((name) =>
    keys.filter((key) => key.endsWith(`.${name}`)).map((key) => key.slice(0, -name.length)),
  );
  return prefixes.sort((a, b) => a.length - b.length)[0] ?? '';
}
