import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  freezeBackbone,
  learningRateGroups,
  trainModel,
  unfreezeBackbone,
  type LearningRates,
} from 'hpa-kit';
import { useEngine } from 'hpa-kit/node';
import { calls, withReferenceKernels } from '../engine/fused-reference-kernels';
import { eachEngine } from '../engines';
import { formulaImage } from '../models/formula';
import { ALL, BACKBONE, cells, changedBy, HEAD, network } from '../models/frozen';

const sgd = (learningRate: number) => tf.train.sgd(learningRate);

/** The learning rate of each layer, by name. */
const ratesOf = (optimizer: ReturnType<typeof learningRateGroups>) =>
  Object.fromEntries(
    optimizer.groups.flatMap(({ layers, learningRate }) => layers.map((name) => [name, learningRate])),
  );

const weightsOf = (model: tfl.LayersModel) =>
  model.weights.map((weight) => weight.read().dataSync<'float32'>().slice());

/** The gradients of one batch, and the loss that they are of; the batch is the caller's. */
function makeBatch() {
  return { x: formulaImage(4, [8, 8, 2]), y: tf.tensor2d([0, 1, 1, 0, 1, 1, 0, 0], [4, 2]) };
}

async function train(model: tfl.LayersModel, optimizer: tf.Optimizer, steps: number): Promise<void> {
  model.compile({ optimizer, loss: 'binaryCrossentropy' });
  const { x, y } = makeBatch();
  for (let i = 0; i < steps; i++) await model.trainOnBatch(x, y);
  tf.dispose([x, y]);
}

eachEngine(() => {
  it('a step of SGD is exactly each group’s rate times the gradient', async () => {
    const rates = { head: 0.25, backbone: 0.03125 };
    const steps = async (make: (model: tfl.LayersModel) => tf.Optimizer) => {
      const model = network();
      const optimizer = make(model);
      await train(model, optimizer, 1);
      const weights = new Map(
        model.weights.map(({ originalName }, i) => [originalName, weightsOf(model)[i]!]),
      );
      optimizer.dispose();
      model.dispose();
      return weights;
    };
    const grouped = await steps((model) => learningRateGroups(model, rates, sgd));
    const [head, backbone] = [await steps(() => sgd(rates.head)), await steps(() => sgd(rates.backbone))];
    for (const [name, values] of grouped) {
      const isHead = HEAD.some((layer) => name.startsWith(layer));
      expect(values, name).toEqual((isHead ? head : backbone).get(name));
      if (name.endsWith('kernel')) expect(values, name).not.toEqual((isHead ? backbone : head).get(name));
    }
  });

  it('Adam goes on from saved state to the same bytes, in another copy of the model too', async () => {
    const rates: LearningRates = { head: 0.01, decay: 0.5, parts: 2 };
    const whole = network();
    const first = learningRateGroups(whole, rates);
    // By then tfjs's own powers of the betas are other bytes than training's.
    await train(whole, first, 25);
    const saved = (await first.getWeights()).map(({ name, tensor }, i) => ({
      name,
      tensor: i === 0 ? tensor : tf.clone(tensor),
    }));
    const copy = network();
    copy.setWeights(whole.getWeights());
    const second = learningRateGroups(copy, rates);
    await second.setWeights(saved);
    tf.dispose(saved.map(({ tensor }) => tensor));
    expect(second.iterations).toBe(25);
    await train(whole, first, 5);
    await train(copy, second, 5);
    expect(weightsOf(copy)).toEqual(weightsOf(whole));
    const [states, others] = [await first.getWeights(), await second.getWeights()];
    expect(others.map(({ tensor }) => tensor.dataSync())).toEqual(
      states.map(({ tensor }) => tensor.dataSync()),
    );
    tf.dispose([states[0]!.tensor, others[0]!.tensor]);
    for (const owner of [first, second, whole, copy]) owner.dispose();
  });

  it('of one rate do as one Adam', async () => {
    const [model, plain] = [network(), network()];
    const optimizer = learningRateGroups(model, { head: 0.01, decay: 1 });
    expect(optimizer.groups).toHaveLength(5);
    const adam = tf.train.adam(0.01);
    await train(model, optimizer, 3);
    await train(plain, adam, 3);
    expect(weightsOf(model)).toEqual(weightsOf(plain));
    for (const owner of [model, plain, optimizer, adam]) owner.dispose();
  });
});

describe('learningRateGroups', () => {
  let model: tfl.LayersModel;
  let before: number;
  beforeAll(async () => {
    await useEngine({ engine: 'cpu' });
  });
  beforeEach(() => {
    before = tf.memory().numTensors;
    model = network();
  });
  afterEach(() => {
    model.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
  const rates = (given: LearningRates) => {
    const optimizer = learningRateGroups(model, given);
    const byLayer = ratesOf(optimizer);
    optimizer.dispose();
    return byLayer;
  };

  it('shrink from the head back, part by part', () => {
    const [head_bn, scores] = [1, 1];
    expect(rates({ head: 1, decay: 0.5 })).toEqual({
      head_bn,
      scores,
      bn2: 0.5,
      conv2: 0.25,
      bn1: 0.125,
      conv1: 0.0625,
    });
    expect(rates({ head: 1, decay: 0.5, parts: 2 })).toEqual({
      head_bn,
      scores,
      bn2: 0.5,
      conv2: 0.5,
      bn1: 0.25,
      conv1: 0.25,
    });
    expect(rates({ head: 1, decay: 0.5, parts: 3 })).toEqual({
      head_bn,
      scores,
      bn2: 0.5,
      conv2: 0.5,
      bn1: 0.25,
      conv1: 0.125,
    });
    expect(rates({ head: 1, decay: 0.5, parts: 9 })).toEqual(rates({ head: 1, decay: 0.5 }));
  });

  it('take layers by name, themselves, and with those that have no weights', () => {
    const given = [
      { layers: [model.getLayer('conv1'), 'bn1'], learningRate: 1 },
      { layers: model.layers.slice(3), learningRate: 2 },
    ];
    expect(rates(given)).toEqual({ conv1: 1, bn1: 1, conv2: 2, bn2: 2, head_bn: 2, scores: 2 });
  });

  it('leave frozen layers out, and refuse their gradients once they are not', async () => {
    freezeBackbone(model, { exceptLast: 1 });
    const optimizer = learningRateGroups(model, { head: 0.01, decay: 0.1 });
    expect(ratesOf(optimizer)).toEqual({ head_bn: 0.01, scores: 0.01, bn2: 0.001 });
    expect(await changedBy(model, () => train(model, optimizer, 2))).toEqual(['bn2', ...HEAD]);
    const state = await optimizer.getWeights();
    expect(state).toHaveLength(1 + 2 * 5);
    tf.dispose(state[0]!.tensor);
    // Frozen since: stays, and the others' state is still theirs.
    freezeBackbone(model);
    expect(await changedBy(model, () => train(model, optimizer, 2))).toEqual(HEAD);
    unfreezeBackbone(model);
    model.compile({ optimizer, loss: 'binaryCrossentropy' });
    const { x, y } = makeBatch();
    expect(() => {
      tf.tidy(() => {
        const grads = Object.fromEntries(
          model.trainableWeights.map((weight) => [weight.name, weight.read()]),
        );
        optimizer.applyGradients(grads);
      });
    }).toThrow(/weight "conv1\/kernel.*" is in no group/);
    tf.dispose([x, y]);
    optimizer.dispose();
  });

  it('train in trainModel, and leak nothing', async () => {
    const optimizer = learningRateGroups(model, { head: 0.01, backbone: 0.001 });
    const fit = () => trainModel(model, { train: cells(), batchSize: 4, epochs: 2, optimizer });
    expect(await changedBy(model, fit)).toEqual(ALL);
    expect(optimizer.iterations).toBe(4);
    const after = tf.memory().numTensors;
    await fit();
    expect(tf.memory().numTensors).toBe(after);
    const saved = await optimizer.getWeights();
    await optimizer.setWeights(saved);
    tf.dispose(saved[0]!.tensor);
    expect(tf.memory().numTensors).toBe(after);
    optimizer.dispose();
  });

  it('run as fused kernels where the backend has them', async () => {
    const optimizer = learningRateGroups(model, { head: 0.01, backbone: 0.001 });
    await withReferenceKernels(() => train(model, optimizer, 1));
    const steps = calls.filter(({ name }) => name === 'AdamUpdate');
    expect(steps.map(({ attrs }) => attrs['learningRate']).sort()).toEqual([
      ...Array<number>(6).fill(0.001),
      ...Array<number>(4).fill(0.01),
    ]);
    optimizer.dispose();
  });

  it('describe themselves', () => {
    const optimizer = learningRateGroups(model, { head: 0.5, backbone: 0.25 }, sgd);
    expect(optimizer.getClassName()).toBe('GroupedOptimizer');
    const group = (layers: string[], learningRate: number) => ({
      layers,
      learningRate,
      className: 'SGD',
      config: { learningRate },
    });
    expect(optimizer.getConfig()).toEqual({ groups: [group(HEAD, 0.5), group(BACKBONE, 0.25)] });
    optimizer.dispose();
  });

  it.each<[string, LearningRates, RegExp]>([
    [
      'a layer in no group',
      [{ layers: ['conv1', 'conv2', 'bn2', ...HEAD], learningRate: 1 }],
      /layer "bn1" is in no group/,
    ],
    [
      'a layer in two',
      [
        { layers: ALL, learningRate: 1 },
        { layers: ['bn2'], learningRate: 2 },
      ],
      /layer "bn2" is in 2 groups/,
    ],
    ['a layer there is not', [{ layers: [...ALL, 'bn7'], learningRate: 1 }], /no layer "bn7"/],
    ['no rate', { head: 1, backbone: 0 }, /positive. Received 0/],
    ['a negative rate', [{ layers: ALL, learningRate: -1 }], /positive. Received -1/],
    ['rates that grow', { head: 1, decay: 2 }, /decay must lie in \(0, 1\]. Received 2/],
    ['no parts', { head: 1, decay: 0.5, parts: 0 }, /parts must be a positive integer/],
  ])('refuse %s', (_, given, message) => {
    expect(() => learningRateGroups(model, given)).toThrow(RangeError);
    expect(() => learningRateGroups(model, given)).toThrow(message);
  });

  it('refuse a model that trains nothing, and an optimizer given twice', () => {
    const optimizer = tf.train.sgd(1);
    expect(() => learningRateGroups(model, { head: 1, backbone: 1 }, () => optimizer)).toThrow(TypeError);
    optimizer.dispose();
    model.trainable = false;
    expect(() => learningRateGroups(model, { head: 1, backbone: 1 })).toThrow(/trains none of its layers/);
  });

  it('take a frozen layer that is in no group', () => {
    freezeBackbone(model);
    expect(rates([{ layers: HEAD, learningRate: 1 }])).toEqual({ head_bn: 1, scores: 1 });
  });

  it('refuse the state of other groups', async () => {
    const two = learningRateGroups(model, { head: 0.01, backbone: 0.001 });
    const turned = learningRateGroups(model, [
      { layers: BACKBONE, learningRate: 1 },
      { layers: HEAD, learningRate: 1 },
    ]);
    await train(model, two, 1);
    const state = await two.getWeights();
    await expect(turned.setWeights(state)).rejects.toThrow(/not that of these groups/);
    await expect(two.setWeights(state.slice(0, -1))).rejects.toThrow(/not that of these groups/);
    await expect(two.setWeights([])).rejects.toThrow(/not that of these groups/);
    const misnamed = [state[0]!, state[2]!, state[1]!, ...state.slice(3)];
    expect(state[1]!.tensor.shape).toEqual(state[2]!.tensor.shape);
    await expect(two.setWeights(misnamed)).rejects.toThrow(/not that of these groups/);
    const misshapen = state.map(({ name, tensor }, i) => ({
      name,
      tensor: i === 1 ? state[3]!.tensor : tensor,
    }));
    await expect(two.setWeights(misshapen)).rejects.toThrow(/not that of these groups/);
    await two.setWeights(state);
    const stateless = learningRateGroups(model, { head: 1, backbone: 1 }, sgd);
    await stateless.setWeights(state.slice(0, 1));
    await expect(stateless.setWeights(state.slice(0, 2))).rejects.toThrow(/not that of these groups/);
    stateless.dispose();
    tf.dispose(state[0]!.tensor);
    two.dispose();
    turned.dispose();
  });
});

it('learningRateGroups takes a nested model for all of its layers', () => {
  const model = network();
  const image = tfl.input({ shape: [8, 8, 2] });
  const scores = tfl.layers.dense({ units: 1, name: 'scores' }).apply(model.apply(image));
  const outer = tfl.model({ inputs: image, outputs: scores as tfl.SymbolicTensor });
  const optimizer = learningRateGroups(outer, [
    { layers: [model], learningRate: 1 },
    { layers: [outer.getLayer('scores')], learningRate: 2 },
  ]);
  expect(optimizer.groups.map(({ layers }) => layers)).toEqual([ALL, ['scores']]);
  optimizer.dispose();
});
