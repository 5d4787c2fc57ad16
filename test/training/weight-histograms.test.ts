import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { weightHistograms } from 'hpa-kit';

beforeAll(() => tf.setBackend('cpu'));

/** A dense layer with these weights, named as the test wants. */
function denseOf(kernel: number[], name = 'dense'): tfl.LayersModel {
  const layer = tfl.layers.dense({ units: 1, inputShape: [kernel.length], useBias: false, name });
  const model = tfl.sequential({ layers: [layer] });
  tf.tidy(() => {
    layer.setWeights([tf.tensor2d(kernel, [kernel.length, 1])]);
  });
  return model;
}

describe('weightHistograms', () => {
  // x = np.array(kernel, np.float32).astype(np.float64); np.histogram(x, bins), x.mean(), x.std()
  it.each([
    {
      kernel: [0, 0, -1.5, 0.25, 0.1, 0.3, 2, -0.3, 1.1],
      bins: 7,
      counts: [1, 0, 1, 5, 0, 1, 1],
      edges: [-1.5, -1, -0.5, 0, 0.5, 1, 1.5, 2],
      mean: 0.21666666948133045,
      deviation: 0.9000000034616072,
      zeros: 2 / 9,
    },
    {
      // Values at edges, which float32 rounds to either side.
      kernel: Array.from({ length: 11 }, (_, i) => i / 10),
      bins: 10,
      counts: [1, 1, 1, 1, 1, 1, 2, 0, 2, 1],
      edges: [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1],
      mean: 0.5,
      deviation: Math.sqrt(0.1),
      zeros: 1 / 11,
    },
    { kernel: [1, 1, 1, 1], bins: 2, counts: [0, 4], edges: [0.5, 1, 1.5], mean: 1, deviation: 0, zeros: 0 },
  ])('counts $kernel as numpy.histogram does', async ({ kernel, bins, ...expected }) => {
    const model = denseOf(kernel);
    const { numTensors } = tf.memory();
    const [histogram] = await weightHistograms(model, { bins });
    expect(tf.memory().numTensors).toBe(numTensors);
    expect(histogram).toMatchObject({ name: 'dense/kernel', shape: [kernel.length, 1], size: kernel.length });
    expect(histogram!.counts).toEqual(expected.counts);
    for (const [i, edge] of expected.edges.entries()) expect(histogram!.edges[i]).toBeCloseTo(edge, 12);
    for (const key of ['mean', 'deviation', 'zeros'] as const)
      expect(histogram![key]).toBeCloseTo(expected[key], 7);
    model.dispose();
  });

  it('counts NaN and infinities apart', async () => {
    const model = denseOf([NaN, 1, Infinity, 3, -Infinity, 0]);
    const [histogram] = await weightHistograms(model, { bins: 3 });
    expect(histogram).toMatchObject({ size: 6, nonFinite: 3, counts: [1, 1, 1], zeros: 1 / 3 });
    expect(histogram!.mean).toBeCloseTo(4 / 3, 12);
    const [lost] = await weightHistograms(denseOf([NaN, NaN]));
    expect(lost).toMatchObject({ nonFinite: 2, edges: [], counts: [], mean: null, deviation: null });
    expect(JSON.parse(JSON.stringify(lost))).toEqual(lost);
    model.dispose();
  });

  it('names every weight once, those of nested models too, trained or not', async () => {
    const inner = denseOf([1, 2], 'inner');
    const model = tfl.sequential({
      layers: [inner, tfl.layers.batchNormalization({ name: 'norm', trainable: false })],
    });
    const names = (await weightHistograms(model)).map(({ name }) => name);
    expect(names).toHaveLength(5);
    expect(new Set(names).size).toBe(5);
    expect(names[0]).toMatch(/\/inner\/kernel$/);
    expect(names).toEqual(expect.arrayContaining(['norm/gamma', 'norm/moving_variance']));
    model.dispose();
  });

  it('refuses no bins', async () => {
    await expect(weightHistograms(denseOf([1]), { bins: 0 })).rejects.toThrow(
      /bins must be a positive integer/,
    );
  });
});
