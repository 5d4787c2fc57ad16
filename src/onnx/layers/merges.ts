/** Layers that make one value of several. */
import { channelsFirst, channelsLast, type Value } from '../value';
import type { LayerContext, LayerExporter } from './layer-context';

export const add: LayerExporter = (layer) => inPairs(layer, 'Add');
export const multiply: LayerExporter = (layer) => inPairs(layer, 'Mul');
export const average: LayerExporter = (layer) => ofAll(layer, 'Mean');
export const maximum: LayerExporter = (layer) => ofAll(layer, 'Max');
export const minimum: LayerExporter = (layer) => ofAll(layer, 'Min');

export const concatenate: LayerExporter = (layer) => {
  const { graph, name, config, outputShape } = layer;
  const rank = outputShape.length + 1;
  const axis = Number(config.axis) < 0 ? rank + Number(config.axis) : Number(config.axis);
  const [first, ...others] = inOneOrder(layer);
  const inFile = first.isChannelsFirst ? [0, 2, 3, 1][axis]! : axis;
  const names = [first, ...others].map((value) => value.name);
  const output = graph.add('Concat', name, names, { attributes: { axis: inFile } });
  return { ...first, name: output, shape: outputShape };
};

function inPairs(layer: LayerContext, op: string): Value {
  const [first, ...others] = inOneOrder(layer);
  const name = others.reduce((sum, other) => layer.graph.add(op, layer.name, [sum, other.name]), first.name);
  return { ...first, name, shape: layer.outputShape };
}

function ofAll(layer: LayerContext, op: string): Value {
  const [first, ...others] = inOneOrder(layer);
  const names = [first, ...others].map(({ name }) => name);
  return { ...first, name: layer.graph.add(op, layer.name, names), shape: layer.outputShape };
}

/** All inputs with their axes ordered as most of them have them. */
function inOneOrder(layer: LayerContext): [Value, ...Value[]] {
  const { graph, inputs } = layer;
  if (inputs.some(({ shape }) => shape.length !== inputs[0].shape.length))
    throw layer.refuse('its inputs differ in the number of their axes');
  const isFirst = 2 * inputs.filter((value) => value.isChannelsFirst).length >= inputs.length;
  const [first, ...others] = inputs;
  if (first.shape.length !== 3) return [first, ...others];
  const order = isFirst ? channelsFirst : channelsLast;
  return [order(graph, first), ...others.map((value) => order(graph, value))];
}
