/** A training of a second or two that has all that a checkpoint must hold: moments, dropout, statistics, an order. */
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { flip } from 'hpa-kit/augment';
import { HpaDataset, type CellImage, type EpochLog, type ImageSource, type TrainCallback } from 'hpa-kit';
import { namedWeights } from '../../src/models/named-weights';

/** Images 6×6×2 of two classes, told by the brightness of the channels. */
export function brightSource(count: number): ImageSource {
  const labels = Uint8Array.from({ length: count * 2 }, (_, i) => Number((i >> 1) % (i % 2 ? 3 : 2) === 0));
  return {
    name: 'bright',
    ids: Array.from({ length: count }, (_, i) => `b${i}`),
    channels: ['a', 'b'],
    classes: ['first', 'second'],
    labels,
    load: (index): Promise<CellImage> => {
      const value = (_: unknown, i: number) =>
        40 + 60 * labels[index * 2 + (i % 2)]! + ((index * 37 + i * i * 11) % 90);
      return Promise.resolve({
        width: 6,
        height: 6,
        channels: 2,
        data: Uint8Array.from({ length: 72 }, value),
      });
    },
  };
}

/** 22 samples to train on and 8 to validate on. */
export function tinyData(): { train: HpaDataset; valid: HpaDataset } {
  const all = new HpaDataset(brightSource(30));
  const train = all.subset(Array.from({ length: 22 }, (_, i) => i)).augmented([flip()]);
  return { train, valid: all.subset(Array.from({ length: 8 }, (_, i) => 22 + i)) };
}

/** A convolution, batch normalization and Dropout without a seed; `units` makes its checkpoints larger. */
export function tinyNetwork({ units = 3, seed = 1 } = {}): tfl.LayersModel {
  const kernelInitializer = () => tfl.initializers.glorotUniform({ seed });
  return tfl.sequential({
    layers: [
      tfl.layers.conv2d({
        name: 'conv',
        inputShape: [6, 6, 2],
        filters: 3,
        kernelSize: 3,
        kernelInitializer: kernelInitializer(),
      }),
      tfl.layers.batchNormalization({ name: 'bn', momentum: 0.8 }),
      tfl.layers.flatten(),
      tfl.layers.dense({ name: 'hidden', units, activation: 'relu', kernelInitializer: kernelInitializer() }),
      tfl.layers.dropout({ rate: 0.3 }),
      tfl.layers.dense({
        name: 'scores',
        units: 2,
        activation: 'sigmoid',
        kernelInitializer: kernelInitializer(),
      }),
    ],
  });
}

/** All weights as they are now, one after another. */
export function bytesOf(model: tfl.LayersModel): number[] {
  return [...namedWeights(model).values()].flatMap((weight) =>
    Array.from(weight.read().dataSync<'float32'>()),
  );
}

/** The history without what a clock says. */
export function withoutTime(history: readonly EpochLog[]): EpochLog[] {
  return history.map((log) => ({ ...log, seconds: 0, waitSeconds: 0, imagesPerSecond: 0 }));
}

/** Overwrites all weights, so that nothing is left of those that a seed gave. */
export function forget(model: tfl.LayersModel): void {
  tf.tidy(() => {
    for (const weight of model.weights) weight.write(tf.fill(weight.shape as number[], 0.25));
  });
}

/** Aborts after so many steps, whichever training makes them. */
export function abortAfter(steps: number): { signal: AbortSignal; callback: TrainCallback } {
  const controller = new AbortController();
  let taken = 0;
  const onStepEnd = () => {
    if (++taken === steps) controller.abort();
  };
  return { signal: controller.signal, callback: { onStepEnd } };
}
