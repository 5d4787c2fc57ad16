/** What a loss is. */
import type * as tf from '@tensorflow/tfjs-core';

/** One weight for each sample of a batch, `[batch]`: finite numbers of at least 0. A tensor stays the caller's. */
export type SampleWeights = tf.Tensor | Float32Array | readonly number[];

/**
 * A loss: targets and predictions, both `[batch, classes]`, to a scalar. `model.compile({ loss })` takes it,
 * and so does a call of your own. The caller disposes of the scalar.
 *
 * With `sampleWeights` each sample counts as much as its weight says, and one of weight 0 not at all; each loss says how
 * they enter. Weights of 1 change nothing. tfjs hands none to the losses that it calls: `withSampleWeights` and
 * `trainModel({ sampleWeights })` do.
 */
export type LossFn = (yTrue: tf.Tensor, yPred: tf.Tensor, sampleWeights?: SampleWeights) => tf.Tensor;
