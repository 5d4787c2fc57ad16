import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { useEngine } from 'hpa-kit/node';
import { beforeAll, describe, expect, it } from 'vitest';
import { installFusedOperations } from '../../src/engine/fused/install';

interface Swish {
  apply(x: tf.Tensor, alpha?: number): tf.Tensor;
}
const { activation } = tfl.layers.activation({ activation: 'swish' }) as unknown as { activation: Swish };
const prototype = Object.getPrototypeOf(activation) as Swish;
const stock = prototype.apply.bind(activation);
// Engines replace it.
const { relativeError } = await import('../engines');

const ours = (x: tf.Tensor, alpha?: number) => activation.apply(x, alpha);
const VALUES = [-90, -20, -3, -1.2785, -1, -0, 0, 1e-30, 0.5, 1, 4, 30, 90];

/** Values and gradient, and how many tensors the gradient keeps. */
function results(apply: (x: tf.Tensor) => tf.Tensor) {
  const x = tf.tensor1d(VALUES);
  const dy = tf.tensor1d(VALUES.map((_, i) => i - 5.5));
  const all = tf.tidy(() => [apply(x), tf.grad(apply)(x, dy)].map((tensor) => tensor.dataSync<'float32'>()));
  tf.dispose([x, dy]);
  return all;
}

describe.each(['cpu', 'wasm'] as const)('swish on %s', (engine) => {
  beforeAll(async () => {
    await useEngine(engine === 'wasm' ? { engine, threads: 1 } : { engine });
    installFusedOperations();
  });

  it('has the values and the gradient of the stock activation', () => {
    const [expected, actual] = [results(stock), results(ours)];
    actual.forEach((values, i) => {
      expect(relativeError(values, expected[i]!)).toBeLessThan(1e-6);
    });
    // x / (1 + e⁻ˣ) at 1, and its least value.
    expect(actual[0]![9]).toBeCloseTo(0.7310586, 6);
    expect(actual[0]![3]).toBeCloseTo(-0.2784645, 6);
  });

  it('keeps the sigmoid and the output for the gradient', () => {
    const x = tf.tensor1d(VALUES);
    const kept = (apply: (input: tf.Tensor) => tf.Tensor) => {
      let buffers = 0;
      const loss = (input: tf.Tensor) => {
        const before = tf.memory().numDataBuffers;
        const y = apply(input);
        buffers = tf.memory().numDataBuffers - before;
        return y;
      };
      tf.tidy(() => tf.grad(loss)(x));
      return buffers;
    };
    expect(kept(ours)).toBe(2);
    expect(kept(stock)).toBeGreaterThan(2);
    x.dispose();
  });

  it('is left to the stock activation with another alpha', () => {
    const [expected, actual] = [results((x) => stock(x, 2)), results((x) => ours(x, 2))];
    expect(actual).toEqual(expected);
    expect(actual[0]![9]).toBeCloseTo(0.8807971, 6);
  });

  it('has a gradient of the gradient, as the stock activation', () => {
    const x = tf.tensor1d([-2, 0.5, 3]);
    const second = (apply: (input: tf.Tensor) => tf.Tensor) =>
      tf.tidy(() =>
        tf
          .grad((a) => tf.sum(tf.square(tf.grad(apply)(a))))(x)
          .dataSync<'float32'>(),
      );
    const expected = second(stock);
    expect(Math.max(...expected.map(Math.abs))).toBeGreaterThan(0.1);
    expect(relativeError(second(ours), expected)).toBeLessThan(1e-6);
    x.dispose();
  });

  it('is used within convolutions too, and leaves no tensor', () => {
    const before = tf.memory().numTensors;
    const layer = tfl.layers.conv2d({ filters: 2, kernelSize: 1, activation: 'swish' });
    const plain = tfl.layers.conv2d({ filters: 2, kernelSize: 1 });
    const x = tf.randomNormal([1, 2, 2, 3], 0, 1, 'float32', 1);
    const y = layer.apply(x) as tf.Tensor;
    plain.apply(x);
    plain.setWeights(layer.getWeights());
    const z = plain.apply(x) as tf.Tensor;
    const expected = tf.tidy(() => stock(z));
    expect(relativeError(y.dataSync<'float32'>(), expected.dataSync<'float32'>())).toBeLessThan(1e-6);
    tf.dispose([x, y, z, expected]);
    tf.dispose([...layer.weights, ...plain.weights].map((weight) => weight.read()));
    expect(tf.memory().numTensors - before).toBeLessThanOrEqual(1);
  });
});
