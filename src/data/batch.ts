/** A batch of tensors, and how it is made of images. */
import * as tf from '@tensorflow/tfjs-core';
import { augmentBatch, type BatchAugmentation } from '../augment/batch-augmentation';
import { normalizedBatch } from '../engine/normalized-batch';
import { HpaError } from '../errors';
import type { CellImage } from '../image/cell-image';
import type { Normalization } from '../image/normalize';
import type { Random } from '../random';
import type { BatchPosition } from './sampling/batch-position';

/** Owned by whoever receives it: dispose of `xs` and `ys`. */
export interface Batch {
  /** Images, float32 `[batch, height, width, channels]`, normalised. */
  xs: tf.Tensor4D;
  /** Multi-hot labels, float32 `[batch, classes]`; zeros when the source has no labels, shares where samples are mixed. */
  ys: tf.Tensor2D;
  /** Ids of the samples, in the order of the rows. */
  ids: string[];
  /** Positions in the dataset. */
  positions: number[];
  /** The place after this batch, to be saved and given to `resumeFrom`. */
  readonly next: BatchPosition;
}

/** One visit of a sample. */
export interface Visit {
  /** Position in the dataset. */
  position: number;
  /** How often the same epoch has visited this sample before. */
  occurrence: number;
}

/** What batches are made of: a dataset. */
export interface BatchSource {
  readonly size: number;
  /** Ids of all samples. */
  readonly ids: readonly string[];
  readonly classes: readonly string[];
  readonly labels: Uint8Array | undefined;
  readonly normalization: Normalization;
  idAt(position: number): string;
  labelsAt(position: number): Uint8Array | undefined;
  /** The image as it goes into a batch; not to be changed. */
  visit(visit: Visit, seed: number, epoch: number): Promise<CellImage>;
  skips(position: number, error: unknown): boolean;
}

/** A sample on its way into a batch; `image` is undefined when it was skipped. */
export interface PreparedSample {
  visit: Visit;
  image: CellImage | undefined;
}

/** Undefined when every sample of the batch was skipped. */
export function assembleBatch(
  dataset: BatchSource,
  prepared: readonly PreparedSample[],
  augmentation: { of: BatchAugmentation; random: Random } | undefined,
): Omit<Batch, 'next'> | undefined {
  const present = prepared.filter(
    (item): item is PreparedSample & { image: CellImage } => item.image !== undefined,
  );
  const first = present[0];
  if (!first) return undefined;
  const { width, height, channels } = first.image;
  for (const { visit, image } of present)
    if (image.width !== width || image.height !== height)
      throw new HpaError(
        'image-shape',
        `Images of one batch must have one size; this is ${image.width}×${image.height}, the first is ${width}×${height}. ` +
          'Set imageSize, and keep odd quarter turns for square images',
        { sample: dataset.idAt(visit.position) },
      );
  const positions = present.map(({ visit }) => visit.position);
  const numClasses = dataset.classes.length;
  const labels = new Float32Array(present.length * numClasses);
  positions.forEach((position, row) => {
    labels.set(dataset.labelsAt(position) ?? [], row * numClasses);
  });
  const shape = { batch: present.length, height, width, channels, classes: numClasses };
  const mix =
    augmentation &&
    ((pixels: Float32Array) => {
      augmentBatch(augmentation.of, pixels, labels, shape, augmentation.random);
    });
  const images = present.map(({ image }) => image);
  const xs = normalizedBatch(images, dataset.normalization, mix);
  const ys = tf.tensor2d(labels, [present.length, numClasses]);
  return { xs, ys, ids: positions.map((position) => dataset.idAt(position)), positions };
}
