import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { expectSameOnWasm, relativeError } from '../engines';
import { SHAPES, channelSums, normal, runOnWasm } from './simd';

const epsilon = 1e-3;

/** The formulas of the fused kernels' contract, in double precision. */
function reference([x, dy, gamma, beta]: ArrayLike<number>[], channels: number) {
  const n = x!.length / channels;
  const sum = (value: (i: number, c: number) => number) => channelSums(x!.length, channels, value);
  const mean = sum((i) => x![i]! / n);
  const variance = sum((i, c) => (x![i]! - mean[c]!) ** 2 / n);
  const r = variance.map((v) => 1 / Math.sqrt(v + epsilon));
  const normalized = Float64Array.from(x!, (v, i) => (v - mean[i % channels]!) * r[i % channels]!);
  const dBeta = sum((i) => dy![i]!);
  const dGamma = sum((i) => dy![i]! * normalized[i]!);
  return {
    forward: [normalized.map((v, i) => v * gamma![i % channels]! + beta![i % channels]!), mean, variance],
    backward: [
      normalized.map((v, i) => {
        const c = i % channels;
        return gamma![c]! * r[c]! * (dy![i]! - dBeta[c]! / n - (v * dGamma[c]!) / n);
      }),
      dGamma,
      dBeta,
    ],
  };
}

async function expectContract(shape: number[], mean: number, tolerance: number): Promise<void> {
  const channels = shape[shape.length - 1]!;
  const [x, dy] = [normal(shape, 1, mean), normal(shape, 2)];
  const [gamma, beta] = [normal([channels], 3, 1, 0.2), normal([channels], 4)];
  const values = [x, dy, gamma, beta].map((tensor) => tensor.dataSync() as Float32Array);
  const { forward, backward } = reference(values, channels);
  const actual = await runOnWasm('BatchNormTraining', { x, gamma, beta }, { epsilon });
  const [batchMean, batchVariance] = [tf.tensor1d(actual[1]!), tf.tensor1d(actual[2]!)];
  const inputs = { dy, x, gamma, mean: batchMean, variance: batchVariance };
  const gradients = await runOnWasm('BatchNormTrainingGrad', inputs, { epsilon, inputGradient: true });
  actual.forEach((result, i) => {
    expect(relativeError(result, forward[i]!), `output ${i}`).toBeLessThan(tolerance);
  });
  // The sum for dx may cancel: errors are relative to its terms, whose size is appended to both sides.
  const size =
    values[1]!.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0) /
    Math.sqrt(Math.min(...actual[2]!) + epsilon);
  gradients.forEach((result, i) => {
    const error = relativeError([...result, size], [...backward[i]!, size]);
    expect(error, `gradient ${i}`).toBeLessThan(tolerance);
  });
  const ofChannels = await runOnWasm('BatchNormTrainingGrad', inputs, { epsilon, inputGradient: false });
  expect(ofChannels).toEqual(gradients.slice(1));
  tf.dispose([...Object.values(inputs), beta]);
}

describe('batch normalization on wasm', () => {
  it.each(SHAPES)('is what double precision gives for [%i, %i, …]', async (...shape) => {
    await expectContract(shape, 0.5, 3e-6);
  });

  it('keeps its precision where the mean is a thousand deviations', async () => {
    // The inputs themselves are known to 6e-5 deviations.
    await expectContract([2, 90, 90, 3], 1000, 2e-4);
  });

  it('gives zero variance and finite gradients for a constant', async () => {
    const [x, dy] = [tf.fill([9, 20, 20, 3], 0.7), normal([9, 20, 20, 3], 1)];
    const [gamma, beta] = [tf.ones([3]), tf.zeros([3])];
    const [y, mean, variance] = await runOnWasm('BatchNormTraining', { x, gamma, beta }, { epsilon });
    expect(Math.max(...y!.map(Math.abs))).toBeLessThan(1e-5);
    expect([...mean!]).toEqual(Array(3).fill(Math.fround(0.7)));
    expect(Math.max(...variance!)).toBeLessThan(1e-12);
    tf.dispose([x, dy, gamma, beta]);
  });

  it('carries a NaN through its channel alone', async () => {
    const values = new Float32Array(600).map((_, i) => (i === 301 ? NaN : i % 7));
    const [x, gamma, beta] = [tf.tensor(values, [200, 3]), tf.ones([3]), tf.zeros([3])];
    const [y] = await runOnWasm('BatchNormTraining', { x, gamma, beta }, { epsilon });
    expect(y!.every((value, i) => Number.isNaN(value) === (i % 3 === 1))).toBe(true);
    tf.dispose([x, gamma, beta]);
  });

  it.each(SHAPES)('with given statistics is that of the cpu backend for [%i, %i, …]', async (...shape) => {
    const channels = shape[shape.length - 1]!;
    const x = normal(shape, 1);
    const [mean, scale, offset] = [2, 3, 4].map((seed) => normal([channels], seed));
    const variance = tf.abs(normal([channels], 5));
    const run = (inputs: object) =>
      tf.engine().runKernel<tf.Tensor>('FusedBatchNorm', { x, mean: mean!, variance, ...inputs }, { varianceEpsilon: epsilon }); // prettier-ignore
    await expectSameOnWasm(() => [run({ scale, offset }), run({ scale }), run({ offset }), run({})], 1e-6);
    tf.dispose([x, mean!, scale!, offset!, variance]);
  });
});
