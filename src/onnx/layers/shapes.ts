/** Layers that give their values another shape: flattened, reshaped, padded, cropped. */
import { channelsFirst, channelsLast } from '../value';
import type { LayerExporter } from './layer-context';
import { checkChannelsLast } from './windows';

type Sides = [[top: number, bottom: number], [left: number, right: number]];

export const flatten: LayerExporter = (layer) => {
  const { graph, name } = layer;
  checkChannelsLast(layer);
  const [x] = layer.inputs;
  if (x.shape.length === 1) return x;
  // Of a single pixel both orders are the same.
  const isPixel = x.shape.slice(0, -1).every((side) => side === 1);
  const ordered = isPixel ? x : channelsLast(graph, x);
  const output = graph.add('Flatten', name, [ordered.name], { attributes: { axis: 1 } });
  return { name: output, shape: layer.outputShape, isChannelsFirst: false };
};

export const reshape: LayerExporter = (layer) => {
  const { graph, name, outputShape } = layer;
  const x = channelsLast(graph, layer.inputs[0]);
  const [height, width, channels] = outputShape as [number, number, number];
  const isPixel = outputShape.length === 3 && height === 1 && width === 1;
  if (isPixel) {
    // What squeezes a map to a pixel, as squeeze and excitation does, has it before it is flattened.
    const flattened = graph.nodes.find(({ output }) => output === x.name && x.shape.length === 1);
    const pooled = graph.nodes.find(({ output }) => output === flattened?.inputs[0]);
    if (flattened?.op === 'Flatten' && pooled?.op.startsWith('Global'))
      return { name: pooled.output, shape: outputShape, isChannelsFirst: true };
  }
  const sides = isPixel ? [channels, 1, 1] : outputShape;
  const target = graph.integers(`${name}/shape`, [0, ...sides]);
  return {
    ...{ name: graph.add('Reshape', name, [x.name, target]), shape: outputShape },
    isChannelsFirst: isPixel,
  };
};

export const zeroPadding2d: LayerExporter = (layer) => {
  const { graph, name } = layer;
  checkChannelsLast(layer);
  const [[top, bottom], [left, right]] = layer.config.padding as Sides;
  const x = channelsFirst(graph, layer.inputs[0]);
  const pads = graph.integers(`${name}/pads`, [0, 0, top, left, 0, 0, bottom, right]);
  // Minus zero: onnxruntime makes other zeros the padding of a MaxPool after them, which is -∞.
  const zero = graph.scalar(`${name}/zero`, -0);
  const output = graph.add('Pad', name, [x.name, pads, zero], { attributes: { mode: 'constant' } });
  return { name: output, shape: layer.outputShape, isChannelsFirst: true };
};

export const cropping2d: LayerExporter = (layer) => {
  const { graph, name } = layer;
  checkChannelsLast(layer);
  const [[top], [left]] = layer.config.cropping as Sides;
  const [height, width] = layer.outputShape as [number, number];
  const x = channelsFirst(graph, layer.inputs[0]);
  const starts = graph.integers(`${name}/starts`, [top, left]);
  const ends = graph.integers(`${name}/ends`, [top + height, left + width]);
  const axes = graph.integers(`${name}/axes`, [2, 3]);
  const output = graph.add('Slice', name, [x.name, starts, ends, axes]);
  return { name: output, shape: layer.outputShape, isChannelsFirst: true };
};
