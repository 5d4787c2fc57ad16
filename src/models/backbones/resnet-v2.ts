/**
 * ResNet, second version, with BatchNorm and ReLU before the convolutions: He et al. 2016, arXiv 1603.05027. 50 and 101
 * as in keras.applications; 18 and 34, of two 3×3 convolutions a block, in the same manner.
 */
import type { SymbolicTensor } from '@tensorflow/tfjs-layers';
import { channelsOf, type Graph } from '../graph';
import type { Backbone } from './backbone';
import { normalRelu } from './batch-norm';
import { torchMaxPool } from './framework-padding';

interface BlockOptions {
  filters: number;
  strides: number;
  name: string;
}

/** What a block adds to its shortcut. */
type Branch = (graph: Graph, x: SymbolicTensor, options: BlockOptions) => SymbolicTensor;

export const resnet18V2 = resnetV2([2, 2, 2, 2], basicBranch, 1);
export const resnet34V2 = resnetV2([3, 4, 6, 3], basicBranch, 1);
export const resnet50V2 = resnetV2([3, 4, 6, 3], bottleneckBranch, 4);
export const resnet101V2 = resnetV2([3, 4, 23, 3], bottleneckBranch, 4);

function resnetV2(depths: readonly number[], branch: Branch, expansion: number): Backbone {
  return (graph, image) => {
    const padded = graph.zeroPad(image, 3, 'conv1_pad');
    let x = graph.conv2d(padded, 64, 7, { strides: 2, padding: 'valid', name: 'conv1_conv' });
    x = firstPool(graph, x);
    depths.forEach((blocks, stage) => {
      // Keras halves the map at the end of a stage, PyTorch at the beginning of the next.
      const [halving, at] = graph.isTorch ? [stage > 0, 1] : [stage < depths.length - 1, blocks];
      for (let i = 1; i <= blocks; i++) {
        const strides = halving && i === at ? 2 : 1;
        const name = `conv${stage + 2}_block${i}`;
        const active = normalRelu(graph, x, `${name}_preact`);
        const filters = 64 << stage;
        const shortcut = shortcutOf(graph, x, active, { filters: filters * expansion, strides, name });
        x = graph.add([shortcut, branch(graph, active, { filters, strides, name })], `${name}_out`);
      }
    });
    return normalRelu(graph, x, 'post');
  };
}

/** The maximum of 3×3 pixels at every second pixel. */
function firstPool(graph: Graph, x: SymbolicTensor): SymbolicTensor {
  if (!graph.isTorch) return graph.maxPool(graph.zeroPad(x, 1, 'pool1_pad'), 3, 2, 'valid', 'pool1_pool');
  // Its −∞ is not the same as zeros here, where no ReLU comes before.
  return torchMaxPool(graph, x, 'pool1_pool', 'pool1_halve');
}

function shortcutOf(
  graph: Graph,
  x: SymbolicTensor,
  active: SymbolicTensor,
  { filters, strides, name }: BlockOptions,
): SymbolicTensor {
  if (channelsOf(x) !== filters) return graph.conv2d(active, filters, 1, { strides, name: `${name}_0_conv` });
  return strides > 1 ? graph.maxPool(x, 1, strides) : x;
}

/** Two 3×3 convolutions. */
function basicBranch(graph: Graph, x: SymbolicTensor, { filters, strides, name }: BlockOptions) {
  const y = normalRelu(graph, conv3x3(graph, x, filters, strides, `${name}_1`), `${name}_1`);
  return graph.conv2d(y, filters, 3, { name: `${name}_2_conv` });
}

/** A 3×3 convolution between two of 1×1, the last of four times the filters. */
function bottleneckBranch(graph: Graph, x: SymbolicTensor, { filters, strides, name }: BlockOptions) {
  let y = graph.conv2d(x, filters, 1, { bias: false, name: `${name}_1_conv` });
  y = normalRelu(graph, y, `${name}_1`);
  y = normalRelu(graph, conv3x3(graph, y, filters, strides, `${name}_2`), `${name}_2`);
  return graph.conv2d(y, 4 * filters, 1, { name: `${name}_3_conv` });
}

/** With one pixel of zeros on each side, whatever the stride, and no bias. */
function conv3x3(graph: Graph, x: SymbolicTensor, filters: number, strides: number, name: string) {
  const padded = graph.zeroPad(x, 1, `${name}_pad`);
  return graph.conv2d(padded, filters, 3, { strides, padding: 'valid', bias: false, name: `${name}_conv` });
}
