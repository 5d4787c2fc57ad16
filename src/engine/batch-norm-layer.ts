/** Batch normalization in training: frozen layers as in Keras, and the fused kernels where the backend has them. */
import * as tf from '@tensorflow/tfjs-core';
import { layers } from '@tensorflow/tfjs-layers';
import { isFusible, trainFused, type BatchNormalization } from './fused/batch-norm';
import { isRecording } from './fused/run';
import { oneInput, wrapMethod } from './fused/wrap';

/**
 * Wraps the call of tfjs-layers' BatchNormalization, for models of all origins and on every engine:
 * - a frozen layer runs in inference mode also in training, so that its moving statistics stay;
 * - training runs as one kernel forward and one backward where the backend has them;
 * - a layer without gamma or beta can be trained, and let gradients through, where tfjs's own call fails.
 *
 * A second call, also from another copy of the package, changes nothing.
 */
export function wrapBatchNormalization(): void {
  const prototype = Object.getPrototypeOf(layers.batchNormalization({ name: 'prototype' })) as object;
  wrapMethod<BatchNormalization, [tf.Tensor | tf.Tensor[], Record<string, unknown>], tf.Tensor>(
    prototype,
    'call',
    (stock) =>
      function call(inputs, kwargs) {
        const x = oneInput(inputs);
        const training = Boolean(kwargs.training) && !isFrozen(this);
        if (x && training && isFusible(this, x)) return trainFused(this, x);
        const layer = training || isRecording() ? complete(this) : this;
        return stock.call(layer, inputs, { ...kwargs, training });
      },
  );
}

/** Frozen by itself, or with the model that it is in: tfjs-layers then marks gamma and beta only. */
function isFrozen({ trainable, gamma, beta }: BatchNormalization): boolean {
  return !trainable || (gamma ?? beta)?.trainable === false;
}

/** The layer with the gamma of ones and the beta of zeros that it goes without. */
function complete(layer: BatchNormalization): BatchNormalization {
  const { gamma, beta, movingMean } = layer;
  if (gamma && beta) return layer;
  const constant = (value: number) => ({ read: () => tf.fill(movingMean.read().shape, value) });
  return Object.create(layer, {
    gamma: { value: gamma ?? constant(1) },
    beta: { value: beta ?? constant(0) },
  }) as BatchNormalization;
}
