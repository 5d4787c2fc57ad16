import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import {
  input,
  layers,
  model,
  sequential,
  type LayersModel,
  type SymbolicTensor,
} from '@tensorflow/tfjs-layers';
import { useEngine } from 'hpa-kit/node';
import { beforeAll, describe, expect, test, vi } from 'vitest';

const conv = (x: SymbolicTensor, filters = 4) =>
  layers.conv2d({ filters, kernelSize: 3, padding: 'same', useBias: false }).apply(x) as SymbolicTensor;
const normal = (x: SymbolicTensor) => layers.batchNormalization().apply(x) as SymbolicTensor;
const relu = (x: SymbolicTensor) => layers.activation({ activation: 'relu' }).apply(x) as SymbolicTensor;
const add = (...terms: SymbolicTensor[]) => layers.add().apply(terms) as SymbolicTensor;
const score = (x: SymbolicTensor) =>
  layers
    .dense({ units: 2, activation: 'sigmoid' })
    .apply(layers.globalAveragePooling2d({}).apply(x)) as SymbolicTensor;

const unit = (x: SymbolicTensor) => relu(normal(conv(x)));

/** Models in which an output is read more than once, or by what is no layer of the model. */
const MODELS: Record<string, (image: SymbolicTensor) => SymbolicTensor | SymbolicTensor[]> = {
  'a chain': (image) => score(unit(unit(image))),
  'residual connections': (image) => {
    const x = unit(image);
    const scaled = layers.rescaling({ scale: 0.2, offset: 0 }).apply(normal(conv(x))) as SymbolicTensor;
    return score(relu(add(x, scaled)));
  },
  'an output added to itself': (image) => {
    const x = unit(image);
    return score(add(x, x, unit(x)));
  },
  'branches put together': (image) => {
    const x = unit(image);
    return score(layers.concatenate().apply([unit(x), unit(x), x]) as SymbolicTensor);
  },
  'a layer used twice': (image) => {
    const shared = layers.conv2d({ filters: 3, kernelSize: 3, padding: 'same' });
    const once = relu(shared.apply(image) as SymbolicTensor);
    return score(unit(shared.apply(once) as SymbolicTensor));
  },
  'a model as a layer': (image) => {
    const inner = sequential({
      layers: [
        layers.conv2d({ filters: 3, kernelSize: 3, inputShape: [6, 6, 3] }),
        layers.activation({ activation: 'relu' }),
      ],
    });
    const x = layers.conv2d({ filters: 3, kernelSize: 3, padding: 'same' }).apply(image) as SymbolicTensor;
    return score(unit(inner.apply(x) as SymbolicTensor));
  },
  'an output from the middle': (image) => {
    const x = unit(image);
    return [score(x), score(unit(x))];
  },
  'a layer that changes nothing': (image) => {
    const same = layers.activation({ activation: 'linear' });
    return score(unit(layers.dropout({ rate: 0 }).apply(same.apply(unit(image))) as SymbolicTensor));
  },
};

function build(name: string): LayersModel {
  const image = input({ shape: [6, 6, 3] });
  return model({ inputs: image, outputs: MODELS[name]!(image) });
}

const RATE = 0.1;
const bytes = (tensors: tf.Tensor[]) => tensors.map((tensor) => Array.from(tensor.dataSync()));

describe.each(['wasm', 'cpu'] as const)('a training step on %s', (engine) => {
  beforeAll(async () => {
    await useEngine({ engine });
  });

  test.each(Object.keys(MODELS))('with %s, computes what tfjs computes', async (name) => {
    const net = build(name);
    const x = tf.randomNormal([2, 6, 6, 3], 0, 1, 'float32', 1);
    const y = tf.tensor2d([0, 1, 1, 0], [2, 2]);
    const ys = net.outputs.map(() => y);
    const weights = net.trainableWeights.map((weight) => weight.name);
    const startOf = bytes(net.getWeights());
    // By the gradients, with nothing freed on the way.
    const { value, grads } = tf.variableGrads(() => {
      const outputs = net.apply(x, { training: true }) as tf.Tensor | tf.Tensor[];
      const losses = [outputs].flat().map((output) => tf.mean(tf.square(tf.sub(y, output))));
      return tf.addN(losses) as tf.Scalar;
    });
    const expected = new Map(
      net.trainableWeights.map((weight) => {
        const stepped = tf.tidy(() =>
          Array.from(tf.sub(weight.read(), tf.mul(grads[weight.name]!, RATE)).dataSync()),
        );
        return [weight.name, stepped];
      }),
    );
    const movedOnce = bytes(net.nonTrainableWeights.map((weight) => weight.read()));
    net.setWeights(startOf.map((values, i) => tf.tensor(values, net.weights[i]!.shape as number[])));

    const optimizer = tf.train.sgd(RATE);
    net.compile({ optimizer, loss: 'meanSquaredError' });
    const reported = [await net.trainOnBatch(x, ys)].flat()[0] as number;
    expect(reported).toBeCloseTo(value.dataSync()[0]!, 6);
    for (const [i, weight] of net.trainableWeights.entries()) {
      const actual = weight.read().dataSync();
      const want = expected.get(weights[i]!)!;
      for (const [k, number] of want.entries()) expect(actual[k]).toBeCloseTo(number, 6);
    }
    expect(bytes(net.nonTrainableWeights.map((weight) => weight.read()))).toEqual(movedOnce);
    tf.dispose([x, y, value, grads]);
    optimizer.dispose();
    net.dispose();
  });

  test('leaves no tensors, step after step', async () => {
    const net = build('residual connections');
    net.compile({ optimizer: 'adam', loss: 'meanSquaredError' });
    const [x, y] = [tf.ones([2, 6, 6, 3]), tf.ones([2, 2])];
    await net.trainOnBatch(x, y);
    const before = tf.memory().numTensors;
    for (let i = 0; i < 3; i++) await net.trainOnBatch(x, y);
    expect(tf.memory().numTensors).toBe(before);
    await net.fit(x, y, { epochs: 1 });
    expect(tf.memory().numTensors).toBe(before);
    tf.dispose([x, y]);
    net.dispose();
  });

  test('holds much less than tfjs does', async () => {
    const image = input({ shape: [16, 16, 3] });
    let x = unit(image);
    for (let i = 0; i < 12; i++) x = unit(x);
    const net = model({ inputs: image, outputs: score(x) });
    const [xs, ys] = [tf.ones([8, 16, 16, 3]), tf.ones([8, 2])];
    net.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
    await net.trainOnBatch(xs, ys);
    const start = tf.memory().numBytes;
    let peak = 0;
    const runKernel = tf.engine().runKernel.bind(tf.engine());
    vi.spyOn(tf.engine(), 'runKernel').mockImplementation((...args) => {
      const result = runKernel(...args);
      peak = Math.max(peak, tf.memory().numBytes - start);
      return result;
    });
    await net.trainOnBatch(xs, ys);
    const here = peak;
    peak = 0;
    const { value, grads } = tf.variableGrads(() =>
      tf.mean<tf.Scalar>(tf.square(tf.sub(ys, net.apply(xs, { training: true }) as tf.Tensor))),
    );
    vi.restoreAllMocks();
    expect(here).toBeLessThan(0.7 * peak);
    tf.dispose([xs, ys, value, grads]);
    net.dispose();
  });
});

describe('sums', () => {
  beforeAll(async () => {
    await useEngine({ engine: 'cpu' });
  });

  const gradientsOf = (f: (...xs: tf.Tensor[]) => tf.Tensor, xs: tf.Tensor[]) =>
    tf.tidy(() => bytes(tf.grads((...of) => tf.sum(tf.square(f(...of))))(xs)));

  test.each([
    [2, 0],
    [0.5, -1],
    [1, 0],
    [1, 3],
  ])('Rescaling by %f and %f has the values and the gradient of its formula', (scale, offset) => {
    const layer = layers.rescaling({ scale, offset });
    const x = tf.tensor2d([1, -2, 3, 4], [2, 2]);
    const formula = (of: tf.Tensor) => tf.add(tf.mul(of, scale), offset);
    const applied = (of: tf.Tensor) => layer.apply(of) as tf.Tensor;
    expect(bytes([applied(x)])).toEqual(bytes([formula(x)]));
    expect(gradientsOf(applied, [x])).toEqual(gradientsOf(formula, [x]));
  });

  test('Add has the values and the gradients of a sum, also of terms of other shapes', () => {
    const layer = layers.add();
    const applied = (...terms: tf.Tensor[]) => layer.apply(terms) as tf.Tensor;
    const sum = (...terms: tf.Tensor[]) => terms.reduce((a, b) => tf.add(a, b));
    const terms = [1, 2, 3].map((seed) => tf.randomNormal([2, 3], 0, 1, 'float32', seed));
    for (const of of [terms, [terms[0]!, tf.tensor2d([1, 2], [2, 1])], [terms[0]!, terms[0]!]]) {
      expect(bytes([applied(...of)])).toEqual(bytes([sum(...of)]));
      expect(gradientsOf(applied, of)).toEqual(gradientsOf(sum, of));
    }
  });
});
