/** Activations, as layers of their own and at the end of others. */
import type { NodeOptions } from '../onnx-graph';
import type { Value } from '../value';
import { channelsLast } from '../value';
import type { LayerContext, LayerExporter } from './layer-context';

/** Those that are one operator. */
const OPERATORS: Readonly<Record<string, { op: string; options?: NodeOptions }>> = {
  relu: { op: 'Relu' },
  sigmoid: { op: 'Sigmoid' },
  hardSigmoid: { op: 'HardSigmoid', options: { floats: { alpha: 0.2, beta: 0.5 } } },
  elu: { op: 'Elu' },
  selu: { op: 'Selu' },
  softplus: { op: 'Softplus' },
  softsign: { op: 'Softsign' },
  tanh: { op: 'Tanh' },
};

/** Those that are made of several. */
const COMPOSED: Readonly<Record<string, (layer: LayerContext, x: Value) => Value>> = {
  linear: (_, x) => x,
  relu6: (layer, x) => clip(layer, x, 6),
  swish: (layer, x) => gated(layer, x, operator(layer, x, 'Sigmoid')),
  mish: (layer, x) => gated(layer, x, operator(layer, operator(layer, x, 'Softplus'), 'Tanh')),
  // The steps that onnxruntime knows to be GELU.
  gelu: (layer, x) => {
    const erf = operator(layer, withScalar(layer, x, 'Div', Math.SQRT2), 'Erf');
    return withScalar(layer, gated(layer, x, withScalar(layer, erf, 'Add', 1)), 'Mul', 0.5);
  },
  softmax: (layer, x) => alongChannels(layer, x, 'Softmax'),
  logSoftmax: (layer, x) => alongChannels(layer, x, 'LogSoftmax'),
};

export function activate(layer: LayerContext, x: Value, kind: unknown): Value {
  const name = (kind ?? 'linear') as string;
  const simple = OPERATORS[name];
  if (simple) return operator(layer, x, simple.op, simple.options);
  const composed = COMPOSED[name];
  if (!composed) throw layer.refuse(`the activation ${name} is not known`);
  return composed(layer, x);
}

export const activation: LayerExporter = (layer) => activate(layer, layer.inputs[0], layer.config.activation);

export const relu: LayerExporter = (layer) => {
  const { maxValue } = layer.config;
  return typeof maxValue === 'number'
    ? clip(layer, layer.inputs[0], maxValue)
    : operator(layer, layer.inputs[0], 'Relu');
};

export const leakyRelu: LayerExporter = (layer) =>
  operator(layer, layer.inputs[0], 'LeakyRelu', { floats: { alpha: Number(layer.config.alpha) } });

export const elu: LayerExporter = (layer) => operator(layer, layer.inputs[0], 'Elu');

export const softmax: LayerExporter = (layer) => {
  const { axis } = layer.config;
  if (axis !== -1 && axis !== layer.outputShape.length)
    throw layer.refuse(`its axis is ${String(axis)}, not the last`);
  return alongChannels(layer, layer.inputs[0], 'Softmax');
};

/** x · scale + offset. */
export const rescaling: LayerExporter = (layer) => {
  const { scale, offset } = layer.config as { scale: number; offset: number };
  let x = layer.inputs[0];
  if (scale !== 1) x = withScalar(layer, x, 'Mul', scale);
  return offset === 0 ? x : withScalar(layer, x, 'Add', offset);
};

function operator(layer: LayerContext, x: Value, op: string, options?: NodeOptions): Value {
  return { ...x, name: layer.graph.add(op, layer.name, [x.name], options) };
}

function gated(layer: LayerContext, x: Value, gate: Value): Value {
  return { ...x, name: layer.graph.add('Mul', layer.name, [x.name, gate.name]) };
}

function withScalar(layer: LayerContext, x: Value, op: string, value: number): Value {
  const scalar = layer.graph.scalar(`${layer.name}/${op.toLowerCase()}`, value);
  return { ...x, name: layer.graph.add(op, layer.name, [x.name, scalar]) };
}

function clip(layer: LayerContext, x: Value, maximum: number): Value {
  const { graph, name } = layer;
  const bounds = [graph.scalar(`${name}/min`, 0), graph.scalar(`${name}/max`, maximum)];
  return { ...x, name: graph.add('Clip', name, [x.name, ...bounds]) };
}

function alongChannels(layer: LayerContext, x: Value, op: string): Value {
  const last = channelsLast(layer.graph, x);
  return operator(layer, last, op, { attributes: { axis: last.shape.length } });
}
