/** Which layers training leaves as they are. */
import type { layers, LayersModel } from '@tensorflow/tfjs-layers';
import { mendTfjs } from '../engine/mend-tfjs';
import { isHeadLayer } from './heads';

/** Options of `freezeBackbone` and `unfreezeBackbone`. */
export interface FreezeOptions {
  /**
   * How many of the backbone's last layers with weights, counted back from the head, are trained all the same. A
   * convolution and its batch normalization are two.
   * @default 0
   */
  exceptLast?: number;
}

/**
 * Freezes the backbone: training changes the head and the backbone's `exceptLast` last layers only. The head is what
 * comes after the features in the models of `buildModel`: the layers `scores` and `head_…`; a model without any, such
 * as one built with `head: 'none'`, is frozen whole. Layers of nested models count one by one.
 *
 * As in Keras, a frozen BatchNormalization uses its moving statistics in training too and leaves them as they are,
 * while a Dropout goes on dropping. What is frozen is saved with the model.
 *
 * A model that was compiled must be compiled again, with a new optimizer, since tfjs's optimizers keep their state by
 * position among the weights trained; until then, training throws. `trainModel` compiles by itself. The order of
 * `model.getWeights()` changes as well: those trained come first.
 *
 * @throws RangeError for an `exceptLast` that is not an integer from 0; TypeError for other options
 * @example
 * freezeBackbone(model);
 * await trainModel(model, { train, valid, epochs: 3 });
 * unfreezeBackbone(model);
 * await trainModel(model, { train, valid, learningRate: 1e-4 });
 */
export function freezeBackbone(model: LayersModel, options: FreezeOptions = {}): void {
  const { exceptLast } = checkFreezeOptions(options);
  const backbone = leafLayers(model).filter((leaf) => hasWeights(leaf) && !leaf.isHead);
  const frozen = new Set(
    backbone.slice(0, Math.max(0, backbone.length - exceptLast)).map(({ layer }) => layer),
  );
  setTrained(model, (layer) => !frozen.has(layer));
}

/** Lets training change all layers again. What `freezeBackbone` says of compiled models holds here too. */
export function unfreezeBackbone(model: LayersModel): void {
  setTrained(model, () => true);
}

/** The options with their defaults; undefined where nothing is to be frozen. */
export function checkFreezeOptions(freeze: true | FreezeOptions): Required<FreezeOptions>;
export function checkFreezeOptions(
  freeze: boolean | FreezeOptions | undefined,
): Required<FreezeOptions> | undefined;
export function checkFreezeOptions(
  freeze: boolean | FreezeOptions = false,
): Required<FreezeOptions> | undefined {
  if (freeze === false) return undefined;
  const options = freeze === true ? {} : freeze;
  const isKnown = typeof options === 'object' && Object.keys(options).every((key) => key === 'exceptLast');
  if (!isKnown)
    throw new TypeError(`freeze must be true, false or { exceptLast }. Received ${JSON.stringify(freeze)}`);
  const { exceptLast = 0 } = options;
  if (!Number.isInteger(exceptLast) || exceptLast < 0)
    throw new RangeError(`exceptLast must be an integer from 0. Received ${String(exceptLast)}`);
  return { exceptLast };
}

export interface LeafLayer {
  layer: layers.Layer;
  /** The nested models that it is in, and itself. */
  path: layers.Layer[];
  /** Whether it, or the nested model that it is in, belongs to the head. */
  isHead: boolean;
}

/** All layers, those of nested models in the models' place, from the image to the scores. */
export function leafLayers(model: LayersModel): LeafLayer[] {
  const listed = new Set<layers.Layer>();
  const list = (layer: layers.Layer, isHead: boolean, within: layers.Layer[]): LeafLayer[] => {
    const path = [...within, layer];
    if (isNestedModel(layer)) return layer.layers.flatMap((inner) => list(inner, isHead, path));
    if (listed.has(layer)) return [];
    listed.add(layer);
    return [{ layer, path, isHead }];
  };
  return model.layers.flatMap((layer) => list(layer, isHeadLayer(layer), []));
}

export function hasWeights({ layer }: LeafLayer): boolean {
  return layer.weights.length > 0;
}

function isNestedModel(layer: layers.Layer): layer is LayersModel {
  return 'layers' in layer && Array.isArray(layer.layers);
}

function setTrained(model: LayersModel, isTrained: (layer: layers.Layer) => boolean): void {
  mendTfjs();
  const before = model.trainableWeights;
  letTrain(model);
  for (const { layer } of leafLayers(model).filter(hasWeights)) layer.trainable = isTrained(layer);
  const after = model.trainableWeights;
  const isSame = after.length === before.length && after.every((weight, i) => weight === before[i]);
  if (!isSame) discardOptimizer(model);
}

/** A frozen model trains none of its layers, whatever they say themselves. */
function letTrain(model: LayersModel): void {
  model.trainable = true;
  for (const layer of model.layers) if (isNestedModel(layer)) letTrain(layer);
}

/** As if the model was not compiled, which tfjs asks for before it trains. */
function discardOptimizer(model: LayersModel): void {
  // tfjs's typing leaves out that there may be none, and hides whose it is.
  const compiled = model as unknown as {
    optimizer?: { dispose(): void } | undefined;
    isOptimizerOwned?: boolean;
  };
  if (!compiled.optimizer) return;
  if (compiled.isOptimizerOwned) compiled.optimizer.dispose();
  compiled.optimizer = undefined;
}
