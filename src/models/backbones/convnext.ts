/**
 * ConvNeXt-Tiny: Liu et al. 2022, arXiv 2201.03545, as in keras.applications: the last normalisation is of the map, where
 * the paper's is of its average. Kernels start as in the paper.
 */
import type { SymbolicTensor } from '@tensorflow/tfjs-layers';
import type { Graph } from '../graph';
import type { KernelInit } from '../initial-weights';

const STAGES: readonly { filters: number; blocks: number }[] = [
  { filters: 96, blocks: 3 },
  { filters: 192, blocks: 3 },
  { filters: 384, blocks: 9 },
  { filters: 768, blocks: 3 },
];

const EPSILON = 1e-6;
const INIT: KernelInit = { deviation: 0.02 };

export function convNeXtTiny(graph: Graph, image: SymbolicTensor): SymbolicTensor {
  const net = 'convnext_tiny';
  let x = image;
  STAGES.forEach(({ filters, blocks }, stage) => {
    if (stage === 0) {
      x = patches(graph, x, filters, 4, `${net}_stem_conv`);
      x = graph.layerNorm(x, { epsilon: EPSILON, name: `${net}_stem_layernorm` });
    } else {
      x = graph.layerNorm(x, { epsilon: EPSILON, name: `${net}_downsampling_layernorm_${stage - 1}` });
      x = patches(graph, x, filters, 2, `${net}_downsampling_conv_${stage - 1}`);
    }
    for (let i = 0; i < blocks; i++) x = block(graph, x, filters, `${net}_stage_${stage}_block_${i}`);
  });
  return graph.layerNorm(x, { epsilon: EPSILON });
}

/** A convolution of windows side by side. */
function patches(graph: Graph, x: SymbolicTensor, filters: number, size: number, name: string) {
  return graph.conv2d(x, filters, size, { strides: size, padding: 'valid', init: INIT, name });
}

/** Depthwise 7×7, then at each pixel a hidden layer of four times the filters. */
function block(graph: Graph, x: SymbolicTensor, filters: number, name: string): SymbolicTensor {
  let y = graph.depthwiseConv2d(x, 7, { init: INIT, name: `${name}_depthwise_conv` });
  y = graph.layerNorm(y, { epsilon: EPSILON, name: `${name}_layernorm` });
  y = graph.dense(y, 4 * filters, { init: INIT, name: `${name}_pointwise_conv_1` });
  y = graph.activation(y, 'gelu', `${name}_gelu`);
  y = graph.dense(y, filters, { init: INIT, name: `${name}_pointwise_conv_2` });
  y = graph.layerScale(y, 1e-6, `${name}_layer_scale`);
  return graph.add([x, y]);
}
