import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { afterEach, describe, expect, it } from 'vitest';
import { buildModel, freezeBackbone, trainModel, unfreezeBackbone, type FreezeOptions } from 'hpa-kit';
import { eachEngine, relativeError } from '../engines';
import { fillByFormula, formulaImage } from './formula';
import { ALL, cells, changedBy, compile, HEAD, network, steps } from './frozen';

const trained = (model: tfl.LayersModel) => model.trainableWeights.map(({ originalName }) => originalName);

eachEngine(() => {
  let model: tfl.LayersModel;
  afterEach(() => model.dispose());

  it.each([
    [0, HEAD],
    [1, ['bn2', ...HEAD]],
    [2, ['conv2', 'bn2', ...HEAD]],
    [4, ALL],
    [9, ALL],
  ])(
    'training changes the head and the last %i layers only, and all again once unfrozen',
    async (exceptLast, expected) => {
      model = network();
      freezeBackbone(model, { exceptLast });
      compile(model);
      expect(await changedBy(model, () => steps(model))).toEqual(expected);
      unfreezeBackbone(model);
      compile(model);
      expect(await changedBy(model, () => steps(model))).toEqual(ALL);
    },
  );

  it('trainModel changes the head only, leaves the model compiled anew, and leaks nothing', async () => {
    model = network();
    const before = tf.memory().numTensors;
    const train = () => trainModel(model, { train: cells(), batchSize: 4, epochs: 2 });
    expect(await changedBy(model, train)).toEqual(ALL);
    freezeBackbone(model);
    expect(await changedBy(model, train)).toEqual(HEAD);
    unfreezeBackbone(model);
    expect(await changedBy(model, train)).toEqual(ALL);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('a frozen layer gives in training what it gives in inference', () => {
    model = network();
    const x = formulaImage(4, [8, 8, 2]);
    const features = tfl.model({ inputs: model.inputs, outputs: model.getLayer('bn2').output });
    const outputs = (training: boolean) =>
      tf.tidy(() => (features.apply(x, { training }) as tf.Tensor).dataSync<'float32'>().slice());
    freezeBackbone(model);
    const [inference, frozen] = [outputs(false), outputs(true)];
    expect(frozen).toEqual(inference);
    unfreezeBackbone(model);
    expect(relativeError(outputs(true), inference)).toBeGreaterThan(0.1);
    x.dispose();
  });

  it('gradients through a frozen batch normalization take its statistics as constants', () => {
    model = network();
    freezeBackbone(model);
    const bn = model.getLayer('bn1');
    const [gamma, , , variance] = bn.weights.map((weight) => weight.read());
    const x = formulaImage(2, [3, 3, 4]);
    const [received, expected] = tf.tidy(() => {
      const slope = tf.div(gamma!, tf.sqrt(tf.add(variance!, 1e-3)));
      const dx = tf.grad((input) => tf.sum(bn.apply(input, { training: true }) as tf.Tensor))(x);
      return [dx.dataSync(), tf.mul(tf.onesLike(x), slope).dataSync()];
    });
    expect(relativeError(received, expected)).toBeLessThan(1e-6);
    x.dispose();
  });
});

describe('freezeBackbone', () => {
  it('marks what is trained, again and again', () => {
    const model = network();
    const options: [FreezeOptions | undefined, string[]][] = [
      [undefined, ['head_bn/gamma', 'head_bn/beta', 'scores/kernel', 'scores/bias']],
      [{ exceptLast: 1 }, ['bn2/beta', 'head_bn/gamma', 'head_bn/beta', 'scores/kernel', 'scores/bias']],
      [{}, ['head_bn/gamma', 'head_bn/beta', 'scores/kernel', 'scores/bias']],
    ];
    for (const [given, expected] of options) {
      freezeBackbone(model, given);
      expect(trained(model)).toEqual(expected);
    }
    unfreezeBackbone(model);
    expect(trained(model)).toHaveLength(10);
    model.dispose();
  });

  it('trains the head also of a model that was frozen whole', () => {
    const model = network();
    model.trainable = false;
    freezeBackbone(model);
    expect(trained(model)).toHaveLength(4);
    model.dispose();
  });

  it('reaches into nested models, layer by layer', async () => {
    const image = tfl.input({ shape: [8, 8, 2] });
    const inner = network();
    const backbone = tfl.model({
      inputs: inner.inputs,
      outputs: inner.getLayer('bn2').output,
      name: 'inner',
    });
    const head = [
      tfl.layers.globalAveragePooling2d({}),
      tfl.layers.activation({ activation: 'tanh' }),
      tfl.layers.batchNormalization({ name: 'head_bn' }),
      tfl.layers.dense({ units: 2, name: 'scores', activation: 'sigmoid' }),
    ];
    const scores = head.reduce((x, layer) => layer.apply(x) as tfl.SymbolicTensor, backbone.apply(image));
    const model = tfl.model({ inputs: image, outputs: scores as tfl.SymbolicTensor });
    fillByFormula(model);
    freezeBackbone(model, { exceptLast: 1 });
    compile(model);
    expect(await changedBy(model, () => steps(model))).toEqual(['bn2', ...HEAD]);
    freezeBackbone(model);
    compile(model);
    expect(await changedBy(model, () => steps(model))).toEqual(HEAD);
    backbone.trainable = false;
    unfreezeBackbone(model);
    compile(model);
    expect(await changedBy(model, () => steps(model))).toEqual(ALL);
  });

  it.each([0.5, -1, NaN, '1' as unknown as number])('refuses an exceptLast of %s', (exceptLast) => {
    const model = network();
    expect(() => {
      freezeBackbone(model, { exceptLast });
    }).toThrow(/exceptLast must be an integer from 0/);
    model.dispose();
  });

  it('lets a compiled model train only once it is compiled again, where anything changed', async () => {
    const model = network();
    const before = tf.memory().numTensors;
    compile(model);
    await steps(model);
    unfreezeBackbone(model);
    await steps(model);
    freezeBackbone(model);
    await expect(steps(model)).rejects.toThrow(/compile/);
    compile(model);
    expect(await changedBy(model, () => steps(model))).toEqual(HEAD);
    unfreezeBackbone(model);
    await expect(steps(model)).rejects.toThrow(/compile/);
    // The images of the two refusals; the optimizers, which were the model's own, are gone.
    expect(tf.memory().numTensors).toBe(before + 4);
    model.dispose();
  });
});

describe('an optimizer', () => {
  it('that has trained other weights is refused by trainModel, and fine with those it has trained', async () => {
    const [model, copy] = [network(), network()];
    const optimizer = tf.train.adam(1e-3);
    const train = (of: tfl.LayersModel) => trainModel(of, { train: cells(), epochs: 1, optimizer });
    await train(model);
    await train(model);
    await train(copy);
    freezeBackbone(model);
    await expect(train(model)).rejects.toThrow(/state of other weights/);
    freezeBackbone(copy, { exceptLast: 3 });
    await expect(train(copy)).rejects.toThrow(RangeError);
    unfreezeBackbone(model);
    await train(model);
    optimizer.dispose();
    model.dispose();
    copy.dispose();
  });

  it.each<[string, () => tf.Optimizer]>([
    ['rmsprop', () => tf.train.rmsprop(1e-3, 0.9, 0.5)],
    ['momentum', () => tf.train.momentum(1e-3, 0.9)],
    ['adagrad', () => tf.train.adagrad(1e-3)],
    ['adadelta', () => tf.train.adadelta()],
  ])('%s is known by its state too', async (_, make) => {
    const model = network();
    const optimizer = make();
    const train = () => trainModel(model, { train: cells(), epochs: 1, optimizer });
    await train();
    await train();
    freezeBackbone(model);
    await expect(train()).rejects.toThrow(/state of other weights/);
    optimizer.dispose();
    model.dispose();
  });

  it('that has trained only the first of the weights is refused too', async () => {
    const model = network();
    const optimizer = tf.train.momentum(1e-3, 0.9);
    model.getLayer('scores').trainable = false;
    await trainModel(model, { train: cells(), epochs: 1, optimizer });
    model.getLayer('scores').trainable = true;
    const training = trainModel(model, { train: cells(), epochs: 1, optimizer });
    await expect(training).rejects.toThrow(/state of other weights/);
    optimizer.dispose();
    model.dispose();
  });

  it.each<[string, () => tf.Optimizer]>([
    ['sgd', () => tf.train.sgd(1e-3)],
    ['adamax', () => tf.train.adamax()],
  ])('%s, which tells of no state, is taken', async (_, make) => {
    const model = network();
    const optimizer = make();
    await trainModel(model, { train: cells(), epochs: 1, optimizer });
    await trainModel(model, { train: cells(), epochs: 1, optimizer });
    optimizer.dispose();
    model.dispose();
  });
});

it('the best weights come back to the layers they are of, also when layers are frozen meanwhile', async () => {
  const model = network();
  let best: number[][] = [];
  const values = () =>
    ALL.map((name) =>
      [...model.getLayer(name).weights]
        .sort((a, b) => a.id - b.id)
        .flatMap((weight) => Array.from(weight.read().dataSync())),
    );
  const training = trainModel(model, {
    train: cells(),
    epochs: 3,
    onEpochEnd: ({ epoch }) => {
      if (epoch === 1) best = values();
      else freezeBackbone(model);
    },
    learningRate: 10,
  });
  await expect(training).rejects.toThrow(/compile/);
  expect(values()).toEqual(best);
  model.dispose();
});

describe('buildModel', () => {
  it.each<[boolean | FreezeOptions | undefined, number]>([
    [undefined, 6],
    [false, 6],
    [true, 2],
    [{}, 2],
    [{ exceptLast: 1 }, 4],
    [{ exceptLast: 2 }, 6],
  ])('with freeze: %j trains %i weights', async (freeze, expected) => {
    const options = { inputShape: [40, 40, 4] as const, ...(freeze === undefined ? {} : { freeze }) };
    const model = await buildModel('smallCnn', options);
    expect(trained(model)).toHaveLength(expected);
    model.dispose();
  });

  it('trains the head and the last layers of a backbone', async () => {
    const model = await buildModel('resnet18', { inputShape: [32, 32, 4], freeze: { exceptLast: 2 } });
    const lastUnit = 3 * 3 * 512 * 512 + 2 * 512;
    const sizes = model.trainableWeights.map((weight) => weight.read().size);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(lastUnit + 512 * 28 + 28);
    model.dispose();
  });

  it('takes scores for the head of models of other makes', async () => {
    const model = await buildModel('haltufBaseline', { inputShape: [94, 94, 4], freeze: true });
    expect(trained(model)).toEqual(['scores/kernel', 'scores/bias']);
    model.dispose();
  });

  it('freezes a backbone without a head whole', async () => {
    const model = await buildModel('resnet18', { inputShape: [32, 32, 4], head: 'none', freeze: true });
    expect(trained(model)).toEqual([]);
    model.dispose();
  });

  it.each([[{ exceptlast: 1 }], ['head'], [1], [null]])(
    'refuses freeze: %j before it builds',
    async (freeze) => {
      await expect(buildModel('resnet18', { freeze: freeze as FreezeOptions })).rejects.toThrow(TypeError);
    },
  );
});
