import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { learningRateGroups } from 'hpa-kit';
import { useEngine } from 'hpa-kit/node';
import { LayerScale } from '../../src/models/layers/layer-scale';
import { adamW } from 'hpa-kit';
import { LearningRateControl } from 'hpa-kit';
import { restoreState } from '../../src/training/optimizers/optimizer-state';
import { SteppedOptimizer } from 'hpa-kit';
import { calls, withReferenceKernels } from '../engine/fused-reference-kernels';
import { eachEngine, relativeError } from '../engines';
import golden from '../golden/keras_optimizers.json';
import { formulaImage } from '../models/formula';
import { network } from '../models/frozen';

const SHAPES: Record<string, number[]> = { kernel: [4, 3], bias: [3] };

/** The weights after each step with the golden gradients, one after another. */
function stepsOf(optimizer: tf.Optimizer, gradients = golden.gradients): number[][] {
  const variables = Object.entries(golden.start).map(([name, values]) => ({
    variable: tf.tidy(() => tf.variable(tf.tensor(values, SHAPES[name]))),
    key: name as keyof typeof golden.start,
  }));
  const after = gradients.map((each) => {
    const step = variables.map(({ variable, key }) => {
      return { name: variable.name, tensor: tf.tensor(each[key], SHAPES[key]) };
    });
    optimizer.applyGradients(step);
    tf.dispose(step.map(({ tensor }) => tensor));
    return variables.flatMap(({ variable }) => Array.from(variable.dataSync<'float32'>()));
  });
  tf.dispose(variables.map(({ variable }) => variable));
  return after;
}

const flat = (steps: Record<'kernel' | 'bias', number[]>[]) =>
  steps.map(({ kernel, bias }) => [...kernel, ...bias]);

/** A network without batch normalization, so that a batch may be cut up. */
function plainNetwork(): tfl.LayersModel {
  const seeded = (seed: number) => ({ kernelInitializer: tfl.initializers.glorotUniform({ seed }) });
  return tfl.sequential({
    layers: [
      tfl.layers.conv2d({
        inputShape: [8, 8, 2],
        filters: 3,
        kernelSize: 3,
        activation: 'relu',
        ...seeded(1),
      }),
      tfl.layers.flatten(),
      tfl.layers.dense({ units: 2, activation: 'sigmoid', ...seeded(2) }),
    ],
  });
}

const weightsOf = (model: tfl.LayersModel) =>
  model.weights.map((weight) => weight.read().dataSync<'float32'>().slice());

/** Trains on ten images, cut into batches of these sizes, an epoch after another. */
async function train(model: tfl.LayersModel, optimizer: tf.Optimizer, sizes: number[], epochs = 1) {
  model.compile({ optimizer, loss: 'binaryCrossentropy' });
  const x = formulaImage(10, [8, 8, 2]);
  const y = tf.tensor2d(
    Array.from({ length: 20 }, (_, i) => Number(i % 3 === 0)),
    [10, 2],
  );
  for (let epoch = 0; epoch < epochs; epoch++) {
    let start = 0;
    for (const size of sizes) {
      const [xs, ys] = [tf.slice(x, start, size), tf.slice(y, start, size)];
      if ('images' in optimizer) optimizer.images = size;
      await model.trainOnBatch(xs, ys);
      tf.dispose([xs, ys]);
      start += size;
    }
    if ('flush' in optimizer) (optimizer as SteppedOptimizer).flush();
  }
  tf.dispose([x, y]);
}

/** The weights after training, with nothing left behind. */
async function trained(optimizer: tf.Optimizer, sizes: number[], epochs?: number): Promise<Float32Array[]> {
  const model = plainNetwork();
  await train(model, optimizer, sizes, epochs);
  const weights = weightsOf(model);
  model.dispose();
  return weights;
}

eachEngine(() => {
  describe('adamW', () => {
    it('steps as Keras’s', () => {
      const before = tf.memory().numTensors;
      const optimizer = adamW(0.02, { weightDecay: 0.5, epsilon: 1e-12 });
      const all = adamW(0.02, {
        weightDecay: 0.5,
        epsilon: 1e-12,
        beta1: 0.8,
        beta2: 0.95,
        decayed: () => true,
      });
      for (const [given, expected] of [
        [optimizer, golden.adamW],
        [all, golden.adamWAll],
      ] as const) {
        for (const [i, weights] of stepsOf(given).entries())
          expect(relativeError(weights, flat(expected)[i]!), `step ${i}`).toBeLessThan(1e-6);
        given.dispose();
      }
      expect(tf.memory().numTensors).toBe(before);
    });

    it('without decay is Adam to the byte', () => {
      const [optimizer, adam] = [adamW(0.05, { weightDecay: 0 }), tf.train.adam(0.05)];
      expect(stepsOf(optimizer)).toEqual(stepsOf(adam));
      for (const owner of [optimizer, adam]) owner.dispose();
    });

    it('goes on from saved state to the same bytes', async () => {
      const sizes = [5, 5];
      const model = plainNetwork();
      const first = adamW(0.01);
      await train(model, first, sizes, 12);
      const saved = (await first.getWeights()).map(({ name, tensor }) => ({
        name,
        tensor: tf.clone(tensor),
      }));
      const copy = plainNetwork();
      copy.setWeights(model.getWeights());
      const second = adamW(0.01);
      await restoreState(second, saved);
      await train(model, first, sizes, 3);
      await train(copy, second, sizes, 3);
      expect(weightsOf(copy)).toEqual(weightsOf(model));
      for (const owner of [model, copy, first, second]) owner.dispose();
      tf.dispose(saved.map(({ tensor }) => tensor));
    });
  });

  describe('SteppedOptimizer', () => {
    const adam = () => tf.train.adam(0.01);

    it.each([
      ['equal ones', [5, 5], 2],
      ['a short last one', [4, 4, 2], 3],
      ['an epoch that ends before its last step', [4, 4, 2], 8],
    ])('several batches, %s, are one large one', async (_, sizes, accumulateSteps) => {
      const before = tf.memory().numTensors;
      const inner = adam();
      const optimizer = new SteppedOptimizer(inner, { accumulateSteps });
      const whole = adam();
      const [parts, expected] = [await trained(optimizer, sizes, 4), await trained(whole, [10], 4)];
      expect(optimizer.iterations).toBe(4);
      for (const [i, values] of parts.entries())
        expect(relativeError(values, expected[i]!), `weight ${i}`).toBeLessThan(1e-5);
      for (const owner of [optimizer, inner, whole]) owner.dispose();
      expect(tf.memory().numTensors).toBe(before);
    });

    it('clips by the global norm as tf.clip_by_global_norm, and by value', async () => {
      const before = tf.memory().numTensors;
      const sgd = tf.train.sgd(1);
      const clipNorm = new SteppedOptimizer(sgd, { clipNorm: 1.5 });
      expect(await clipNorm.lastNorm()).toBeUndefined();
      const start = flat([golden.start])[0]!;
      const stepOf = (optimizer: tf.Optimizer) =>
        stepsOf(optimizer, [golden.gradients[0]!])[0]!.map((value, i) => start[i]! - value);
      const { gradients, norm } = golden.clippedByNorm;
      expect(relativeError(stepOf(clipNorm), flat([gradients])[0]!)).toBeLessThan(1e-6);
      expect(await clipNorm.lastNorm()).toBeCloseTo(norm, 5);

      const clipValue = new SteppedOptimizer(sgd, { clipValue: 0.5 });
      const cut = flat([golden.gradients[0]!])[0]!.map((value) => Math.max(-0.5, Math.min(0.5, value)));
      expect(relativeError(stepOf(clipValue), cut)).toBeLessThan(1e-6);

      const never = new SteppedOptimizer(sgd, { clipNorm: 1e3, clipValue: 1e3 });
      expect(stepsOf(never)).toEqual(stepsOf(sgd));
      for (const owner of [clipNorm, clipValue, never, sgd]) owner.dispose();
      expect(tf.memory().numTensors).toBe(before);
    });

    it.each([NaN, Infinity, -Infinity])('keeps a gradient of %s from the weights, and tells', async (bad) => {
      const sgd = tf.train.sgd(1);
      const optimizer = new SteppedOptimizer(sgd, { clipNorm: 1 });
      const gradients = [{ ...golden.gradients[0]!, bias: [1, bad, 1] }];
      const start = Array.from(Float32Array.from(flat([golden.start])[0]!));
      expect(stepsOf(optimizer, gradients)).toEqual([start]);
      expect(Number.isFinite(await optimizer.lastNorm())).toBe(false);
      for (const owner of [optimizer, sgd]) owner.dispose();
    });

    it('without options is the optimizer within to the byte, groups too', async () => {
      const make = (model: tfl.LayersModel) => learningRateGroups(model, { head: 0.01, backbone: 0.001 });
      const [model, plain] = [network(), network()];
      const [inner, expected] = [make(model), make(plain)];
      const optimizer = new SteppedOptimizer(inner);
      await train(model, optimizer, [5, 5]);
      await train(plain, expected, [5, 5]);
      expect(weightsOf(model)).toEqual(weightsOf(plain));
      for (const owner of [model, plain, inner, optimizer, expected]) owner.dispose();
    });

    it('goes on in the middle of a step to the same bytes', async () => {
      const make = () => {
        const [model, inner] = [plainNetwork(), adam()];
        const optimizer = new SteppedOptimizer(inner, { accumulateSteps: 3, clipNorm: 0.05 });
        model.compile({ optimizer, loss: 'binaryCrossentropy' });
        return { model, inner, optimizer };
      };
      const [x, y] = [formulaImage(4, [8, 8, 2]), tf.tensor2d([0, 1, 1, 0, 1, 1, 0, 0], [4, 2])];
      const steps = async ({ model, optimizer }: ReturnType<typeof make>, from: number, to: number) => {
        for (let i = from; i < to; i++) {
          optimizer.images = 3 + (i % 3);
          await model.trainOnBatch(x, y);
        }
        optimizer.flush();
      };
      const whole = make();
      await steps(whole, 0, 14);

      const before = make();
      for (let i = 0; i < 8; i++) {
        before.optimizer.images = 3 + (i % 3);
        await before.model.trainOnBatch(x, y);
      }
      expect(before.optimizer.pending).toBe(2);
      const saved = (await before.optimizer.getWeights()).map(({ name, tensor }, i) => ({
        name,
        tensor: i === 0 ? tensor : tf.tensor(tensor.dataSync(), tensor.shape),
      }));
      const after = make();
      after.model.setWeights(before.model.getWeights());
      await restoreState(after.optimizer, saved);
      expect([after.optimizer.iterations, after.optimizer.pending]).toEqual([2, 2]);
      await steps(after, 8, 14);
      expect(weightsOf(after.model)).toEqual(weightsOf(whole.model));
      for (const { model, inner, optimizer } of [whole, before, after])
        for (const owner of [model, inner, optimizer]) owner.dispose();
      tf.dispose([x, y, ...saved.map(({ tensor }) => tensor)]);
    });
  });

  describe('LearningRateControl', () => {
    const KINDS: [string, (learningRate: number) => tf.Optimizer][] = [
      ['SGD', (rate) => tf.train.sgd(rate)],
      ['Momentum', (rate) => tf.train.momentum(rate, 0.9)],
      ['RMSProp', (rate) => tf.train.rmsprop(rate)],
      ['Adagrad', (rate) => tf.train.adagrad(rate)],
      ['Adadelta', (rate) => tf.train.adadelta(rate)],
      ['Adam', (rate) => tf.train.adam(rate)],
      ['Adamax', (rate) => tf.train.adamax(rate)],
      ['AdamW', (rate) => adamW(rate, { weightDecay: 0.1 })],
      ['SteppedOptimizer', (rate) => new SteppedOptimizer(tf.train.sgd(rate), { clipNorm: 2 })],
    ];

    it.each(KINDS)('%s steps as one made with the rate times the factor, to the byte', (_, make) => {
      const [optimizer, expected] = [make(0.05), make(0.05 * 0.3)];
      const before = tf.memory().numTensors;
      const rates = new LearningRateControl(optimizer);
      rates.apply(0.7);
      rates.apply(0.3);
      expect(rates.current).toBe(0.05 * 0.3);
      expect(tf.memory().numTensors).toBe(before);
      expect(stepsOf(optimizer)).toEqual(stepsOf(expected));
      rates.restore();
      expect(rates.current).toBe(0.05);
    });

    it('scales each group from its own rate', async () => {
      const make = (model: tfl.LayersModel, factor: number) =>
        learningRateGroups(model, { head: 0.01 * factor, backbone: 0.001 * factor });
      const [model, plain] = [network(), network()];
      const [optimizer, expected] = [make(model, 1), make(plain, 0.25)];
      const rates = new LearningRateControl(optimizer);
      expect(rates.current).toBe(0.01);
      rates.apply(0.25);
      expect(rates.current).toBe(0.01 * 0.25);
      await train(model, optimizer, [5, 5]);
      await train(plain, expected, [5, 5]);
      expect(weightsOf(model)).toEqual(weightsOf(plain));
      for (const owner of [model, plain, optimizer, expected]) owner.dispose();
    });
  });
});

describe('on cpu', () => {
  beforeAll(async () => {
    await useEngine({ engine: 'cpu' });
  });

  it('adamW runs the fused kernel of Adam', async () => {
    const model = network();
    const optimizer = adamW(0.001);
    calls.length = 0;
    await withReferenceKernels(() => train(model, optimizer, [5]));
    expect(calls.filter(({ name }) => name === 'AdamUpdate')).toHaveLength(10);
    for (const owner of [model, optimizer]) owner.dispose();
  });

  it('adamW leaves biases, normalizations and layer scales alone, and what is not trained', () => {
    const model = tfl.sequential({
      layers: [
        tfl.layers.conv2d({ inputShape: [8, 8, 2], filters: 4, kernelSize: 3, biasInitializer: 'ones' }),
        tfl.layers.depthwiseConv2d({ kernelSize: 3, biasInitializer: 'ones' }),
        tfl.layers.batchNormalization({ betaInitializer: 'ones' }),
        new LayerScale({ name: 'scale', initial: 0.5 }),
        tfl.layers.flatten(),
        tfl.layers.dense({ units: 2, biasInitializer: 'ones' }),
      ],
    });
    const optimizer = adamW(0.5, { weightDecay: 0.5 });
    const before = weightsOf(model);
    const [untrained, ...others] = model.trainableWeights;
    const zeros = others.map(({ name, shape }) => ({ name, tensor: tf.zeros(shape as number[]) }));
    optimizer.applyGradients([{ name: untrained!.name, tensor: null as unknown as tf.Tensor }, ...zeros]);
    const after = weightsOf(model);
    const decayed = model.weights.flatMap(({ originalName }, i) =>
      before[i]!.every((value, k) => value === after[i]![k]) ? [] : [originalName.split('/')[1]],
    );
    expect(decayed).toEqual(['depthwise_kernel', 'kernel']);
    const dense = model.weights.findIndex(({ originalName }) => /^dense.*kernel$/.test(originalName));
    expect(after[dense]).toEqual(before[dense]!.map((value) => value * 0.75));
    tf.dispose(zeros.map(({ tensor }) => tensor));
    for (const owner of [model, optimizer]) owner.dispose();
  });

  it('refuse what they can’t do', () => {
    expect(() => adamW(-1)).toThrow('learningRate must be a finite number of at least 0. Received -1');
    expect(() => adamW(1e-3, { weightDecay: NaN })).toThrow('weightDecay must be');
    expect(() => adamW(1e-3, { beta2: 1 })).toThrow('beta2 must lie in [0, 1). Received 1');
    const sgd = tf.train.sgd(0.1);
    expect(() => new SteppedOptimizer(sgd, { accumulateSteps: 0 })).toThrow(RangeError);
    expect(() => new SteppedOptimizer(sgd, { clipNorm: 0 })).toThrow(
      'clipNorm must be a positive number. Received 0',
    );
    const rates = new LearningRateControl(sgd);
    expect(() => {
      rates.apply(NaN);
    }).toThrow('factor must be a finite number of at least 0. Received NaN');
    const bare = Object.assign(Object.create(tf.Optimizer.prototype) as tf.Optimizer, {
      getClassName: () => 'Bare',
    });
    new LearningRateControl(bare).apply(1);
    expect(() => {
      new LearningRateControl(bare).apply(0.5);
    }).toThrow('Received Bare');
    sgd.dispose();
  });
});
