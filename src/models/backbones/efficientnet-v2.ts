/**
 * EfficientNetV2-B0: Tan and Le 2021, arXiv 2104.00298, as in keras.applications. The weights that PyTorch's libraries
 * have of it, timm's `tf_efficientnetv2_b0`, are TensorFlow's: there is one convention.
 */
import type { SymbolicTensor } from '@tensorflow/tfjs-layers';
import { channelsOf, type ConvOptions, type Graph } from '../graph';
import { HE_FAN_OUT } from '../initial-weights';
import { squeezeExcite } from './squeeze-excite';

interface Stage {
  /** Whether blocks expand by a 3×3 convolution, in place of a 1×1 and a depthwise one. */
  fused: boolean;
  blocks: number;
  filters: number;
  expansion: number;
  strides: number;
}

/** The first block of each stage has the strides. */
const STAGES: readonly Stage[] = [
  { fused: true, blocks: 1, filters: 16, expansion: 1, strides: 1 },
  { fused: true, blocks: 2, filters: 32, expansion: 4, strides: 2 },
  { fused: true, blocks: 2, filters: 48, expansion: 4, strides: 2 },
  { fused: false, blocks: 3, filters: 96, expansion: 4, strides: 2 },
  { fused: false, blocks: 5, filters: 112, expansion: 6, strides: 1 },
  { fused: false, blocks: 8, filters: 192, expansion: 6, strides: 2 },
];

const TOTAL_BLOCKS = STAGES.reduce((sum, { blocks }) => sum + blocks, 0);

export function efficientNetV2B0(graph: Graph, image: SymbolicTensor): SymbolicTensor {
  let x = swish(graph, convolution(graph, image, 32, 3, { strides: 2, name: 'stem' }), 'stem');
  let index = 0;
  STAGES.forEach(({ blocks, ...stage }, s) => {
    for (let i = 0; i < blocks; i++, index++) {
      const name = `block${s + 1}${String.fromCharCode(97 + i)}`;
      const strides = i === 0 ? stage.strides : 1;
      const branch = stage.fused ? fusedBranch : branchOf;
      let y = branch(graph, x, { ...stage, strides }, name);
      if (strides === 1 && channelsOf(x) === stage.filters) {
        if (index > 0) y = graph.stochasticDepth(y, (0.2 * index) / TOTAL_BLOCKS, `${name}_drop`);
        y = graph.add([y, x], `${name}_add`);
      }
      x = y;
    }
  });
  return swish(graph, convolution(graph, x, 1280, 1, { name: 'top' }), 'top');
}

type Shape = Omit<Stage, 'blocks' | 'fused'>;

/** 1×1, depthwise 3×3 with squeeze and excitation, 1×1. */
function branchOf(graph: Graph, x: SymbolicTensor, { filters, expansion, strides }: Shape, name: string) {
  const channels = channelsOf(x);
  let y = convolution(graph, x, expansion * channels, 1, { name: `${name}_expand` });
  y = swish(graph, y, `${name}_expand`);
  const options = { strides, bias: false, init: HE_FAN_OUT, name: `${name}_dwconv2` };
  y = normal(graph, graph.depthwiseConv2d(y, 3, options), name);
  y = squeezeExcite(graph, swish(graph, y, name), Math.floor(channels / 4), name);
  return convolution(graph, y, filters, 1, { name: `${name}_project` });
}

/** 3×3, 1×1; or where nothing is expanded, one 3×3 convolution with an activation. */
function fusedBranch(graph: Graph, x: SymbolicTensor, { filters, expansion, strides }: Shape, name: string) {
  if (expansion === 1) {
    const y = convolution(graph, x, filters, 3, { strides, name: `${name}_project` });
    return swish(graph, y, `${name}_project`);
  }
  const y = convolution(graph, x, expansion * channelsOf(x), 3, { strides, name: `${name}_expand` });
  return convolution(graph, swish(graph, y, `${name}_expand`), filters, 1, { name: `${name}_project` });
}

/** Convolution and BatchNorm. */
function convolution(
  graph: Graph,
  x: SymbolicTensor,
  filters: number,
  kernel: number,
  { strides = 1, name }: Pick<ConvOptions, 'strides'> & { name: string },
): SymbolicTensor {
  const options = { strides, bias: false, init: HE_FAN_OUT, name: `${name}_conv` };
  return normal(graph, graph.conv2d(x, filters, kernel, options), name);
}

function normal(graph: Graph, x: SymbolicTensor, name: string): SymbolicTensor {
  return graph.batchNorm(x, { momentum: 0.9, name: `${name}_bn` });
}

function swish(graph: Graph, x: SymbolicTensor, name: string): SymbolicTensor {
  return graph.activation(x, 'swish', `${name}_activation`);
}
