import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { useEngine } from 'hpa-kit/node';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { wrapLayerNormalization } from '../../src/engine/layer-norm-layer';

type Call = (inputs: tf.Tensor, kwargs: object) => tf.Tensor;
const prototype = Object.getPrototypeOf(tfl.layers.layerNormalization()) as { call: Call };
const stockCall = prototype.call;
// Engines replace it.
const { relativeError } = await import('../engines');

const normal = (shape: number[], seed: number) => tf.randomNormal(shape, 0.5, 2, 'float32', seed);

/** The output and the gradients of input and weights, and the kernels that ran. */
function results(call: Call, options: object, x: tf.Tensor) {
  const layer = tfl.layers.layerNormalization({ epsilon: 1e-3, ...options });
  layer.build(x.shape);
  const drawn = layer.getWeights().map(({ shape }, i) => normal(shape, 20 + i));
  layer.setWeights(drawn);
  const weights = layer.trainableWeights.map((weight) => weight.read() as unknown as tf.Variable);
  const input = tf.variable(x);
  const kernels = vi.spyOn(tf.engine(), 'runKernel');
  const values = tf.tidy(() => {
    const y = call.call(layer, input, {});
    const dy = normal(y.shape, 2);
    const loss = () => tf.sum<tf.Scalar>(tf.mul(call.call(layer, input, {}), dy));
    const { grads } = tf.variableGrads(loss, [input, ...weights]);
    const read = (tensor: tf.Tensor) => tensor.dataSync<'float32'>();
    return [y, ...[input, ...weights].map(({ name }) => grads[name]!)].map(read);
  });
  const kernelNames = kernels.mock.calls.map(([name]) => name);
  kernels.mockRestore();
  tf.dispose([drawn, input, weights]);
  return { values, kernelNames };
}

describe.each(['cpu', 'wasm'] as const)('layer normalization on %s', (engine) => {
  beforeAll(async () => {
    await useEngine(engine === 'wasm' ? { engine, threads: 1 } : { engine });
    wrapLayerNormalization();
  });

  it.each([
    ['2', [7, 5], {}],
    ['3', [3, 4, 6], { axis: 2 }],
    ['4', [2, 3, 5, 8], { epsilon: 1e-6 }],
  ])('over rank %s has the stock values and gradients, and tiles nothing', (_, shape, options) => {
    const x = normal(shape, 1);
    const [stock, ours] = [results(stockCall, options, x), results(prototype.call, options, x)];
    expect(stock.kernelNames).toContain('Tile');
    expect(ours.kernelNames).not.toContain('Tile');
    expect(ours.values).toHaveLength(4);
    ours.values.forEach((values, i) => {
      expect(relativeError(values, stock.values[i]!), `result ${i}`).toBeLessThan(2e-5);
    });
    x.dispose();
  });

  it('normalises also what lies far from zero', async () => {
    const x = tf.tensor2d([[4096, 4097, 4098, 4099]]);
    const layer = tfl.layers.layerNormalization({ epsilon: 1e-6 });
    const y = layer.apply(x) as tf.Tensor;
    const expected = [-1.5, -0.5, 0.5, 1.5].map((value) => value / Math.sqrt(1.25));
    expect(relativeError(await y.data<'float32'>(), Float32Array.from(expected))).toBeLessThan(1e-6);
    tf.dispose([x, y, layer.weights.map((weight) => weight.read())]);
  });

  it('over other axes is left to the stock layer', () => {
    const x = normal([3, 4, 5], 1);
    for (const axis of [1, [1, 2], [2, 1]]) {
      expect(results(prototype.call, { axis }, x).kernelNames).toContain('Tile');
    }
    x.dispose();
  });

  it('without gamma or beta gives what the stock layer gives', () => {
    const x = normal([3, 4], 1);
    for (const options of [{ scale: false }, { center: false }]) {
      const layer = tfl.layers.layerNormalization(options);
      layer.build(x.shape);
      const [stock, ours] = [stockCall, prototype.call].map((call) => call.call(layer, x, {}));
      expect(ours!.dataSync()).toEqual(stock!.dataSync());
      tf.dispose([stock!, ours!, layer.weights.map((weight) => weight.read())]);
    }
    x.dispose();
  });

  it('has gradients of gradients, as the stock layer', () => {
    const x = normal([5, 3], 1);
    const layer = tfl.layers.layerNormalization();
    layer.build(x.shape);
    const penalty = (call: Call) =>
      tf.tidy(() => {
        const slope = tf.grad((b) => tf.sum(tf.exp(call.call(layer, b, {}))));
        return tf
          .grad((a) => tf.sum(tf.square(slope(a))))(x)
          .dataSync<'float32'>();
      });
    const stock = penalty(stockCall);
    expect(Math.max(...stock.map(Math.abs))).toBeGreaterThan(0.01);
    expect(relativeError(penalty(prototype.call), stock)).toBeLessThan(2e-5);
    tf.dispose([x, layer.weights.map((weight) => weight.read())]);
  });

  it('leaves no tensor behind', () => {
    const x = normal([3, 4], 1);
    const before = tf.memory().numTensors;
    results(prototype.call, {}, x);
    expect(tf.memory().numTensors).toBe(before);
    x.dispose();
  });
});
