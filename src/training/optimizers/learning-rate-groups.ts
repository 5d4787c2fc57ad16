/** Learning rates by layer: an optimizer for each group, behind one. */
import * as tf from '@tensorflow/tfjs-core';
import type { layers, LayersModel } from '@tensorflow/tfjs-layers';
import { hasWeights, leafLayers, type LeafLayer } from '../../models/freezing';
import { GroupedOptimizer } from './grouped-optimizer';

/** A learning rate for some layers, by name or themselves; a nested model stands for all of its layers. */
export interface LayerLearningRate {
  /** Layers, or their names. */
  layers: readonly (string | layers.Layer)[];
  /** Their learning rate. */
  learningRate: number;
}

/** The head's learning rate and one that shrinks with the distance from it. */
export interface DecayingLearningRate {
  /** Learning rate of the head. */
  head: number;
  /** By which each part of the backbone's learning rate is smaller than that of the part after it, in (0, 1]. */
  decay: number;
  /**
   * How many parts the backbone is cut into, with equal numbers of layers with weights.
   * @default as many as there are such layers
   */
  parts?: number;
}

/**
 * - `{ head, backbone }`: one for the head, the layers `scores` and `head_…`, and one for the rest;
 * - `{ head, decay, parts }`: layer-wise decay, the head's times `decay` to the power of 1, 2, … from the head back;
 * - a list of layers and theirs.
 */
export type LearningRates =
  { head: number; backbone: number } | DecayingLearningRate | readonly LayerLearningRate[];

/**
 * An optimizer that trains layers at different learning rates, for `model.compile` and `trainModel`: each group has
 * an optimizer of its own. Frozen layers are left out; once layers are unfrozen, make new groups.
 *
 * `getWeights` and `setWeights` save and restore the state of all groups, also in another copy of the model with the
 * same groups. With Adam, training then goes on to the same bytes. Dispose of it when training is over.
 *
 * @param makeOptimizer - makes a new optimizer of a learning rate. Default: `tf.train.adam`
 * @throws RangeError for a layer that is trained and in no group, or in two, or that the model has not; for learning
 *   rates that are not positive and a `decay` outside (0, 1]; and where nothing is trained
 * @example
 * const optimizer = learningRateGroups(model, { head: 1e-3, backbone: 1e-4 });
 * await trainModel(model, { train, valid, optimizer });
 * optimizer.dispose();
 */
export function learningRateGroups(
  model: LayersModel,
  rates: LearningRates,
  makeOptimizer: (learningRate: number) => tf.Optimizer = (learningRate) => tf.train.adam(learningRate),
): GroupedOptimizer {
  const all = leafLayers(model);
  const groups = groupsOf(all, rates).map(({ layers: members, learningRate }) => {
    if (!(learningRate > 0 && learningRate < Infinity))
      throw new RangeError(`learning rates must be positive. Received ${String(learningRate)}`);
    const trained = members.filter((layer) => layer.trainableWeights.length > 0);
    return { layers: trained, learningRate, weights: trained.flatMap((layer) => layer.trainableWeights) };
  });
  if (!model.trainable || groups.every(({ weights }) => weights.length === 0))
    throw new RangeError('the model trains none of its layers. Unfreeze some first');
  return new GroupedOptimizer(
    groups
      .filter(({ weights }) => weights.length > 0)
      .map((group) => ({ ...group, optimizer: makeOptimizer(group.learningRate) })),
  );
}

interface Members {
  layers: layers.Layer[];
  learningRate: number;
}

function groupsOf(all: readonly LeafLayer[], rates: LearningRates): Members[] {
  if (isList(rates)) return listedGroups(all, rates);
  const weighted = all.filter(hasWeights);
  const head = weighted.filter(({ isHead }) => isHead).map(({ layer }) => layer);
  const backbone = weighted.filter(({ isHead }) => !isHead).map(({ layer }) => layer);
  const first = { layers: head, learningRate: rates.head };
  if ('backbone' in rates) return [first, { layers: backbone, learningRate: rates.backbone }];
  const { decay, parts = Math.max(1, backbone.length) } = rates;
  if (!(decay > 0 && decay <= 1)) throw new RangeError(`decay must lie in (0, 1]. Received ${String(decay)}`);
  if (!Number.isInteger(parts) || parts < 1)
    throw new RangeError(`parts must be a positive integer. Received ${String(parts)}`);
  const backwards = backbone.reverse();
  const count = Math.min(parts, backwards.length);
  const others = Array.from({ length: count }, (_, part) => ({
    layers: backwards.filter((_layer, i) => Math.floor((i * count) / backwards.length) === part),
    learningRate: rates.head * decay ** (part + 1),
  }));
  return [first, ...others];
}

function isList(rates: LearningRates): rates is readonly LayerLearningRate[] {
  return Array.isArray(rates);
}

function listedGroups(all: readonly LeafLayer[], rates: readonly LayerLearningRate[]): Members[] {
  const isMeant = (given: string | layers.Layer) => (layer: layers.Layer) =>
    typeof given === 'string' ? layer.name === given : layer === given;
  for (const given of rates.flatMap((rate) => rate.layers))
    if (!all.some(({ path }) => path.some(isMeant(given))))
      throw new RangeError(`the model has no layer "${typeof given === 'string' ? given : given.name}"`);
  const groups = rates.map(({ learningRate }): Members => ({ layers: [], learningRate }));
  for (const { layer, path } of all.filter(hasWeights)) {
    const of = groups.filter((_, i) => rates[i]!.layers.some((given) => path.some(isMeant(given))));
    if (of.length > 1) throw new RangeError(`layer "${layer.name}" is in ${of.length} groups`);
    if (of.length === 0 && layer.trainableWeights.length > 0)
      throw new RangeError(`layer "${layer.name}" is in no group. Add it to one, or freeze it`);
    of[0]?.layers.push(layer);
  }
  return groups;
}
