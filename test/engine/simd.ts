/** Runs kernels of the wasm engine, on all its threads and on one, and makes the tensors for them. */
import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'vitest';
import { useEngine } from 'hpa-kit/node';
import { runtimeOf } from '../../src/engine/wasm/runtime';
import { Random } from '../../src/random';

/** Values of a kernel's outputs on wasm. Two threads give the same bytes as one, and nothing is left over. */
export async function runOnWasm(
  kernel: string,
  inputs: tf.NamedTensorMap | tf.Tensor[],
  attrs: object = {},
): Promise<Float32Array[]> {
  await useEngine({ engine: 'wasm', threads: 2 });
  const run = () =>
    tf.tidy(() => {
      const result = tf
        .engine()
        .runKernel<tf.Tensor | tf.Tensor[]>(kernel, inputs as tf.NamedTensorMap, attrs as tf.NamedAttrMap);
      return [result].flat().map((tensor) => tensor.dataSync().slice() as Float32Array);
    });
  const values = run();
  // Only now, since the first run moved the inputs to this engine.
  const before = [tf.memory().numTensors, tf.backend().numDataIds()];
  const { exports, pool, threads } = runtimeOf(tf.backend())!;
  exports['set_workers']?.(pool, 0, 1);
  try {
    run().forEach((again, i) => {
      expectSameBytes(again, values[i]!);
    });
  } finally {
    exports['set_workers']?.(pool, threads - 1, 1);
  }
  expect([tf.memory().numTensors, tf.backend().numDataIds()]).toEqual(before);
  return values;
}

/** Quicker than `toEqual` where there are many. */
export function expectSameBytes(actual: Float32Array, expected: Float32Array): void {
  const bytes = ({ buffer, byteOffset, byteLength }: Float32Array) =>
    Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength);
  expect(Buffer.compare(bytes(actual), bytes(expected))).toBe(0);
}

/** Normally distributed values. */
export function normalValues(size: number, seed: number, mean = 0, deviation = 1): Float32Array {
  const random = new Random(seed);
  return Float32Array.from({ length: size }, () => random.normal(mean, deviation));
}

/** A tensor of normally distributed values. */
export function normal(shape: number[], seed: number, mean = 0, deviation = 1): tf.Tensor {
  const size = shape.reduce((product, extent) => product * extent, 1);
  return tf.tensor(normalValues(size, seed, mean, deviation), shape);
}

/** Sums a channel, the last axis, in double precision. */
export function channelSums(
  size: number,
  channels: number,
  value: (i: number, channel: number) => number,
): Float64Array {
  const sums = new Float64Array(channels);
  for (let i = 0; i < size; i++) sums[i % channels]! += value(i, i % channels);
  return sums;
}

/** Shapes around the kernels' own sizes: rows, tails, one task and several. */
export const SHAPES: number[][] = [
  [1, 1],
  [2, 3],
  [16, 28],
  [7, 1],
  [5, 4, 3],
  [3, 5, 7, 10],
  [2, 9, 9, 16],
  [2, 3, 3, 2, 5],
  [4, 700],
  [3, 2049],
  [8, 65, 65, 4],
  [2, 131, 97, 3],
  [3, 60, 61, 8],
  [2, 47, 45, 64],
  [100_003, 1],
  [40, 2048],
];
