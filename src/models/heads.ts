/** From a map of features to a score for each class. */
import type { SymbolicTensor } from '@tensorflow/tfjs-layers';
import type { Graph } from './graph';

/** How a map of features `[batch, height, width, channels]` becomes a vector. */
export type Pooling = 'average' | 'max' | 'maxAverage' | 'flatten';

/**
 * What follows the backbone:
 * - `linear`: pooling → Dropout 0 → Dense (classes) sigmoid;
 * - `byrachonok`: Conv 1×1 128 ReLU → pooling, by default flatten → Dropout .5 → Dense 512 ReLU → Dropout .5 →
 *   Dense (classes) sigmoid;
 * - `winner`: pooling, by default maximum beside average → BatchNorm → Dropout .25 → Dense 1024 ReLU → BatchNorm →
 *   Dropout .5 → Dense (classes) sigmoid;
 * - `none`: the features, pooled if `pooling` says how.
 */
export type Head = 'linear' | 'byrachonok' | 'winner' | 'none';

const DEFAULT_POOLING: Record<Exclude<Head, 'none'>, Pooling> = {
  linear: 'average',
  byrachonok: 'flatten',
  winner: 'maxAverage',
};

export const HEADS: readonly Head[] = ['linear', 'byrachonok', 'winner', 'none'];
export const POOLINGS: readonly Pooling[] = ['average', 'max', 'maxAverage', 'flatten'];

/** Names of the layers that a head adds; all others are the backbone's. */
const HEAD_LAYER = /^(head_.*|scores)$/;

export function isHeadLayer(layer: { name: string }): boolean {
  return HEAD_LAYER.test(layer.name);
}

/** Whether the layer is one that is put around backbones, which their files don't have. */
export function isAddedLayer(layer: { name: string }): boolean {
  return isHeadLayer(layer) || layer.name === IMAGE_BATCH_NORM;
}

/** BatchNorm on the image, in front of the backbone. */
export const IMAGE_BATCH_NORM = 'image_bn';

export function addHead(
  graph: Graph,
  features: SymbolicTensor,
  head: Head,
  options: { numClasses: number; pooling: Pooling | undefined },
): SymbolicTensor {
  if (head === 'none') return options.pooling ? pool(graph, features, options.pooling) : features;
  const pooling = options.pooling ?? DEFAULT_POOLING[head];
  const x = HIDDEN[head](graph, features, pooling);
  return graph.dense(x, options.numClasses, { activation: 'sigmoid', name: 'scores' });
}

const HIDDEN: Record<
  Exclude<Head, 'none'>,
  (graph: Graph, features: SymbolicTensor, pooling: Pooling) => SymbolicTensor
> = {
  linear: (graph, features, pooling) => graph.dropout(pool(graph, features, pooling), 0, 'head_dropout'),
  byrachonok: (graph, features, pooling) => {
    let x = graph.relu(graph.conv2d(features, 128, 1, { name: 'head_conv' }), 'head_conv_relu');
    x = graph.dropout(pool(graph, x, pooling), 0.5, 'head_dropout1');
    x = graph.dense(x, 512, { activation: 'relu', name: 'head_hidden' });
    return graph.dropout(x, 0.5, 'head_dropout2');
  },
  winner: (graph, features, pooling) => {
    let x = graph.batchNorm(pool(graph, features, pooling), {
      epsilon: 1e-5,
      momentum: 0.9,
      name: 'head_bn1',
    });
    x = graph.dense(graph.dropout(x, 0.25, 'head_dropout1'), 1024, {
      activation: 'relu',
      name: 'head_hidden',
    });
    x = graph.batchNorm(x, { epsilon: 1e-5, momentum: 0.9, name: 'head_bn2' });
    return graph.dropout(x, 0.5, 'head_dropout2');
  },
};

function pool(graph: Graph, x: SymbolicTensor, pooling: Pooling): SymbolicTensor {
  switch (pooling) {
    case 'average':
      return graph.globalAveragePool(x, 'head_average_pool');
    case 'max':
      return graph.globalMaxPool(x, 'head_max_pool');
    case 'maxAverage':
      return graph.concat(
        [graph.globalMaxPool(x, 'head_max_pool'), graph.globalAveragePool(x, 'head_average_pool')],
        'head_pool',
      );
    case 'flatten':
      return graph.flatten(x, 'head_flatten');
  }
}
