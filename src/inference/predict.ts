/** Scores of a whole dataset, in its order. */
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { HpaDataset } from '../data/dataset';
import { HpaError } from '../errors';
import { ProgressMeter, yieldToEventLoop, type OnProgress } from '../progress';

/** Options of `predictDataset`. */
export interface PredictOptions {
  /** @default 32 */
  batchSize?: number;
  /** Stops with an `HpaError` of code `aborted`. */
  signal?: AbortSignal | undefined;
  /** Called after each batch, in the phase `predict`. */
  onProgress?: OnProgress | undefined;
}

/** Scores of samples, with their labels where there are any. */
export interface Predictions {
  /** Ids in the dataset's order, without those that were skipped. */
  ids: string[];
  /** Multi-hot labels `[ids.length, numClasses]`; undefined when the source has none. */
  labels: Uint8Array | undefined;
  /** The model's outputs `[ids.length, numClasses]`. */
  scores: Float32Array;
  /** Classes a sample has a score for. */
  numClasses: number;
}

/**
 * Predicts every sample once, in order.
 *
 * @param model - a model with one output `[batch, classes]`
 * @throws HpaError `model-invalid` when the outputs are not as many as the classes
 * @example
 * const { labels, scores, numClasses } = await predictDataset(model, valid);
 */
export async function predictDataset(
  model: LayersModel,
  dataset: HpaDataset,
  options: PredictOptions = {},
): Promise<Predictions> {
  const { batchSize = 32, signal, onProgress } = options;
  const numClasses = dataset.classes.length;
  checkOutputs(model, numClasses);
  const meter = new ProgressMeter('predict', dataset.size, onProgress);
  const scores = new Float32Array(dataset.size * numClasses);
  const labels = dataset.source.labels && new Uint8Array(scores.length);
  const ids: string[] = [];
  try {
    for await (const { xs, ys, ids: batchIds, positions } of dataset.batches({ batchSize, signal })) {
      let output: tf.Tensor | undefined;
      try {
        output = model.predictOnBatch(xs) as tf.Tensor;
        scores.set(await output.data(), ids.length * numClasses);
      } finally {
        tf.dispose([xs, ys, output ?? []]);
      }
      positions.forEach((position, row) => {
        labels?.set(dataset.labelsAt(position)!, (ids.length + row) * numClasses);
      });
      ids.push(...batchIds);
      meter.add(batchIds.length);
      await yieldToEventLoop();
    }
  } finally {
    meter.end();
  }
  const length = ids.length * numClasses;
  return { ids, labels: labels?.slice(0, length), scores: scores.slice(0, length), numClasses };
}

/** Throws unless the model has one output `[batch, numClasses]`. */
export function checkOutputs(model: LayersModel, numClasses: number): void {
  const shape = model.outputs.length === 1 ? model.outputs[0]!.shape : undefined;
  if (shape?.length !== 2 || shape[1] !== numClasses)
    throw new HpaError(
      'model-invalid',
      `The model must have one output [batch, ${numClasses}], one score a class of the dataset. ` +
        `It has ${model.outputs.map((output) => `[${output.shape.join(', ')}]`).join(' and ')}`,
    );
}
