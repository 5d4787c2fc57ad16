/**
 * ResNet, first version: He et al. 2015, arXiv 1512.03385. 50 and 101, of bottlenecks, as in keras.applications; 18 and
 * 34, of two 3×3 convolutions a block, in the same manner with the layers of torchvision, which have no biases.
 */
import type { SymbolicTensor } from '@tensorflow/tfjs-layers';
import { channelsOf, type Graph } from '../graph';
import type { Backbone } from './backbone';

type Depths = readonly [number, number, number, number];

interface BlockOptions {
  filters: number;
  strides: number;
  name: string;
}

type Block = (graph: Graph, x: SymbolicTensor, options: BlockOptions) => SymbolicTensor;

export const resnet18 = resnet([2, 2, 2, 2], basicBlock, false);
export const resnet34 = resnet([3, 4, 6, 3], basicBlock, false);
export const resnet50 = resnet([3, 4, 6, 3], bottleneck, true);
export const resnet101 = resnet([3, 4, 23, 3], bottleneck, true);

function resnet(depths: Depths, block: Block, bias: boolean): Backbone {
  return (graph, image) => {
    const padded = graph.zeroPad(image, 3, 'conv1_pad');
    let x = graph.conv2d(padded, 64, 7, { strides: 2, padding: 'valid', bias, name: 'conv1_conv' });
    x = graph.relu(batchNorm(graph, x, 'conv1_bn'), 'conv1_relu');
    x = graph.maxPool(graph.zeroPad(x, 1, 'pool1_pad'), 3, 2, 'valid', 'pool1_pool');
    depths.forEach((blocks, stage) => {
      for (let i = 1; i <= blocks; i++) {
        const strides = stage > 0 && i === 1 ? 2 : 1;
        x = block(graph, x, { filters: 64 << stage, strides, name: `conv${stage + 2}_block${i}` });
      }
    });
    return x;
  };
}

/** Two 3×3 convolutions. */
function basicBlock(graph: Graph, x: SymbolicTensor, { filters, strides, name }: BlockOptions) {
  const projected = channelsOf(x) !== filters;
  const shortcut = projected ? project(graph, x, { filters, strides, name }, false) : x;
  let y = conv3x3(graph, x, filters, strides, { bias: false, name: `${name}_1` });
  y = graph.relu(batchNorm(graph, y, `${name}_1_bn`), `${name}_1_relu`);
  y = conv3x3(graph, y, filters, 1, { bias: false, name: `${name}_2` });
  return sum(graph, shortcut, batchNorm(graph, y, `${name}_2_bn`), name);
}

/** A 3×3 convolution between two of 1×1, the last of four times the filters. */
function bottleneck(graph: Graph, x: SymbolicTensor, { filters, strides, name }: BlockOptions) {
  const out = 4 * filters;
  const shortcut = channelsOf(x) === out ? x : project(graph, x, { filters: out, strides, name }, true);
  // The first 1×1 convolution has the stride in the paper and in Keras, the 3×3 one in PyTorch ("version 1.5").
  const [first, second] = graph.isTorch ? [1, strides] : [strides, 1];
  let y = graph.conv2d(x, filters, 1, { strides: first, name: `${name}_1_conv` });
  y = graph.relu(batchNorm(graph, y, `${name}_1_bn`), `${name}_1_relu`);
  y = conv3x3(graph, y, filters, second, { bias: true, name: `${name}_2` });
  y = graph.relu(batchNorm(graph, y, `${name}_2_bn`), `${name}_2_relu`);
  y = graph.conv2d(y, out, 1, { name: `${name}_3_conv` });
  return sum(graph, shortcut, batchNorm(graph, y, `${name}_3_bn`), name);
}

function project(
  graph: Graph,
  x: SymbolicTensor,
  { filters, strides, name }: BlockOptions,
  bias: boolean,
): SymbolicTensor {
  const y = graph.conv2d(x, filters, 1, { strides, bias, name: `${name}_0_conv` });
  return batchNorm(graph, y, `${name}_0_bn`);
}

/** With one pixel of zeros on each side, whatever the stride. */
function conv3x3(
  graph: Graph,
  x: SymbolicTensor,
  filters: number,
  strides: number,
  { bias, name }: { bias: boolean; name: string },
): SymbolicTensor {
  if (strides === 1) return graph.conv2d(x, filters, 3, { bias, name: `${name}_conv` });
  const padded = graph.zeroPad(x, 1, `${name}_pad`);
  return graph.conv2d(padded, filters, 3, { strides, padding: 'valid', bias, name: `${name}_conv` });
}

function sum(graph: Graph, shortcut: SymbolicTensor, y: SymbolicTensor, name: string): SymbolicTensor {
  return graph.relu(graph.add([shortcut, y], `${name}_add`), `${name}_out`);
}

function batchNorm(graph: Graph, x: SymbolicTensor, name: string): SymbolicTensor {
  return graph.batchNorm(x, { epsilon: graph.isTorch ? 1e-5 : 1.001e-5, name });
}
