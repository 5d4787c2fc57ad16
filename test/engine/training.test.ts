import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import { useEngine, type EngineName } from 'hpa-kit/node';
import { eachEngine, expectSameOnWasm, nativeIsInstalled, relativeError } from '../engines';

// Each layer adds float32 rounding to the gradients of those before it; 1e-5 is usual for these depths.
const TOLERANCE = 1e-4;
const normal = (shape: number[], seed: number) => tf.randomNormal(shape, 0, 1, 'float32', seed);

/** The blocks of the baseline in small: valid convolutions, batch normalization, pooling, parallel filters. */
function tinyBaseline(): tfl.LayersModel {
  const init = (seed: number) => tfl.initializers.glorotUniform({ seed });
  const conv = (filters: number, size: number, padding: 'same' | 'valid', seed: number) =>
    tfl.layers.conv2d({
      filters,
      kernelSize: size,
      padding,
      activation: 'relu',
      kernelInitializer: init(seed),
    });
  const input = tfl.input({ shape: [20, 20, 4] });
  let x = tfl.layers.batchNormalization().apply(conv(4, 3, 'valid', 1).apply(input)) as tfl.SymbolicTensor;
  x = tfl.layers.maxPooling2d({ poolSize: 2 }).apply(x) as tfl.SymbolicTensor;
  const branches = [1, 3, 5, 7].map((size) => conv(3, size, 'same', size + 1).apply(x) as tfl.SymbolicTensor);
  x = tfl.layers.concatenate().apply(branches) as tfl.SymbolicTensor;
  x = tfl.layers
    .maxPooling2d({ poolSize: 2 })
    .apply(tfl.layers.batchNormalization().apply(x)) as tfl.SymbolicTensor;
  x = tfl.layers.flatten().apply(x) as tfl.SymbolicTensor;
  x = tfl.layers
    .dense({ units: 8, activation: 'relu', kernelInitializer: init(9) })
    .apply(x) as tfl.SymbolicTensor;
  const output = tfl.layers.dense({ units: 5, activation: 'sigmoid', kernelInitializer: init(10) }).apply(x);
  return tfl.model({ inputs: input, outputs: output as tfl.SymbolicTensor });
}

/** The loss after each of 20 steps of Adam on fixed weights and data. */
async function lossCurve(engine: EngineName): Promise<number[]> {
  await useEngine({ engine });
  const model = tinyBaseline();
  model.compile({ optimizer: 'adam', loss: 'binaryCrossentropy' });
  const xs = tf.sub(normal([8, 20, 20, 4], 11), 0.5);
  const ys = tf.cast(tf.greater(normal([8, 5], 12), 0.5), 'float32');
  const losses: number[] = [];
  for (let step = 0; step < 20; step++) losses.push((await model.trainOnBatch(xs, ys)) as number);
  const before = tf.memory().numTensors;
  await model.trainOnBatch(xs, ys);
  expect(tf.memory().numTensors, 'tensors after a step').toBe(before);
  tf.dispose([xs, ys]);
  model.dispose();
  return losses;
}

describe('training a small baseline', () => {
  it('follows the same loss curve on wasm as on cpu', async () => {
    const cpu = await lossCurve('cpu');
    const wasm = await lossCurve('wasm');
    expect(cpu.at(-1)).toBeLessThan(0.8 * cpu[0]!);
    // Rounding grows from step to step, and a maximum or ReLU may switch sides; the first steps agree to 1e-6.
    expect(relativeError(wasm, cpu)).toBeLessThan(1e-3);
    expect(relativeError(wasm.slice(0, 3), cpu.slice(0, 3))).toBeLessThan(1e-5);
  });

  it.skipIf(!nativeIsInstalled)('follows it on native too', async () => {
    expect(relativeError(await lossCurve('native'), await lossCurve('cpu'))).toBeLessThan(1e-3);
  });
});

const LAYERS: Record<string, { make: () => tfl.layers.Layer; shape: number[] }> = {
  conv2d: {
    make: () => tfl.layers.conv2d({ filters: 5, kernelSize: 3, strides: 2, padding: 'same' }),
    shape: [9, 8, 3],
  },
  'conv2d 1×7': {
    make: () => tfl.layers.conv2d({ filters: 5, kernelSize: [1, 7], padding: 'same' }),
    shape: [9, 8, 3],
  },
  'conv2d 1×1, stride 2': {
    make: () => tfl.layers.conv2d({ filters: 5, kernelSize: 1, strides: 2 }),
    shape: [9, 8, 3],
  },
  conv2dTranspose: {
    make: () => tfl.layers.conv2dTranspose({ filters: 3, kernelSize: 3, strides: 2, padding: 'same' }),
    shape: [5, 4, 3],
  },
  depthwiseConv2d: {
    make: () => tfl.layers.depthwiseConv2d({ kernelSize: 3, depthMultiplier: 2, padding: 'same' }),
    shape: [9, 8, 3],
  },
  separableConv2d: {
    make: () => tfl.layers.separableConv2d({ filters: 5, kernelSize: 3, depthMultiplier: 2 }),
    shape: [9, 8, 3],
  },
  dense: { make: () => tfl.layers.dense({ units: 7, activation: 'relu' }), shape: [11] },
  batchNormalization: { make: () => tfl.layers.batchNormalization(), shape: [6, 5, 3] },
  maxPooling2d: {
    make: () => tfl.layers.maxPooling2d({ poolSize: 3, strides: 2, padding: 'same' }),
    shape: [9, 8, 3],
  },
  averagePooling2d: { make: () => tfl.layers.averagePooling2d({ poolSize: 2 }), shape: [8, 8, 3] },
  globalMaxPooling2d: { make: () => tfl.layers.globalMaxPooling2d({}), shape: [5, 6, 3] },
  globalAveragePooling2d: { make: () => tfl.layers.globalAveragePooling2d({}), shape: [5, 6, 3] },
  upSampling2d: { make: () => tfl.layers.upSampling2d({ size: [2, 2] }), shape: [4, 5, 3] },
  zeroPadding2d: { make: () => tfl.layers.zeroPadding2d({ padding: [[1, 2], [0, 3]] }), shape: [4, 5, 3] }, // prettier-ignore
  prelu: { make: () => tfl.layers.prelu({ alphaInitializer: 'ones' }), shape: [4, 3] },
};

describe('layers in training', () => {
  it.each(Object.entries(LAYERS))(
    '%s has the gradients of the cpu backend',
    async (name, { make, shape }) => {
      await useEngine({ engine: 'cpu' });
      // The cpu backend's gradient of UpSampling2D mixes up the images of a batch.
      const batch = name === 'upSampling2d' ? 1 : 4;
      const layer = make();
      layer.build([batch, ...shape]);
      const drawn = layer.getWeights().map((weight, i) => tf.abs(normal(weight.shape, 20 + i)));
      layer.setWeights(drawn);
      tf.dispose(drawn);
      const x = tf.variable(normal([batch, ...shape], 1));
      await expectSameOnWasm(() => {
        const weights = layer.trainableWeights.map((weight) => weight.read() as unknown as tf.Variable);
        const loss = () => {
          const y = layer.apply(x, { training: true }) as tf.Tensor;
          return tf.sum<tf.Scalar>(tf.mul(y, normal(y.shape, 2)));
        };
        const { value, grads } = tf.variableGrads(loss, [x, ...weights]);
        return [value, ...Object.values(grads)];
      }, TOLERANCE);
      tf.dispose(layer.weights.map((weight) => weight.read()));
      x.dispose();
    },
  );

  it('embedding has the gradients of the cpu backend', async () => {
    await useEngine({ engine: 'cpu' });
    const layer = tfl.layers.embedding({
      inputDim: 6,
      outputDim: 4,
      embeddingsInitializer: tfl.initializers.randomNormal({ seed: 1 }),
    });
    layer.build([2, 3]);
    await expectSameOnWasm(() => {
      const ids = tf.tensor2d([[0, 5, 2], [2, 2, 1]], [2, 3], 'int32'); // prettier-ignore
      const loss = () => tf.sum<tf.Scalar>(tf.square(layer.apply(ids) as tf.Tensor));
      const { value, grads } = tf.variableGrads(
        loss,
        layer.trainableWeights.map((w) => w.read() as unknown as tf.Variable),
      );
      return [value, ...Object.values(grads)];
    }, TOLERANCE);
    tf.dispose(layer.weights.map((weight) => weight.read()));
  });
});

describe('a model learns', () => {
  eachEngine((engine) => {
    it('and the loss falls', async () => {
      const losses = await lossCurve(engine);
      expect(losses.at(-1)).toBeLessThan(0.8 * losses[0]!);
    });
  });
});
