/** EfficientNet B0 to B3: Tan and Le 2019, arXiv 1905.11946, as in keras.applications. */
import type { SymbolicTensor } from '@tensorflow/tfjs-layers';
import { channelsOf, type Graph } from '../graph';
import { HE_FAN_OUT } from '../initial-weights';
import type { Backbone } from './backbone';
import { frameworkPadding } from './framework-padding';
import { roundToEights } from './round-channels';
import { squeezeExcite } from './squeeze-excite';

/** The seven stages of B0; the first block of each has the strides. */
const STAGES: readonly Stage[] = [
  { kernel: 3, blocks: 1, filters: 16, expansion: 1, strides: 1 },
  { kernel: 3, blocks: 2, filters: 24, expansion: 6, strides: 2 },
  { kernel: 5, blocks: 2, filters: 40, expansion: 6, strides: 2 },
  { kernel: 3, blocks: 3, filters: 80, expansion: 6, strides: 2 },
  { kernel: 5, blocks: 3, filters: 112, expansion: 6, strides: 1 },
  { kernel: 5, blocks: 4, filters: 192, expansion: 6, strides: 2 },
  { kernel: 3, blocks: 1, filters: 320, expansion: 6, strides: 1 },
];

interface Stage {
  kernel: number;
  blocks: number;
  filters: number;
  expansion: number;
  strides: number;
}

export const efficientNetB0 = efficientNet(1, 1);
export const efficientNetB1 = efficientNet(1, 1.1);
export const efficientNetB2 = efficientNet(1.1, 1.2);
export const efficientNetB3 = efficientNet(1.2, 1.4);

/** @param width - how many times B0's filters, and @param depth - how many times its blocks there are */
function efficientNet(width: number, depth: number): Backbone {
  const stages = STAGES.map((stage) => ({
    ...stage,
    filters: roundToEights(stage.filters * width),
    blocks: Math.ceil(depth * stage.blocks),
  }));
  const total = stages.reduce((sum, { blocks }) => sum + blocks, 0);
  return (graph, image) => {
    let x = convolution(graph, image, roundToEights(32 * width), 3, { strides: 2, name: 'stem' });
    let index = 0;
    stages.forEach(({ blocks, ...stage }, s) => {
      for (let i = 0; i < blocks; i++, index++) {
        const name = `block${s + 1}${String.fromCharCode(97 + i)}`;
        const strides = i === 0 ? stage.strides : 1;
        x = block(graph, x, { ...stage, strides }, { name, dropRate: (0.2 * index) / total });
      }
    });
    return convolution(graph, x, roundToEights(1280 * width), 1, { strides: 1, name: 'top' });
  };
}

/** Convolution, BatchNorm, swish. */
function convolution(
  graph: Graph,
  x: SymbolicTensor,
  filters: number,
  kernel: number,
  { strides, name }: { strides: number; name: string },
): SymbolicTensor {
  const [padded, padding] = frameworkPadding(graph, x, kernel, strides);
  const options = { strides, padding, bias: false, init: HE_FAN_OUT, name: `${name}_conv` };
  const y = normal(graph, graph.conv2d(padded, filters, kernel, options), `${name}_bn`);
  return graph.activation(y, 'swish', `${name}_activation`);
}

function block(
  graph: Graph,
  x: SymbolicTensor,
  { kernel, filters, expansion, strides }: Omit<Stage, 'blocks'>,
  { name, dropRate }: { name: string; dropRate: number },
): SymbolicTensor {
  const channels = channelsOf(x);
  let y = x;
  if (expansion > 1)
    y = convolution(graph, y, expansion * channels, 1, { strides: 1, name: `${name}_expand` });
  const [padded, padding] = frameworkPadding(graph, y, kernel, strides);
  const options = { strides, padding, bias: false, init: HE_FAN_OUT, name: `${name}_dwconv` };
  y = normal(graph, graph.depthwiseConv2d(padded, kernel, options), `${name}_bn`);
  y = graph.activation(y, 'swish', `${name}_activation`);
  y = squeezeExcite(graph, y, Math.max(1, Math.floor(channels / 4)), name);
  y = graph.conv2d(y, filters, 1, { bias: false, init: HE_FAN_OUT, name: `${name}_project_conv` });
  y = normal(graph, y, `${name}_project_bn`);
  if (strides > 1 || channels !== filters) return y;
  if (dropRate > 0) y = graph.stochasticDepth(y, dropRate, `${name}_drop`);
  return graph.add([y, x], `${name}_add`);
}

function normal(graph: Graph, x: SymbolicTensor, name: string): SymbolicTensor {
  return graph.batchNorm(x, graph.isTorch ? { epsilon: 1e-5, momentum: 0.9, name } : { name });
}
