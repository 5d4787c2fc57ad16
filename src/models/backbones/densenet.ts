/** DenseNet: Huang et al. 2016, arXiv 1608.06993, as in keras.applications. */
import type { SymbolicTensor } from '@tensorflow/tfjs-layers';
import { channelsOf, type Graph } from '../graph';
import type { Backbone } from './backbone';
import { batchNorm, normalRelu } from './batch-norm';

/** How many channels each layer adds. */
const GROWTH = 32;

export const densenet121 = densenet([6, 12, 24, 16]);
export const densenet169 = densenet([6, 12, 32, 32]);

function densenet(depths: readonly number[]): Backbone {
  return (graph, image) => {
    const padded = graph.zeroPad(image, 3);
    let x = graph.conv2d(padded, 64, 7, { strides: 2, padding: 'valid', bias: false, name: 'conv1_conv' });
    x = graph.maxPool(graph.zeroPad(normalRelu(graph, x, 'conv1'), 1), 3, 2, 'valid', 'pool1');
    depths.forEach((layers, block) => {
      if (block > 0) x = transition(graph, x, `pool${block + 1}`);
      for (let i = 1; i <= layers; i++) x = denseLayer(graph, x, `conv${block + 2}_block${i}`);
    });
    return graph.relu(batchNorm(graph, x, 'bn'), 'relu');
  };
}

/** The features so far and, beside them, a few new ones made of all of them. */
function denseLayer(graph: Graph, x: SymbolicTensor, name: string): SymbolicTensor {
  let y = normalRelu(graph, x, `${name}_0`);
  y = graph.conv2d(y, 4 * GROWTH, 1, { bias: false, name: `${name}_1_conv` });
  y = graph.conv2d(normalRelu(graph, y, `${name}_1`), GROWTH, 3, { bias: false, name: `${name}_2_conv` });
  return graph.concat([x, y], `${name}_concat`);
}

/** Half the channels and half the height and width. */
function transition(graph: Graph, x: SymbolicTensor, name: string): SymbolicTensor {
  const filters = Math.floor(channelsOf(x) / 2);
  const y = graph.conv2d(normalRelu(graph, x, name), filters, 1, { bias: false, name: `${name}_conv` });
  return graph.averagePool(y, 2, 2, 'valid', `${name}_pool`);
}
