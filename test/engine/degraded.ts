/** A short training that the lesser forms of the wasm engine must do as plain JavaScript does. */
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { initializers, layers, sequential } from '@tensorflow/tfjs-layers';
import { expect } from 'vitest';
import { useEngine, type EngineName } from 'hpa-kit/node';
import { relativeError } from '../engines';
import { normal } from './simd';

/** The losses of three steps of a small network with both kinds of convolution, batch normalization and pooling. */
export async function lossesOf(engine: EngineName): Promise<number[]> {
  await useEngine({ engine });
  const before = tf.memory().numTensors;
  const kernel = (seed: number) => ({ kernelInitializer: initializers.glorotUniform({ seed }) });
  const model = sequential({
    layers: [
      layers.conv2d({ inputShape: [24, 24, 4], filters: 8, kernelSize: 3, activation: 'relu', ...kernel(1) }),
      layers.batchNormalization(),
      layers.maxPooling2d({ poolSize: 2 }),
      layers.conv2d({ filters: 8, kernelSize: 5, strides: 2, padding: 'same', ...kernel(2) }),
      layers.reLU(),
      layers.flatten(),
      layers.dense({ units: 5, activation: 'sigmoid', ...kernel(3) }),
    ],
  });
  const optimizer = tf.train.adam(1e-3);
  model.compile({ optimizer, loss: 'binaryCrossentropy' });
  const x = normal([4, 24, 24, 4], 1);
  const y = tf.oneHot([0, 1, 2, 3], 5);
  const losses: number[] = [];
  for (let step = 0; step < 3; step++) losses.push((await model.trainOnBatch(x, y)) as number);
  tf.dispose([x, y]);
  model.dispose();
  optimizer.dispose();
  expect(tf.memory().numTensors).toBe(before);
  return losses;
}

export async function expectSameAsCpu(losses: number[]): Promise<void> {
  expect(relativeError(losses, await lossesOf('cpu'))).toBeLessThan(1e-4);
}
