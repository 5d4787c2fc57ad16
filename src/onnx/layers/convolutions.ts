/** Convolutions: tfjs's kernels are `[height, width, in, out]`, ONNX's `[out, in / groups, height, width]`. */
import { channelsFirst, type Value } from '../value';
import { activate } from './activations';
import type { LayerContext, LayerExporter, Weight } from './layer-context';
import { windowsOf, type Windows } from './windows';

export const conv2d: LayerExporter = (layer) => {
  const kernel = layer.weights.get('kernel')!;
  const y = convolve(layer, layer.inputs[0], kernel, {
    windows: windowsOf(layer, kernel.shape),
    isBiased: true,
  });
  return activate(layer, y, layer.config.activation);
};

export const depthwiseConv2d: LayerExporter = (layer) => {
  const kernel = depthwise(layer.weights.get('depthwise_kernel')!);
  const groups = layer.inputs[0].shape[2]!;
  const y = convolve(layer, layer.inputs[0], kernel, {
    ...{ windows: windowsOf(layer, kernel.shape), groups, isBiased: true },
  });
  return activate(layer, y, layer.config.activation);
};

export const separableConv2d: LayerExporter = (layer) => {
  const kernel = depthwise(layer.weights.get('depthwise_kernel')!);
  const groups = layer.inputs[0].shape[2]!;
  const windows = windowsOf(layer, kernel.shape);
  const each = convolve(layer, layer.inputs[0], kernel, { windows, groups, isBiased: false });
  const y = convolve(layer, each, layer.weights.get('pointwise_kernel')!, {
    ...{ windows: POINTWISE, isBiased: true },
  });
  return activate(layer, y, layer.config.activation);
};

const POINTWISE: Windows = { kernel: [1, 1], strides: [1, 1], dilations: [1, 1], pads: [0, 0, 0, 0] };

function convolve(
  layer: LayerContext,
  x: Value,
  kernel: Weight,
  options: { windows: Windows; groups?: number; isBiased: boolean },
): Value {
  const { graph, name } = layer;
  const { windows, groups = 1, isBiased } = options;
  const bias = isBiased ? layer.weights.get('bias') : undefined;
  const arrays = [outputsFirst(kernel), ...(bias ? [bias] : [])];
  const names = arrays.map(({ shape, data }, i) => graph.array(`${name}/${KINDS[i]!}`, shape, data));
  const output = graph.add('Conv', name, [channelsFirst(graph, x).name, ...names], {
    attributes: {
      ...{ kernel_shape: windows.kernel, strides: windows.strides, dilations: windows.dilations },
      ...{ pads: windows.pads, group: groups },
    },
  });
  return { name: output, shape: [...layer.outputShape.slice(0, 2), kernel.shape[3]!], isChannelsFirst: true };
}

const KINDS = ['kernel', 'bias'];

/** `[height, width, in, multiplier]`, whose outputs go by input, as `[height, width, 1, in · multiplier]`. */
function depthwise({ shape, data }: Weight): Weight {
  const [height, width, channels, multiplier] = shape as [number, number, number, number];
  return { shape: [height, width, 1, channels * multiplier], data };
}

function outputsFirst({ shape, data }: Weight): Weight {
  const [height, width, inputs, outputs] = shape as [number, number, number, number];
  const places = height * width;
  const turned = new Float32Array(data.length);
  let from = 0;
  for (let place = 0; place < places; place++)
    for (let input = 0; input < inputs; input++)
      for (let output = 0; output < outputs; output++)
        turned[(output * inputs + input) * places + place] = data[from++]!;
  return { shape: [outputs, inputs, height, width], data: turned };
}
