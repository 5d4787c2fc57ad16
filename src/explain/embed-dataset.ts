/** Embeddings: what a network makes of each image of a dataset before it decides. */
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers';
import type { HpaDataset } from '../data/dataset';
import { ProgressMeter, yieldToEventLoop, type OnProgress } from '../progress';
import { outputOf, predictKeeping, tensorsOf } from './layer-graph';

/** Options of `embedDataset`. */
export interface EmbedDatasetOptions {
  /**
   * Name of a layer whose output to take, within nested models too; the mean over the pixels, where it is a map.
   * @default what the last Dense layer takes: the pooled features, after the head's hidden layers
   */
  layer?: string | undefined;
  /** @default 32 */
  batchSize?: number | undefined;
  /** Stops with an `HpaError` of code `aborted`. */
  signal?: AbortSignal | undefined;
  /** Called after each batch, in the phase `embed`. */
  onProgress?: OnProgress | undefined;
}

/** A vector a sample. */
export interface Embeddings {
  /** Row-major `[samples, dim]`. */
  embeddings: Float32Array;
  /** Numbers that a sample has. */
  dim: number;
}

export interface DatasetEmbeddings extends Embeddings {
  /** Ids in the dataset's order, without those that were skipped. */
  ids: string[];
  /** Multi-hot labels `[ids.length, classes]`; undefined when the source has none. */
  labels: Uint8Array | undefined;
}

/**
 * The features of every sample, in order. Images of which a network thinks alike lie close together
 * (`nearestSamples`, `embeddingMap`). Leaves no tensor behind.
 *
 * @param model - with one input `[batch, height, width, channels]`
 * @throws RangeError for a layer that isn't there or makes neither vectors nor maps, and for a model without a Dense
 * layer where none is named; what loading the batches throws
 * @example
 * const embedded = await embedDataset(model, valid);
 * const { indices } = nearestSamples(embedded, embedded.embeddings.subarray(0, embedded.dim), { k: 5 });
 * Array.from(indices, (i) => embedded.ids[i]); // the sample itself, and its neighbours
 */
export async function embedDataset(
  model: LayersModel,
  dataset: HpaDataset,
  options: EmbedDatasetOptions = {},
): Promise<DatasetEmbeddings> {
  const { layer, batchSize = 32, signal, onProgress } = options;
  const { features, sourceLayer, of } = layer === undefined ? lastDense(model) : named(model, layer);
  const dim = features.shape.at(-1)!;
  if (features.shape.length !== 2 && features.shape.length !== 4)
    throw new RangeError(
      `layer must make vectors or maps. Received ${sourceLayer.name}, which makes [${features.shape.join(', ')}]`,
    );
  const embeddings = new Float32Array(dataset.size * dim);
  const numClasses = dataset.classes.length;
  const labels = dataset.source.labels && new Uint8Array(dataset.size * numClasses);
  const ids: string[] = [];
  const meter = new ProgressMeter('embed', dataset.size, onProgress);
  try {
    for await (const batch of dataset.batches({ batchSize, signal })) {
      const owned: tf.Tensor[] = [batch.xs, batch.ys];
      try {
        const { scores, ...kept } = predictKeeping(model, sourceLayer, batch.xs);
        owned.push(scores, kept.input, kept.output);
        const pooled = kept[of].rank === 4 ? tf.mean(kept[of], [1, 2]) : kept[of];
        owned.push(pooled);
        embeddings.set(await pooled.data<'float32'>(), ids.length * dim);
      } finally {
        tf.dispose(owned);
      }
      batch.positions.forEach((position, row) => {
        labels?.set(dataset.labelsAt(position)!, (ids.length + row) * numClasses);
      });
      ids.push(...batch.ids);
      meter.add(batch.ids.length);
      await yieldToEventLoop();
    }
  } finally {
    meter.end();
  }
  return {
    ids,
    embeddings: embeddings.slice(0, ids.length * dim),
    dim,
    labels: labels?.slice(0, ids.length * numClasses),
  };
}

interface Features {
  features: SymbolicTensor;
  /** The layer that takes or makes them. */
  sourceLayer: SymbolicTensor['sourceLayer'];
  of: 'input' | 'output';
}

function named(model: LayersModel, layer: string): Features {
  const features = outputOf(model, layer);
  return { features, sourceLayer: features.sourceLayer, of: 'output' };
}

function lastDense(model: LayersModel): Features {
  const scores = tensorsOf(model).findLast(({ sourceLayer }) => sourceLayer.getClassName() === 'Dense');
  if (!scores) throw new RangeError('layer must be given for a model without a Dense layer. Received none');
  return { features: scores.inputs[0]!, sourceLayer: scores.sourceLayer, of: 'input' };
}
