/**
 * ResNet, first version: He et al. 2015, arXiv 1512.03385. 50 and 101, of bottlenecks, as in keras.applications; 18 and
 * 34, of two 3×3 convolutions a block, in the same manner with the layers of torchvision, which have no biases.
 */
import type { SymbolicTensor } from '@tensorflow/tfjs-layers';
import { channelsOf, type Graph } from '../graph';
import type { Backbone } from './backbone';
import { batchNorm, normalRelu } from './batch-norm';

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

function resnet(depths: readonly number[], block: Block, bias: boolean): Backbone {
  return (graph, image) => {
    const padded = graph.zeroPad(image, 3, 'conv1_pad');
    let x = graph.conv2d(padded, 64, 7, { strides: 2, padding: 'valid', bias, name: 'conv1_conv' });
    x = graph.zeroPad(normalRelu(graph, x, 'conv1'), 1, 'pool1_pad');
    x = graph.maxPool(x, 3, 2, 'valid', 'pool1_pool');
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
  const bias = false;
  const isProjected = channelsOf(x) !== filters;
  const shortcut = isProjected ? projection(graph, x, { filters, strides, bias, name }) : x;
  let y = conv3x3(graph, x, { filters, strides, bias, name: `${name}_1` });
  y = conv3x3(graph, normalRelu(graph, y, `${name}_1`), { filters, strides: 1, bias, name: `${name}_2` });
  return activeSum(graph, shortcut, batchNorm(graph, y, `${name}_2_bn`), name);
}

/** A 3×3 convolution between two of 1×1, the last of four times the filters. */
function bottleneck(graph: Graph, x: SymbolicTensor, { filters, strides, name }: BlockOptions) {
  const [bias, out] = [true, 4 * filters];
  const isProjected = channelsOf(x) !== out;
  const shortcut = isProjected ? projection(graph, x, { filters: out, strides, bias, name }) : x;
  // The stride is the first convolution's in the paper and in Keras, the 3×3 one's in PyTorch ("version 1.5").
  const [first, second] = graph.isTorch ? [1, strides] : [strides, 1];
  let y = graph.conv2d(x, filters, 1, { strides: first, name: `${name}_1_conv` });
  y = conv3x3(graph, normalRelu(graph, y, `${name}_1`), {
    ...{ filters, strides: second, bias },
    name: `${name}_2`,
  });
  y = graph.conv2d(normalRelu(graph, y, `${name}_2`), out, 1, { name: `${name}_3_conv` });
  return activeSum(graph, shortcut, batchNorm(graph, y, `${name}_3_bn`), name);
}

/** The shortcut of a block that changes the size of its map. */
function projection(
  graph: Graph,
  x: SymbolicTensor,
  { filters, name, ...options }: BlockOptions & { bias: boolean },
): SymbolicTensor {
  const y = graph.conv2d(x, filters, 1, { ...options, name: `${name}_0_conv` });
  return batchNorm(graph, y, `${name}_0_bn`);
}

/** With one pixel of zeros on each side, whatever the stride. */
function conv3x3(
  graph: Graph,
  x: SymbolicTensor,
  { filters, name, ...options }: BlockOptions & { bias: boolean },
): SymbolicTensor {
  if (options.strides === 1) return graph.conv2d(x, filters, 3, { ...options, name: `${name}_conv` });
  const padded = graph.zeroPad(x, 1, `${name}_pad`);
  return graph.conv2d(padded, filters, 3, { ...options, padding: 'valid', name: `${name}_conv` });
}

function activeSum(graph: Graph, shortcut: SymbolicTensor, y: SymbolicTensor, name: string) {
  return graph.relu(graph.add([shortcut, y], `${name}_add`), `${name}_out`);
}
