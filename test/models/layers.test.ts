/** The layers that tfjs-layers has none of. */
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import {
  input,
  loadLayersModel,
  model as modelOf,
  type LayersModel,
  type SymbolicTensor,
} from '@tensorflow/tfjs-layers';
import { buildModel, setDropoutStep } from 'hpa-kit';
import { beforeAll, describe, expect, test } from 'vitest';
import { Graph } from '../../src/models/graph';
import { fillByFormula, formulaImage } from './formula';

beforeAll(() => tf.setBackend('cpu'));

async function savedAndLoaded(model: LayersModel): Promise<LayersModel> {
  const saved = await new Promise<tf.io.ModelArtifacts>((resolve, reject) => {
    const info: tf.io.ModelArtifactsInfo = { dateSaved: new Date(0), modelTopologyType: 'JSON' };
    const handler = tf.io.withSaveHandler((artifacts) => {
      resolve(artifacts);
      return Promise.resolve({ modelArtifactsInfo: info });
    });
    model.save(handler).catch(reject);
  });
  // As from a file: what JSON can't hold is lost.
  return loadLayersModel(
    tf.io.fromMemory({ ...saved, modelTopology: JSON.parse(JSON.stringify(saved.modelTopology)) as object }),
  );
}

/** A model of one layer of maps with two channels. */
function oneLayer(
  seed: number | undefined,
  add: (graph: Graph, x: SymbolicTensor) => SymbolicTensor,
): LayersModel {
  const image = input({ shape: [2, 3, 2] });
  return modelOf({ inputs: image, outputs: add(new Graph({ seed }), image) });
}

const values = (model: LayersModel, x: tf.Tensor, training = true) =>
  tf.tidy(() => Array.from((model.apply(x, { training }) as tf.Tensor).dataSync()));

describe('stochastic depth', () => {
  const dropping = (rate: number, seed?: number, name = 'drop') =>
    oneLayer(seed, (graph, x) => graph.stochasticDepth(x, rate, name));
  /** The factors that a thousand samples were multiplied with. */
  const factors = (model: LayersModel, samples = 1000) => {
    const x = tf.ones([samples, 2, 3, 2]);
    const all = values(model, x);
    x.dispose();
    const firsts = all.filter((_, i) => i % 12 === 0);
    expect(all).toEqual(firsts.flatMap((first) => Array<number>(12).fill(first)));
    return firsts;
  };

  test('drops whole samples, and scales the others so that the mean stays', () => {
    for (const seed of [undefined, 3]) {
      const drawn = factors(dropping(0.2, seed), 5000);
      expect(new Set(drawn)).toEqual(new Set([0, 1.25]));
      // The share has a deviation of 0.0057.
      expect(Math.abs(drawn.filter((factor) => factor === 0).length / 5000 - 0.2)).toBeLessThan(0.03);
      expect(Math.abs(drawn.reduce((sum, factor) => sum + factor, 0) / 5000 - 1)).toBeLessThan(0.04);
    }
  });

  test('keeps what it keeps, and changes nothing in inference or at rate 0', () => {
    const x = formulaImage(16, [2, 3, 2]);
    const before = Array.from(x.dataSync());
    const dropped = values(dropping(0.5, 1), x);
    const kept = dropped.map((value, i) => (value === 0 ? 0 : before[i]! * 2));
    expect(dropped).toEqual(kept);
    expect(kept.some((value) => value === 0) && kept.some((value) => value > 0)).toBe(true);
    expect(values(dropping(0.5, 1), x, false)).toEqual(before);
    expect(values(dropping(0, 1), x)).toEqual(before);
    x.dispose();
  });

  test('passes gradients of the samples that it keeps only', () => {
    const x = tf.ones([64, 2, 3, 2]);
    const [model, twin] = [dropping(0.5, 1), dropping(0.5, 1)];
    const gradient = tf.tidy(() => {
      const slope = tf.grad((image: tf.Tensor) => model.apply(image, { training: true }) as tf.Tensor);
      return Array.from(slope(x).dataSync());
    });
    expect(gradient).toEqual(values(twin, x));
    x.dispose();
  });

  test('with a seed depends on it, the name and the step alone', () => {
    const model = dropping(0.5, 1);
    const [first, second] = [factors(model), factors(model)];
    expect(second).not.toEqual(first);
    expect(factors(dropping(0.5, 1))).toEqual(first);
    expect(factors(dropping(0.5, 2))).not.toEqual(first);
    expect(factors(dropping(0.5, 1, 'other'))).not.toEqual(first);
    setDropoutStep(model, 1);
    expect(factors(model)).toEqual(second);
    expect(factors(dropping(0.5))).not.toEqual(factors(dropping(0.5)));
  });

  test('saved and loaded, drops the same', async () => {
    const model = dropping(0.5, 1);
    model.getLayer('drop').trainable = false;
    const loaded = await savedAndLoaded(model);
    expect(factors(loaded)).toEqual(factors(model));
    expect(loaded.getLayer('drop').trainable).toBe(false);
    expect(loaded.getLayer('drop').getConfig()).toMatchObject({ rate: 0.5, seed: 1 });
  });

  test('has rates that grow with depth, and is off where dropout is', async () => {
    const rates = async (options: { dropout?: number }) => {
      const model = await buildModel('efficientNetB0', { inputShape: [32, 32, 4], ...options });
      const found = model.layers
        .filter((layer) => layer.getClassName() === 'StochasticDepth')
        .map((layer) => layer.getConfig()['rate'] as number);
      model.dispose();
      return found;
    };
    // Of sixteen blocks, those with a shortcut.
    const expected = [2, 4, 6, 7, 9, 10, 12, 13, 14].map((block) => (0.2 * block) / 16);
    expect(await rates({})).toEqual(expected);
    expect(await rates({ dropout: 0.4 })).toEqual(expected);
    expect(await rates({ dropout: 0 })).toEqual(expected.map(() => 0));
  });
});

describe('layer scale', () => {
  const scaling = () => oneLayer(1, (graph, x) => graph.layerScale(x, 0.5, 'scale'));

  test('multiplies channels by gamma, and learns it', () => {
    const model = scaling();
    const x = formulaImage(2, [2, 3, 2]);
    const before = Array.from(x.dataSync());
    expect(values(model, x)).toEqual(before.map((value) => value / 2));
    const [gamma] = model.trainableWeights;
    expect(gamma).toMatchObject({ originalName: 'scale/gamma', shape: [2] });
    model.setWeights([tf.tensor1d([2, -4])]);
    expect(values(model, x)).toEqual(before.map((value, i) => value * (i % 2 === 0 ? 2 : -4)));
    const { grads } = tf.variableGrads(() => tf.sum(model.apply(x, { training: true }) as tf.Tensor));
    const sums = [0, 1].map((channel) =>
      before.filter((_, i) => i % 2 === channel).reduce((sum, v) => sum + v),
    );
    Object.values(grads)[0]!
      .dataSync()
      .forEach((value, i) => {
        expect(value).toBeCloseTo(sums[i]!, 4);
      });
    tf.dispose([x, grads]);
    model.dispose();
  });

  test('saved and loaded, gives the same', async () => {
    const model = scaling();
    fillByFormula(model);
    model.getLayer('scale').trainable = false;
    const loaded = await savedAndLoaded(model);
    const x = formulaImage(2, [2, 3, 2]);
    expect(values(loaded, x)).toEqual(values(model, x));
    expect(loaded.trainableWeights).toEqual([]);
    x.dispose();
    model.dispose();
    loaded.dispose();
  });
});

test('hard swish and hard sigmoid are what Keras and PyTorch call so', () => {
  const xs = [-5, -3, -2, 0, 1.5, 3, 4];
  const x = tf.tensor(xs.flatMap((value) => [value, value]), [1, 7, 2, 1]); // prettier-ignore
  const image = input({ shape: [7, 2, 1] });
  const graph = new Graph({});
  const model = modelOf({ inputs: image, outputs: [graph.hardSigmoid(image), graph.hardSwish(image)] });
  const [sigmoid, swish] = tf.tidy(() =>
    (model.predict(x) as tf.Tensor[]).map((y) => Array.from(y.dataSync()).filter((_, i) => i % 2 === 0)),
  ) as unknown as [number[], number[]];
  const expected = [0, 0, 1 / 6, 0.5, 0.75, 1, 1];
  sigmoid.forEach((value, i) => {
    expect(value).toBeCloseTo(expected[i]!, 6);
  });
  swish.forEach((value, i) => {
    expect(value).toBeCloseTo(xs[i]! * expected[i]!, 6);
  });
  x.dispose();
});
