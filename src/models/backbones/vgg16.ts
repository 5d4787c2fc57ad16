/** VGG16: Simonyan and Zisserman 2014, arXiv 1409.1556, as in keras.applications. */
import type { SymbolicTensor } from '@tensorflow/tfjs-layers';
import type { Graph } from '../graph';

/** Filters and convolutions of each block. */
const BLOCKS = [
  [64, 2],
  [128, 2],
  [256, 3],
  [512, 3],
  [512, 3],
] as const;

export function vgg16(graph: Graph, image: SymbolicTensor): SymbolicTensor {
  return BLOCKS.reduce((x, [filters, convolutions], i) => {
    const block = `block${i + 1}`;
    for (let j = 1; j <= convolutions; j++) {
      x = graph.conv2d(x, filters, 3, { activation: 'relu', name: `${block}_conv${j}` });
    }
    return graph.maxPool(x, 2, 2, 'valid', `${block}_pool`);
  }, image);
}
