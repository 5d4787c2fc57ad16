/** Augmentations that mix the samples of a batch, and what they share. */
import type { Random } from '../random';

/** Sizes of a batch: pixels are `[batch, height, width, channels]`, labels `[batch, classes]`. */
export interface BatchShape {
  /** Samples. */
  batch: number;
  /** Height of the images in pixels. */
  height: number;
  /** Width of the images in pixels. */
  width: number;
  /** Channels of the images. */
  channels: number;
  /** Classes of the labels. */
  classes: number;
}

/**
 * A random change of a whole batch before it becomes tensors: draws parameters, plain JSON, then applies
 * them in place to pixels and labels alike. Labels become shares from 0 to 1.
 */
export interface BatchAugmentation<Params = unknown> {
  /** What messages call it. */
  readonly name: string;
  /** Draws parameters for a batch of so many samples; what it draws depends on `random` alone. */
  sample(random: Random, batchSize: number): Params;
  /** Changes pixels and labels in place. */
  apply(pixels: Float32Array, labels: Float32Array, shape: BatchShape, params: Params): void;
}

/** Draws parameters and applies them at once. */
export function augmentBatch<Params>(
  augmentation: BatchAugmentation<Params>,
  pixels: Float32Array,
  labels: Float32Array,
  shape: BatchShape,
  random: Random,
): void {
  augmentation.apply(pixels, labels, shape, augmentation.sample(random, shape.batch));
}

/** The partner of each sample, a permutation: sample `i` is mixed with what `partners[i]` was before. */
export type Partners = number[];

export function drawPartners(random: Random, batchSize: number): Partners {
  return random.shuffle([...Array(batchSize).keys()]);
}

/**
 * Calls `mix(own, partner)` with the rows of each sample and its partner, both as they were before any was
 * mixed; `mix` changes `own`. Walks along the cycles of the permutation, so that one row of memory will do.
 *
 * @throws RangeError when the array is not of the shape, or the partners are no permutation of it
 */
export function mixRows(
  values: Float32Array,
  rowLength: number,
  partners: Partners,
  mix: (own: Float32Array, partner: Float32Array) => void,
): void {
  const rows = partners.length;
  if (values.length !== rows * rowLength)
    throw new RangeError(
      `A batch of ${rows} rows of ${rowLength} must have ${rows * rowLength} values. Received ${values.length}.`,
    );
  if (new Set(partners).size !== rows || !partners.every((p) => Number.isInteger(p) && p >= 0 && p < rows))
    throw new RangeError(`partners must be a permutation. Received [${partners.join(', ')}].`);
  const row = (i: number): Float32Array => values.subarray(i * rowLength, (i + 1) * rowLength);
  const done = new Set<number>();
  for (let start = 0; start < rows; start++) {
    if (done.has(start)) continue;
    const first = row(start).slice();
    for (let i = start; !done.has(i); i = partners[i]!) {
      done.add(i);
      mix(row(i), partners[i] === start ? first : row(partners[i]!));
    }
  }
}

/** `own` becomes `share · own + (1 − share) · partner`. */
export function blendInto(own: Float32Array, partner: Float32Array, share: number): void {
  for (let i = 0; i < own.length; i++) own[i] = share * own[i]! + (1 - share) * partner[i]!;
}
