/** MobileNetV3, small and large: Howard et al. 2019, arXiv 1905.02244, as in keras.applications. */
import type { SymbolicTensor } from '@tensorflow/tfjs-layers';
import { channelsOf, type Graph } from '../graph';
import type { Backbone } from './backbone';
import { frameworkPadding } from './framework-padding';
import { roundToEights } from './round-channels';

interface Block {
  /** Channels of the depthwise convolution. */
  hidden: number;
  filters: number;
  kernel: 3 | 5;
  strides: 1 | 2;
  /** Whether channels are weighted by what the whole image shows of them. */
  squeeze: boolean;
  activation: 'relu' | 'hardSwish';
}

type Row = readonly [hidden: number, filters: number, kernel: 3 | 5, strides: 1 | 2];

const rows = (squeeze: boolean, activation: Block['activation'], ...blocks: Row[]): Block[] =>
  blocks.map(([hidden, filters, kernel, strides]) => ({
    ...{ hidden, filters, kernel, strides, squeeze, activation },
  }));

export const mobileNetV3Small = mobileNetV3([
  ...rows(true, 'relu', [16, 16, 3, 2]),
  ...rows(false, 'relu', [72, 24, 3, 2], [88, 24, 3, 1]),
  ...rows(true, 'hardSwish', [96, 40, 5, 2], [240, 40, 5, 1], [240, 40, 5, 1]),
  ...rows(true, 'hardSwish', [120, 48, 5, 1], [144, 48, 5, 1]),
  ...rows(true, 'hardSwish', [288, 96, 5, 2], [576, 96, 5, 1], [576, 96, 5, 1]),
]);

export const mobileNetV3Large = mobileNetV3([
  ...rows(false, 'relu', [16, 16, 3, 1], [64, 24, 3, 2], [72, 24, 3, 1]),
  ...rows(true, 'relu', [72, 40, 5, 2], [120, 40, 5, 1], [120, 40, 5, 1]),
  ...rows(false, 'hardSwish', [240, 80, 3, 2], [200, 80, 3, 1], [184, 80, 3, 1], [184, 80, 3, 1]),
  ...rows(true, 'hardSwish', [480, 112, 3, 1], [672, 112, 3, 1]),
  ...rows(true, 'hardSwish', [672, 160, 5, 2], [960, 160, 5, 1], [960, 160, 5, 1]),
]);

function mobileNetV3(blocks: readonly Block[]): Backbone {
  return (graph, image) => {
    const [padded, padding] = frameworkPadding(graph, image, 3, 2);
    let x = graph.conv2d(padded, 16, 3, { strides: 2, padding, bias: false, name: 'conv' });
    x = graph.hardSwish(normal(graph, x, 'conv_bn'));
    blocks.forEach((block, i) => {
      const name = i === 0 ? 'expanded_conv' : `expanded_conv_${i}`;
      x = invertedResidual(graph, x, block, { name, expands: i > 0 });
    });
    x = graph.conv2d(x, 6 * channelsOf(x), 1, { bias: false, name: 'conv_1' });
    return graph.hardSwish(normal(graph, x, 'conv_1_bn'));
  };
}

function invertedResidual(
  graph: Graph,
  x: SymbolicTensor,
  { hidden, filters, kernel, strides, squeeze, activation }: Block,
  { name, expands }: { name: string; expands: boolean },
): SymbolicTensor {
  const activate = (y: SymbolicTensor) => graph[activation](y);
  let y = x;
  if (expands) {
    y = graph.conv2d(y, hidden, 1, { bias: false, name: `${name}_expand` });
    y = activate(normal(graph, y, `${name}_expand_bn`));
  }
  const [padded, padding] = frameworkPadding(graph, y, kernel, strides);
  y = graph.depthwiseConv2d(padded, kernel, { strides, padding, bias: false, name: `${name}_depthwise` });
  y = activate(normal(graph, y, `${name}_depthwise_bn`));
  if (squeeze) y = squeezeExcite(graph, y, `${name}_squeeze_excite`);
  y = graph.conv2d(y, filters, 1, { bias: false, name: `${name}_project` });
  y = normal(graph, y, `${name}_project_bn`);
  return strides === 1 && channelsOf(x) === filters ? graph.add([x, y], `${name}_add`) : y;
}

function squeezeExcite(graph: Graph, x: SymbolicTensor, name: string): SymbolicTensor {
  const channels = channelsOf(x);
  const average = graph.reshape(graph.globalAveragePool(x, `${name}_avg_pool`), [1, 1, channels]);
  let y = graph.conv2d(average, roundToEights(channels / 4), 1, { name: `${name}_conv` });
  y = graph.conv2d(graph.relu(y, `${name}_relu`), channels, 1, { name: `${name}_conv_1` });
  return graph.multiply([x, graph.hardSigmoid(y)], `${name}_mul`);
}

function normal(graph: Graph, x: SymbolicTensor, name: string): SymbolicTensor {
  // Torchvision has TensorFlow's epsilon here, timm PyTorch's own.
  const epsilon = graph.convention === 'timm' ? 1e-5 : 1e-3;
  const momentum = { keras: 0.999, torch: 0.99, timm: 0.9 }[graph.convention];
  return graph.batchNorm(x, { epsilon, momentum, name });
}
