import fc from 'fast-check';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { buildModel, syntheticCells } from 'hpa-kit';
import { useEngine } from 'hpa-kit/node';
import { FUSED_KERNELS } from '../../src/engine/fused/kernels';
import { registerNativeTrainingKernels } from '../../src/engine/native/register';
import { nativeIsInstalled, relativeError, valuesOn } from '../engines';
import { withReferenceKernels } from './fused-reference-kernels';

// Float32 sums of up to some thousand values in another order.
const TOLERANCE = 1e-5;
const normal = (shape: number[], seed: number) => tf.randomNormal(shape, 0, 1, 'float32', seed);
const runs = (numRuns: number) => ({ numRuns, seed: 7 });
const runKernel = (name: string, inputs: tf.NamedTensorMap, attrs: object) => {
  const outputs = tf.engine().runKernel<tf.Tensor>(name, inputs, attrs as tf.NamedAttrMap);
  return Array.isArray(outputs) ? (outputs as tf.Tensor[]) : [outputs];
};

/** Names of TensorFlow's operations that a computation on native runs. */
function operationsOf(compute: () => tf.Tensor): string[] {
  const names: string[] = [];
  const backend = tf.backend() as unknown as { binding: { executeOp: (...args: unknown[]) => unknown } };
  const { binding } = backend;
  const executeOp = (...args: unknown[]) => {
    names.push(args[0] as string);
    return binding.executeOp(...args);
  };
  backend.binding = Object.create(binding, { executeOp: { value: executeOp } }) as typeof binding;
  try {
    tf.tidy(compute);
  } finally {
    backend.binding = binding;
  }
  return names;
}

/** The same values on 'native' as on 'cpu', where the fused kernels are those of the reference; no tensor is left. */
async function expectSameOnNative(compute: () => tf.Tensor[], tolerance = TOLERANCE): Promise<void> {
  const before = tf.memory().numTensors;
  const expected = await withReferenceKernels(() => valuesOn('cpu', compute));
  const actual = await valuesOn('native', compute);
  expect(actual.length).toBe(expected.length);
  actual.forEach((values, i) => {
    expect(relativeError(values, expected[i]!), `result ${i}`).toBeLessThanOrEqual(tolerance);
  });
  expect(tf.memory().numTensors).toBe(before);
}

describe.skipIf(!nativeIsInstalled)('fused kernels on native', () => {
  beforeAll(async () => {
    await useEngine({ engine: 'native' });
  });

  it.each([[[9, 5]], [[4, 6, 3]], [[3, 5, 4, 6]], [[2, 3, 2, 3, 4]], [[1, 7]]])(
    'have the values of the formulas, of shape %s',
    async (shape) => {
      const channels = [shape.at(-1)!];
      await expectSameOnNative(() => {
        const [dy, gamma, beta] = [normal(shape, 2), normal(channels, 3), normal(channels, 4)];
        const x = tf.add(tf.mul(normal(shape, 1), 3), 10);
        const attrs = { epsilon: 1e-3, inputGradient: true };
        const [y, mean, variance] = runKernel('BatchNormTraining', { x, gamma, beta }, attrs);
        const gradients = { dy, x, gamma, mean: mean!, variance: variance! };
        return [
          ...[y!, mean!, variance!],
          ...runKernel('BatchNormTrainingGrad', gradients, attrs),
          ...runKernel('ReluGrad', { dy, y: tf.relu(y!) }, {}),
          ...runKernel('ReluBiasGrad', { dy, y: tf.relu(y!) }, {}),
          ...runKernel('BiasAddGrad', { dy }, {}),
        ];
      });
    },
  );

  it.each([[[]], [[7]], [[3, 2, 4, 5]]])("make Adam's step, of shape %s", async (shape) => {
    const attrs = {
      ...{ learningRate: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1e-4 },
      ...{ accBeta1: 0.9 ** 3, accBeta2: 0.999 ** 3 },
    };
    await expectSameOnNative(() => {
      const secondMoment = tf.square(normal(shape, 4));
      const inputs = { value: normal(shape, 1), gradient: normal(shape, 2), firstMoment: normal(shape, 3) };
      return runKernel('AdamUpdate', { ...inputs, secondMoment }, attrs);
    });
  });

  it("make Adam's step without touching what others own", async () => {
    const attrs = {
      learningRate: 0.01,
      beta1: 0.9,
      beta2: 0.999,
      epsilon: 1e-4,
      accBeta1: 0.9,
      accBeta2: 0.999,
    };
    await expectSameOnNative(() => {
      const [value, gradient, secondMoment] = [normal([5], 1), normal([5], 2), tf.ones([5])];
      // One tensor as the moment and as somebody else's, one under two names, and one of another shape in the same memory.
      const [firstMoment, whole] = [tf.clone(secondMoment), tf.reshape(value, [5, 1])];
      const inputs = { value, gradient, firstMoment, secondMoment };
      return [...runKernel('AdamUpdate', inputs, attrs), gradient, firstMoment, secondMoment, whole];
    });
    await expectSameOnNative(() => {
      const ones = tf.ones([3]);
      const inputs = { value: ones, gradient: ones, firstMoment: ones, secondMoment: ones };
      return runKernel('AdamUpdate', inputs, attrs);
    });
  });

  it('are registered once', async () => {
    const kernels = () => tf.getKernelsForBackend('tensorflow');
    const methods = () => {
      const backend = tf.backend() as unknown as { tensorMap: { get: unknown } } & Record<string, unknown>;
      return [backend['disposeData'], backend['incRef'], backend.tensorMap.get];
    };
    const [before, wrapped] = [new Set(kernels()), methods()];
    await registerNativeTrainingKernels();
    expect(kernels().filter((kernel) => !before.has(kernel))).toEqual([]);
    expect(methods().every((method, i) => method === wrapped[i])).toBe(true);
  });
});

const shapes = fc.record({
  batch: fc.integer({ min: 1, max: 3 }),
  height: fc.integer({ min: 5, max: 12 }),
  width: fc.integer({ min: 5, max: 12 }),
  channels: fc.integer({ min: 1, max: 9 }),
  filter: fc.constantFrom<[number, number][]>([1, 1], [2, 2], [3, 3], [1, 5], [4, 3]),
  strides: fc.constantFrom<[number, number][]>([1, 1], [2, 2], [3, 3], [1, 2]),
  pad: fc.constantFrom('same', 'valid'),
});

describe.skipIf(!nativeIsInstalled)('max pooling on native', () => {
  it('has the values and gradients of the cpu backend, also where values are equal', async () => {
    await fc.assert(
      fc.asyncProperty(
        shapes,
        fc.boolean(),
        async ({ batch, height, width, channels, filter, strides, pad }, ties) => {
          const pool = (x: tf.Tensor) => tf.maxPool(x as tf.Tensor4D, filter, strides, pad);
          await expectSameOnNative(() => {
            const x = tf.sub(normal([batch, height, width, channels], 1), 1);
            const input = ties ? tf.round(x) : x;
            const y = pool(input);
            return [y, tf.grad(pool)(input, normal(y.shape, 2))];
          });
        },
      ),
      runs(40),
    );
  });

  it('is left to tfjs-node where windows are padded by hand', async () => {
    await useEngine({ engine: 'native' });
    const pads: [number, number][] = [[0, 0], [1, 0], [1, 0], [0, 0]]; // prettier-ignore
    const x = normal([1, 6, 6, 2], 1) as tf.Tensor4D;
    expect(() => tf.maxPool(x, 2, 2, pads as never)).toThrow(/padding/);
    x.dispose();
  });
});

describe.skipIf(!nativeIsInstalled)('convolution with bias and activation on native', () => {
  it('has the values of the cpu backend', async () => {
    await fc.assert(
      fc.asyncProperty(
        shapes,
        fc.constantFrom('linear', 'relu', 'elu'),
        fc.constantFrom('fits', 'dilated', 'one bias'),
        async ({ batch, height, width, channels, filter, strides, pad }, activation, kind) => {
          await expectSameOnNative(() => [
            tf.fused.conv2d({
              x: normal([batch, 2 * height, 2 * width, channels], 1) as tf.Tensor4D,
              filter: normal([...filter, channels, 5], 2) as tf.Tensor4D,
              bias: normal(kind === 'one bias' ? [] : [5], 3),
              strides: kind === 'dilated' ? 1 : strides,
              dilations: kind === 'dilated' ? 2 : 1,
              pad: pad,
              activation: activation,
            }),
          ]);
        },
      ),
      runs(40),
    );
  });
});

describe.skipIf(!nativeIsInstalled)('batch normalization after a convolution on native', () => {
  const moments = () =>
    [normal([5], 3), tf.add(tf.square(normal([5], 4)), 0.1)] as [tf.Tensor1D, tf.Tensor1D];
  const convolution = (shape: [number, number, number, number], filter = [3, 3]) =>
    tf.conv2d(
      normal(shape, 1) as tf.Tensor4D,
      normal([...filter, shape[3], 5], 2) as tf.Tensor4D,
      [1, 1],
      'same',
    );

  it('has the values of the cpu backend', async () => {
    await fc.assert(
      fc.asyncProperty(
        shapes,
        fc.boolean(),
        fc.boolean(),
        async ({ batch, height, width, channels, filter, strides, pad }, scaled, fused) => {
          await expectSameOnNative(() => {
            const x = normal([batch, height, width, channels], 1) as tf.Tensor4D;
            const weights = normal([...filter, channels, 5], 2) as tf.Tensor4D;
            const convolved = fused
              ? tf.fused.conv2d({ x, filter: weights, strides, pad: pad })
              : tf.conv2d(x, weights, strides, pad);
            const [beta, gamma] = scaled ? [normal([5], 5), normal([5], 6)] : [];
            return [tf.batchNorm(convolved, ...moments(), beta as tf.Tensor1D, gamma as tf.Tensor1D, 1e-3)];
          });
        },
      ),
      runs(40),
    );
  });

  it('is one operation in a model that predicts, none in one that trains', async () => {
    await useEngine({ engine: 'native' });
    const model = await buildModel('mobileNet', { inputShape: [32, 32, 3], numClasses: 2, seed: 1 });
    const x = normal([2, 32, 32, 3], 1);
    const convolutions = model.layers.filter((layer) => layer.getClassName() === 'Conv2D').length;
    const normalizations = model.layers.filter(
      (layer) => layer.getClassName() === 'BatchNormalization',
    ).length;
    const predicting = operationsOf(() => model.predict(x) as tf.Tensor);
    const joined = predicting.filter((name) => name === '_MklNativeConv2DWithBias').length;
    const apart = predicting.filter((name) => name.startsWith('FusedBatchNorm')).length;
    expect([joined, apart]).toEqual([convolutions, normalizations - convolutions]);
    const training = operationsOf(() => model.apply(x, { training: true }) as tf.Tensor);
    expect(training).not.toContain('_MklNativeConv2DWithBias');
    x.dispose();
    model.dispose();
  });

  it('follows each weight that changes', async () => {
    await expectSameOnNative(() => {
      const x = normal([1, 4, 4, 3], 1) as tf.Tensor4D;
      const make = (shape: number[], seed: number) => tf.variable(tf.add(tf.abs(normal(shape, seed)), 0.1));
      const filter = make([3, 3, 3, 5], 2);
      const [mean, variance, beta, gamma] = [3, 4, 5, 6].map((seed) => make([5], seed)) as [
        tf.Variable,
        ...tf.Variable[],
      ];
      const results: tf.Tensor[] = [];
      for (const changed of [undefined, mean, variance, beta, gamma, filter]) {
        changed?.assign(tf.mul(changed, 1.5));
        for (const epsilon of [1e-3, 0.1, 0.1]) {
          const y = tf.conv2d(x, filter as tf.Tensor as tf.Tensor4D, 1, 'same');
          const statistics = [mean, variance!, beta!, gamma!].map((each) => each as tf.Tensor as tf.Tensor1D);
          results.push(
            tf.batchNorm(y, ...(statistics as [tf.Tensor1D, tf.Tensor1D, tf.Tensor1D, tf.Tensor1D]), epsilon),
          );
        }
      }
      tf.dispose([filter, mean, variance, beta, gamma]);
      return results;
    });
  });

  it('leaves the convolution to whoever else reads it, before or after', async () => {
    await expectSameOnNative(() => {
      const [mean, variance] = moments();
      const [first, second, third] = [1, 2, 3].map((size) => convolution([1, 4, size, 3]));
      const read = tf.add(first!, 1);
      const copy = tf.clone(second!);
      const normalized = [first!, second!, third!].map((y) => tf.batchNorm(y, mean, variance));
      return [read, ...normalized, tf.add(third!, 1), second!, copy, tf.reshape(first!, [-1])];
    });
  });

  it('is not taken for one of other statistics, nor while gradients are recorded', async () => {
    await expectSameOnNative(() => {
      const y = convolution([1, 4, 4, 3]);
      return [tf.batchNorm(y, normal(y.shape, 3) as tf.Tensor4D, tf.onesLike(y))];
    });
    await expectSameOnNative(() => {
      const x = normal([1, 5, 5, 3], 1) as tf.Tensor4D;
      const filter = normal([3, 3, 3, 5], 2) as tf.Tensor4D;
      const f = (w: tf.Tensor) =>
        tf.batchNorm(
          tf.conv2d(x, w as tf.Tensor4D, 1, 'same'),
          ...moments(),
          normal([5], 5) as tf.Tensor1D,
          normal([5], 6) as tf.Tensor1D,
        );
      return [tf.grad(f)(filter)];
    });
  });
});

describe.skipIf(!nativeIsInstalled)('training the baseline on native', () => {
  /** The loss after each step on four synthetic fields of cells, without dropout. */
  async function lossCurve(steps: number): Promise<number[]> {
    const source = syntheticCells({ count: 4, size: 96, seed: 3 });
    const images = await Promise.all(source.ids.map((_, i) => source.load(i)));
    const model = await buildModel('haltufBaseline', { inputShape: [96, 96, 4], dropout: 0, seed: 5 });
    model.compile({ optimizer: tf.train.adam(1e-5), loss: 'binaryCrossentropy' });
    const pixels = images.flatMap(({ data }) => Array.from(data, (value) => value / 255));
    const x = tf.tensor4d(pixels, [4, 96, 96, 4]);
    const y = tf.tensor2d(Float32Array.from(source.labels!), [4, 28]);
    const losses: number[] = [];
    let tensors = 0;
    for (let step = 0; step < steps; step++) {
      losses.push((await model.trainOnBatch(x, y)) as number);
      if (step === 0) tensors = tf.memory().numTensors;
    }
    expect(tf.memory().numTensors).toBe(tensors);
    tf.dispose([x, y]);
    model.dispose();
    return losses;
  }

  // At Adam's usual rate a millionth more or less in the pixels moves the stock curve itself by 8e-3, so large do
  // the nine batch normalizations of fresh weights make TensorFlow's rounding.
  it('follows for 50 steps the loss of the stock operations', async () => {
    await useEngine({ engine: 'native' });
    const fused = await lossCurve(50);
    const kernels = tf.getKernelsForBackend('tensorflow');
    const ours = kernels.filter(({ kernelName }) =>
      (FUSED_KERNELS as readonly string[]).includes(kernelName),
    );
    expect(ours.length).toBeGreaterThan(5);
    for (const { kernelName } of ours) tf.unregisterKernel(kernelName, 'tensorflow');
    try {
      const stock = await lossCurve(50);
      expect(stock.at(-1)).toBeLessThan(stock[0]! - 0.05);
      expect(Math.max(...stock.map((loss, i) => Math.abs(loss - fused[i]!)))).toBeLessThan(1e-3);
    } finally {
      for (const kernel of ours) tf.registerKernel(kernel);
    }
  });
});
