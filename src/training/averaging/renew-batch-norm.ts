/** Statistics of batch normalization for weights that no training step has seen, such as averages. */
import * as tf from '@tensorflow/tfjs-core';
import type { layers, LayersModel, LayerVariable } from '@tensorflow/tfjs-layers';
import { allSkipped } from '../../data/all-skipped';
import type { HpaDataset } from '../../data/dataset';
import type { BatchNormalization } from '../../engine/fused/batch-norm';
import { mendTfjs } from '../../engine/mend-tfjs';
import { leafLayers } from '../../models/freezing';
import { ProgressMeter, yieldToEventLoop, type OnProgress } from '../../progress';

/** Options of `renewBatchNorm`. */
export interface RenewBatchNormOptions {
  /** @default 32 */
  batchSize?: number;
  /** Images to look at, in shuffled order. @default all of the dataset */
  maxImages?: number | undefined;
  /** Seeds the order and the augmentation. @default 0 */
  seed?: number;
  /** Stops with an `HpaError` of code `aborted`. */
  signal?: AbortSignal | undefined;
  /** Its `phase` is `'batch-norm'`. */
  onProgress?: OnProgress | undefined;
}

/** The layer with the field that tfjs-layers only reads. */
type Renewed = layers.Layer &
  Omit<BatchNormalization, 'momentum' | 'movingMean' | 'movingVariance'> & {
    momentum: number;
    readonly movingMean: LayerVariable;
    readonly movingVariance: LayerVariable;
  };

/**
 * Takes the moving mean and variance of each batch normalization anew: the mean, over the batches of a dataset, of what
 * the layer sees in training mode, each batch weighted by its images. Weights stay as they are, and no gradient is
 * computed. As in training Dropout drops, and an augmented dataset is augmented. Frozen layers are left as they are, and
 * so is a model without batch normalization, whose images aren't read. If it fails or is aborted, the statistics are
 * the former.
 *
 * Source: `torch.optim.swa_utils.update_bn` of PyTorch, where a smaller last batch counts as much as the others.
 *
 * @throws HpaError `aborted`, `file-unreadable` when all samples were skipped, and what reading them throws
 * @throws RangeError for options out of range
 * @example
 * averaged.swapIn();
 * await renewBatchNorm(model, train, { batchSize: 64 });
 */
export async function renewBatchNorm(
  model: LayersModel,
  dataset: HpaDataset,
  { batchSize = 32, maxImages = dataset.size, seed = 0, signal, onProgress }: RenewBatchNormOptions = {},
): Promise<void> {
  if (!Number.isInteger(maxImages) || maxImages < 1)
    throw new RangeError(`maxImages must be a positive integer. Received ${maxImages}`);
  const renewed = leafLayers(model)
    .map(({ layer }) => layer)
    .filter(isRenewed);
  if (renewed.length === 0) return;
  mendTfjs();
  const samplesPerEpoch = Math.min(maxImages, dataset.size);
  const batches = dataset.batches({ batchSize, order: 'shuffled', seed, samplesPerEpoch, signal });
  const former = renewed.map((layer) => new Former(layer));
  const meter = new ProgressMeter('batch-norm', samplesPerEpoch, onProgress);
  let images = 0;
  try {
    for (const each of former) each.clear();
    for await (const { xs, ys, ids } of batches) {
      // With these momenta the moving average is that of all images so far.
      for (const layer of renewed) layer.momentum = images / (images + ids.length);
      try {
        tf.tidy(() => void model.apply(xs, { training: true }));
      } finally {
        tf.dispose([xs, ys]);
      }
      images += ids.length;
      meter.add(ids.length);
      await yieldToEventLoop();
    }
    if (images === 0) throw allSkipped('dataset');
  } catch (error) {
    for (const each of former) each.restore();
    throw error;
  } finally {
    for (const each of former) each.release();
    meter.end();
  }
}

/** A trained batch normalization. tfjs-layers marks gamma and beta only when it freezes the model that a layer is in. */
function isRenewed(layer: layers.Layer): layer is Renewed {
  if (layer.getClassName() !== 'BatchNormalization' || !layer.trainable) return false;
  const { gamma, beta } = layer as Renewed;
  return (gamma ?? beta)?.trainable !== false;
}

/** What a layer had before. */
class Former {
  private readonly momentum: number;
  private readonly statistics: readonly { variable: LayerVariable; value: tf.Tensor }[];

  constructor(private readonly layer: Renewed) {
    this.momentum = layer.momentum;
    this.statistics = [layer.movingMean, layer.movingVariance].map((variable) => {
      return { variable, value: tf.keep(tf.clone(variable.read())) };
    });
  }

  /** From 0 on the first batch's statistics come out exactly, whatever was there, NaN too. */
  clear(): void {
    tf.tidy(() => {
      for (const { variable, value } of this.statistics) variable.write(tf.zerosLike(value));
    });
  }

  restore(): void {
    for (const { variable, value } of this.statistics) variable.write(value);
  }

  /** Gives the momentum back and frees the copies. */
  release(): void {
    this.layer.momentum = this.momentum;
    tf.dispose(this.statistics.map(({ value }) => value));
  }
}
