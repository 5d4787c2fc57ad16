/** A model's inside: its tensors in order, what a layer makes of a batch, and the model's end from there on. */
import * as tf from '@tensorflow/tfjs-core';
import { LayersModel, type layers, type SymbolicTensor } from '@tensorflow/tfjs-layers';

type Layer = layers.Layer;

/** Values of symbolic tensors, computed when they are asked for. */
type Values = ReadonlyMap<SymbolicTensor, () => tf.Tensor>;

/** All tensors that the output is made of, each after those that it is made of; within nested models too. */
export function tensorsOf(model: LayersModel): SymbolicTensor[] {
  const tensors = new Set<SymbolicTensor>();
  const visit = (tensor: SymbolicTensor) => {
    if (tensors.has(tensor)) return;
    tensor.inputs.forEach(visit);
    if (tensor.sourceLayer instanceof LayersModel) tensor.sourceLayer.outputs.forEach(visit);
    tensors.add(tensor);
  };
  model.outputs.forEach(visit);
  return [...tensors];
}

/**
 * The output of the layer of that name, which is no input.
 *
 * @throws RangeError unless it is there and made once
 */
export function outputOf(model: LayersModel, layer: string): SymbolicTensor {
  const all = tensorsOf(model).filter(({ inputs }) => inputs.length > 0);
  const outputs = all.filter(({ sourceLayer }) => sourceLayer.name === layer);
  if (outputs.length === 1) return outputs[0]!;
  const names = [...new Set(all.map(({ sourceLayer }) => sourceLayer.name))].join(', ');
  throw new RangeError(
    outputs.length === 0
      ? `layer must be one of ${names}. Received ${layer}`
      : `layer must have one output. Received ${layer}, which has ${outputs.length}`,
  );
}

/**
 * Predicts, and keeps what a layer takes and makes on the way.
 *
 * @returns tensors of the caller's
 * @throws RangeError for a layer that a model applies more than once
 */
export function predictKeeping(
  model: LayersModel,
  layer: Layer,
  xs: tf.Tensor,
): { scores: tf.Tensor; input: tf.Tensor; output: tf.Tensor } {
  const kept: { input?: tf.Tensor; output?: tf.Tensor } = {};
  const call = layer.call.bind(layer);
  layer.call = (inputs, kwargs) => {
    if (kept.output)
      throw new RangeError(`layer must be applied once. Received ${layer.name}, which is shared`);
    const outputs = call(inputs, kwargs);
    kept.input = tf.keep(tf.clone(only(inputs)));
    kept.output = tf.keep(tf.clone(only(outputs)));
    return outputs;
  };
  try {
    const scores = model.predictOnBatch(xs) as tf.Tensor;
    return { scores, input: kept.input!, output: kept.output! };
  } catch (error) {
    tf.dispose([kept.input ?? [], kept.output ?? []]);
    throw error;
  } finally {
    // The class's own method shows again.
    delete (layer as { call?: Layer['call'] }).call;
  }
}

/**
 * The value of a symbolic tensor, given those of others. Only layers between them are computed, as in inference, so
 * that a gradient reaches no further than it must.
 */
export function evaluate(tensor: SymbolicTensor, given: Values): tf.Tensor {
  const known = new Map<SymbolicTensor, tf.Tensor>();
  const valueOf = (of: SymbolicTensor): tf.Tensor => {
    const value = known.get(of) ?? given.get(of)?.() ?? compute(of);
    known.set(of, value);
    return value;
  };
  const compute = ({ sourceLayer, inputs, outputTensorIndex = 0 }: SymbolicTensor) => {
    if (sourceLayer instanceof LayersModel) {
      const within = sourceLayer.inputs.map((input, i) => [input, () => valueOf(inputs[i]!)] as const);
      return evaluate(sourceLayer.outputs[outputTensorIndex]!, new Map([...given, ...within]));
    }
    const values = inputs.map(valueOf);
    const outputs = sourceLayer.apply(values.length === 1 ? values[0]! : values, { training: false });
    return (Array.isArray(outputs) ? outputs[outputTensorIndex] : outputs) as tf.Tensor;
  };
  return valueOf(tensor);
}

function only(tensors: tf.Tensor | tf.Tensor[]): tf.Tensor {
  return Array.isArray(tensors) ? tensors[0]! : tensors;
}
