import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { useEngine } from 'hpa-kit/node';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { installFusedOperations } from '../../src/engine/fused/install';

type Call = (inputs: tf.Tensor, kwargs: object) => tf.Tensor;
const prototype = Object.getPrototypeOf(tfl.layers.reLU()) as { call: Call };
const stockCall = prototype.call;

const VALUES = [-7, -1e-30, -0, 0, 1e-30, 0.25, 3, 5.999, 6.001, 8, Infinity, -Infinity];

/** Values and gradient, and the kernels that ran. */
function results(call: Call, maxValue: number | undefined) {
  const layer = tfl.layers.reLU(maxValue === undefined ? {} : { maxValue });
  const x = tf.tensor1d(VALUES);
  const dy = tf.tensor1d(VALUES.map((_, i) => i - 4.5));
  const kernels = vi.spyOn(tf.engine(), 'runKernel');
  const values = tf.tidy(() => {
    const gradient = tf.grad((input) => call.call(layer, input, {}))(x, dy);
    return [call.call(layer, x, {}), gradient].map((tensor) => Array.from(tensor.dataSync(), (v) => v + 0));
  });
  const kernelNames = kernels.mock.calls.map(([name]) => name);
  kernels.mockRestore();
  tf.dispose([x, dy]);
  return { values, kernelNames };
}

describe.each(['cpu', 'wasm'] as const)('ReLU cut off at six on %s', (engine) => {
  beforeAll(async () => {
    await useEngine(engine === 'wasm' ? { engine, threads: 1 } : { engine });
    installFusedOperations();
  });

  it('has the values and the gradient of the stock layer, without comparisons', () => {
    const [stock, ours] = [results(stockCall, 6), results(prototype.call, 6)];
    expect(ours.values).toEqual(stock.values);
    expect(stock.values[1]).toEqual([0, 0, 0, 0, -0.5, 0.5, 1.5, 2.5, 0, 0, 0, 0]);
    expect(stock.kernelNames).toContain('LessEqual');
    expect(ours.kernelNames.filter((name) => /Equal|Select|LogicalAnd/.test(name))).toEqual([]);
  });

  it('passes no gradient where it is cut off', async () => {
    const x = tf.tensor1d([0, 6]);
    const gradient = tf.tidy(() => tf.grad(tf.relu6)(x));
    expect(Array.from(await gradient.data())).toEqual([0, 0]);
    tf.dispose([x, gradient]);
  });

  it('is left to the stock layer at other values', () => {
    for (const maxValue of [undefined, 3]) {
      expect(results(prototype.call, maxValue).kernelNames).not.toContain('Relu6');
    }
  });

  it('has a gradient of the gradient', async () => {
    const x = tf.tensor1d([-1, 2, 7]);
    const square = (input: tf.Tensor) => tf.square(tf.relu6(input));
    const second = tf.tidy(() => tf.grad((a) => tf.sum(tf.square(tf.grad(square)(a))))(x));
    // The gradient of x² is 2x, whose square has 8x.
    expect(Array.from(await second.data())).toEqual([0, 16, 0]);
    tf.dispose([x, second]);
  });
});
