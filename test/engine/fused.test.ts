import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { useEngine } from 'hpa-kit/node';
import { installFusedOperations } from '../../src/engine/fused/install';
import { relativeError } from '../engines';
import { calls, withReferenceKernels } from './fused-reference-kernels';

// Float32 rounding of the composed operations; the reference kernels are exact.
const TOLERANCE = 2e-5;
const normal = (shape: number[], seed: number) => tf.randomNormal(shape, 0, 1, 'float32', seed);
const prototypeOf = (layer: object) => Object.getPrototypeOf(layer) as Record<string, unknown>;

beforeAll(async () => {
  await useEngine({ engine: 'cpu' });
  installFusedOperations();
});

/** A layer's output, its gradients for x and for its weights, and its weights after the call, in training. */
async function layerInTraining(make: () => tfl.layers.Layer, x: tf.Tensor): Promise<Float32Array[]> {
  const layer = make();
  layer.build(x.shape);
  const drawn = tf.tidy(() => layer.getWeights().map(({ shape }, i) => tf.abs(normal(shape, 20 + i))));
  layer.setWeights(drawn);
  tf.dispose(drawn);
  const results = tf.tidy(() => {
    const input = tf.variable(x);
    const variables = [input, ...layer.trainableWeights.map((w) => w.read() as unknown as tf.Variable)];
    let y: tf.Tensor | undefined;
    const { grads } = tf.variableGrads(() => {
      y = tf.keep(layer.apply(input, { training: true }) as tf.Tensor);
      return tf.sum(tf.mul(y, normal(y.shape, 2)));
    }, variables);
    input.dispose();
    y!.kept = false;
    return [
      y!,
      ...variables.map(({ name }) => grads[name]!),
      ...layer.weights.map((w) => tf.clone(w.read())),
    ];
  });
  const values = await Promise.all(results.map((result) => result.data() as Promise<Float32Array>));
  tf.dispose([results, layer.weights.map((weight) => weight.read())]);
  return values;
}

/** The same values, gradients and weights with the kernels as without, and the kernels called. */
async function expectSameAsStock(
  make: () => tfl.layers.Layer,
  shape: number[],
  kernels: string[],
  seed = 1,
): Promise<void> {
  const x = normal(shape, seed);
  const before = tf.memory().numTensors;
  const stock = await layerInTraining(make, x);
  const fused = await withReferenceKernels(() => layerInTraining(make, x));
  expect(tf.memory().numTensors).toBe(before);
  expect(calls.map(({ name }) => name)).toEqual(kernels);
  expect(fused.length).toBe(stock.length);
  fused.forEach((values, i) => {
    expect(relativeError(values, stock[i]!), `result ${i}`).toBeLessThan(TOLERANCE);
  });
  x.dispose();
}

describe('batch normalization in training', () => {
  const KERNELS = ['BatchNormTraining', 'BatchNormTrainingGrad'];

  it.each([
    ['2', [7, 5], {}],
    ['3', [4, 6, 3], { axis: 2 }],
    ['4', [3, 5, 4, 6], { momentum: 0.7, epsilon: 0.01 }],
  ])('over rank %s has the stock values, gradients and moving averages', async (_, shape, options) => {
    await expectSameAsStock(() => tfl.layers.batchNormalization(options), shape, KERNELS);
  });

  it('over rank 5, which the stock layer refuses, does as over the same values in rank 2', async () => {
    const make = () => tfl.layers.batchNormalization();
    const x = normal([2, 3, 2, 2, 4], 1);
    const five = await withReferenceKernels(() => layerInTraining(make, x));
    const two = await withReferenceKernels(() => layerInTraining(make, tf.reshape(x, [-1, 4])));
    // The gradient that arrives is drawn by the number of elements.
    expect(five).toEqual(two);
    await expect(layerInTraining(make, x)).rejects.toThrow(/rank 5/);
  });

  it('without scale and center is that with ones and zeros', async () => {
    const x = normal([6, 4], 1);
    const bare = await withReferenceKernels(() =>
      layerInTraining(() => tfl.layers.batchNormalization({ scale: false, center: false }), x),
    );
    const columns = tf.tidy(() => {
      const { mean, variance } = tf.moments(x, 0);
      return tf.div(tf.sub(x, mean), tf.sqrt(tf.add(variance, 1e-3)));
    });
    expect(relativeError(bare[0]!, await columns.data())).toBeLessThan(TOLERANCE);
    tf.dispose([x, columns]);
  });

  it('computes no gradient of an input that needs none', async () => {
    const model = tfl.sequential({ layers: [tfl.layers.batchNormalization({ inputShape: [4, 4, 3] })] });
    model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
    const [x, y] = [normal([2, 4, 4, 3], 1), normal([2, 4, 4, 3], 2)];
    await withReferenceKernels(() => model.trainOnBatch(x, y));
    expect(calls.map(({ attrs }) => attrs['inputGradient'])).toEqual([undefined, false]);
    tf.dispose([x, y]);
    model.dispose();
  });

  it('over another axis and in prediction is left to the stock layer', async () => {
    const layer = tfl.layers.batchNormalization({ axis: 1 });
    const other = tfl.layers.batchNormalization();
    const x = normal([3, 4], 1);
    const stock = other.apply(x) as tf.Tensor;
    await withReferenceKernels(() => {
      const image = normal([3, 4, 5, 2], 1);
      const fused = other.apply(x) as tf.Tensor;
      expect(fused.dataSync()).toEqual(stock.dataSync());
      tf.dispose([image, fused, layer.apply(image, { training: true }) as tf.Tensor]);
    });
    expect(calls).toEqual([]);
    tf.dispose([x, stock, [...layer.weights, ...other.weights].map((weight) => weight.read())]);
  });

  it('has gradients of gradients, as the stock layer', async () => {
    const layer = tfl.layers.batchNormalization();
    const x = normal([5, 3], 1);
    layer.build(x.shape);
    const penalty = () =>
      tf.tidy(() =>
        tf
          .grad((a) =>
            tf.sum(
              tf.square(
                tf.grad((b) => tf.sum(tf.square(layer.apply(b, { training: true }) as tf.Tensor)))(a),
              ),
            ),
          )(x)
          .dataSync(),
      );
    const stock = penalty();
    expect(relativeError(await withReferenceKernels(penalty), stock)).toBeLessThan(TOLERANCE);
    tf.dispose([x, layer.weights.map((weight) => weight.read())]);
  });
});

describe('conv2d', () => {
  const conv = (options: object) => () => tfl.layers.conv2d({ filters: 4, kernelSize: 3, ...options });

  it.each([
    ['valid', {}],
    ['same, stride 2', { padding: 'same', strides: 2 }],
    ['1×5, strides 1 and 2', { kernelSize: [1, 5], strides: [1, 2], padding: 'same' }],
  ])('with ReLU or none has the stock values and gradients (%s)', async (_, options) => {
    await expectSameAsStock(conv({ activation: 'relu', ...options }), [2, 7, 8, 3], ['ReluBiasGrad']);
    await expectSameAsStock(conv(options), [2, 7, 8, 3], ['BiasAddGrad']);
  });

  it.each([
    ['without bias', ['ReluGrad'], { activation: 'relu', useBias: false }],
    ['with another activation', [], { activation: 'elu' }],
    ['with channels first', [], { dataFormat: 'channelsFirst', kernelSize: 1 }],
  ])('%s is left to the stock layer', async (_, kernels, options) => {
    await expectSameAsStock(conv(options), [2, 7, 8, 3], kernels);
  });

  it('dilated is left to the stock layer, which has no gradient and says so', async () => {
    const layer = conv({ activation: 'relu', dilationRate: 2 })();
    const x = normal([1, 7, 7, 2], 1);
    await withReferenceKernels(() => {
      expect(() => tf.tidy(() => tf.grad((a) => layer.apply(a) as tf.Tensor)(x))).toThrow(/dilation/);
    });
    tf.dispose([x, layer.weights.map((weight) => weight.read())]);
  });

  it('computes no gradient of an input that needs none', async () => {
    const model = tfl.sequential({ layers: [conv({ activation: 'relu', inputShape: [6, 6, 2] })()] });
    model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
    const [x, y] = [normal([2, 6, 6, 2], 1), normal([2, 4, 4, 4], 2)];
    const profile = await withReferenceKernels(() => tf.profile(() => model.trainOnBatch(x, y)));
    expect(profile.kernelNames).toContain('Conv2DBackpropFilter');
    expect(profile.kernelNames).not.toContain('Conv2DBackpropInput');
    tf.dispose([x, y]);
    model.dispose();
  });
});

describe('the gradient of ReLU', () => {
  const gradient = () =>
    tf.tidy(() => {
      const x = tf.tensor2d([[-2, -0, 0, 1e-30, 3]]); // prettier-ignore
      return Array.from(
        tf
          .grad((a) => tf.relu(a))(x, tf.tensor2d([[1, 2, 3, 4, 5]]))
          .dataSync(),
      );
    });

  it('is the same with the kernel as without', async () => {
    expect(gradient()).toEqual([0, 0, 0, 4, 5]);
    expect(await withReferenceKernels(gradient)).toEqual([0, 0, 0, 4, 5]);
    expect(calls.map(({ name }) => name)).toEqual(['ReluGrad']);
  });

  it('has a gradient itself', async () => {
    const second = () =>
      tf.tidy(() => {
        const ofSquare = (x: tf.Tensor) => tf.sum(tf.square(tf.grad((a) => tf.square(tf.relu(a)))(x)));
        return Array.from(
          tf
            .grad(ofSquare)(tf.tensor1d([-1, 2]))
            .dataSync(),
        );
      });
    expect(second()).toEqual([0, 16]);
    expect(await withReferenceKernels(second)).toEqual([0, 16]);
  });
});

describe('Adam', () => {
  const target = tf.tensor1d([1, -2, 3]);
  // Of seven steps, whose float32 operations come in another order.
  const ROUNDING = 5e-6;
  const OPTIONS = [0.05, 0.8, 0.95, 1e-3] as const;

  /** Steps towards the target from where the variables are. */
  function descend(optimizer: tf.Optimizer, [weights, bias, idle]: tf.Variable[], steps: number): void {
    const loss = () => tf.sum<tf.Scalar>(tf.square(tf.sub(tf.add(tf.square(weights!), bias!), target)));
    for (let i = 0; i < steps; i++) {
      const { value, grads } = tf.variableGrads(loss, [weights!, bias!]);
      // As the optimizer's own minimize does for variables that the loss doesn't depend on.
      optimizer.applyGradients({ ...grads, [idle!.name]: null as unknown as tf.Tensor });
      tf.dispose([value, grads]);
    }
  }

  async function train(steps: number, pause?: number): Promise<{ names: string[]; values: number[][] }> {
    const variables = [
      tf.variable(tf.tensor1d([0.5, -1, 2]), true, 'w'),
      tf.variable(tf.scalar(0.3), true, 'b'),
    ];
    variables.push(tf.variable(tf.scalar(7), true, 'idle'));
    let optimizer = tf.train.adam(...OPTIONS);
    if (pause !== undefined) {
      descend(optimizer, variables, pause);
      const saved = (await optimizer.getWeights()).map(({ name, tensor }) => ({
        name,
        tensor: tf.clone(tensor),
      }));
      optimizer.dispose();
      optimizer = tf.train.adam(...OPTIONS);
      await optimizer.setWeights(saved);
    }
    descend(optimizer, variables, steps - (pause ?? 0));
    const weights = await optimizer.getWeights();
    const values = [...variables, ...weights.map(({ tensor }) => tensor)];
    const result = {
      names: weights.map(({ name }) => name),
      values: values.map((tensor) => Array.from(tensor.dataSync())),
    };
    weights[0]!.tensor.dispose();
    optimizer.dispose();
    tf.dispose(variables);
    return result;
  }

  it('moves the weights and keeps the state of the stock optimizer', async () => {
    const stock = await train(7);
    const fused = await withReferenceKernels(() => train(7));
    expect(calls.map(({ name }) => name)).toEqual(Array(14).fill('AdamUpdate'));
    expect(fused.names).toEqual(stock.names);
    expect(stock.names).toEqual(['iter', 'w/m', 'b/m', 'idle/m', 'w/v', 'b/v', 'idle/v']);
    fused.values.forEach((values, i) => {
      expect(relativeError(values, stock.values[i]!), `value ${i}`).toBeLessThan(ROUNDING);
    });
  });

  it('goes on from saved state as if it had not stopped', async () => {
    const whole = await train(7);
    const resumed = await withReferenceKernels(() => train(7, 3));
    resumed.values.forEach((values, i) => {
      expect(relativeError(values, whole.values[i]!), `value ${i}`).toBeLessThan(ROUNDING);
    });
  });

  it('leaves no tensor but its state', async () => {
    const variables = [
      tf.variable(tf.tensor1d([1, 2, 3])),
      tf.variable(tf.scalar(0)),
      tf.variable(tf.scalar(0)),
    ];
    const optimizer = tf.train.adam();
    await withReferenceKernels(() => {
      descend(optimizer, variables, 1);
      const before = tf.memory().numTensors;
      descend(optimizer, variables, 3);
      expect(tf.memory().numTensors).toBe(before);
    });
    optimizer.dispose();
    tf.dispose(variables);
  });
});

describe('installFusedOperations', () => {
  beforeEach(() => {
    vi.resetModules();
  });

  it('changes nothing the second time, also from another copy of the package', async () => {
    const methods = () => [
      prototypeOf(tfl.layers.batchNormalization({ name: 'a' }))['call'],
      prototypeOf(tfl.layers.conv2d({ filters: 1, kernelSize: 1, name: 'b' }))['call'],
      prototypeOf(tfl.layers.dropout({ rate: 0.5, name: 'c' }))['call'],
      (tf.AdamOptimizer.prototype as unknown as Record<string, unknown>)['applyGradients'],
      ...['Relu', 'BatchNormTraining'].map((name) => tf.getGradient(name).gradFunc),
    ];
    const before = methods();
    const copy = await import('../../src/engine/fused/install');
    expect(copy.installFusedOperations).not.toBe(installFusedOperations);
    copy.installFusedOperations();
    installFusedOperations();
    methods().forEach((method, i) => {
      expect(method).toBe(before[i]);
    });
  });

  it('takes no number from the names that tfjs gives to layers', () => {
    const number = () => Number(/\d+$/.exec(tfl.layers.batchNormalization().name)![0]);
    const before = number();
    installFusedOperations();
    expect(number()).toBe(before + 1);
  });
});
