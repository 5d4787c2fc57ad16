import * as tf from '@tensorflow/tfjs-core';
import { layers, sequential, type LayersModel } from '@tensorflow/tfjs-layers';
import { binaryCrossEntropy, focalLoss, withSampleWeights, type LossFn } from 'hpa-kit';
import { expect, test } from 'vitest';
import { eachEngine } from '../engines';

const INPUTS = [
  [1, 0, 2],
  [0, 1, -1],
  [0.5, 1, 0],
];
const LABELS = [
  [1, 0],
  [0, 1],
  [1, 1],
];

function linearModel(): LayersModel {
  return sequential({
    layers: [layers.dense({ units: 2, inputShape: [3], activation: 'sigmoid', kernelInitializer: 'zeros' })],
  });
}

function weightsOf(model: LayersModel): number[] {
  return model.getWeights().flatMap((weight) => Array.from(weight.dataSync()));
}

/** The weights of the model after one step of plain gradient descent. */
async function afterOneStep(
  train: (model: LayersModel, xs: tf.Tensor, ys: tf.Tensor) => Promise<unknown>,
  loss: LossFn,
  learningRate: number,
  rows: number[],
): Promise<number[]> {
  const model = linearModel();
  const optimizer = tf.train.sgd(learningRate);
  model.compile({ loss, optimizer });
  const [xs, ys] = [INPUTS, LABELS].map((values) => tf.tensor2d(rows.map((i) => values[i]!)));
  await train(model, xs!, ys!);
  const weights = weightsOf(model);
  tf.dispose([xs, ys]);
  optimizer.dispose();
  model.dispose();
  return weights;
}

eachEngine(() => {
  test('a step of weights is the step of the sum that they make', async () => {
    const loss = binaryCrossEntropy();
    const weighted = withSampleWeights(loss);
    // Weights 2, 0 and 1 over a divisor of 3 are the mean over the samples 0, 0 and 2.
    const actual = await afterOneStep(
      (model, xs, ys) => weighted.trainOnBatch(model, xs, ys, [2, 0, 1]),
      weighted,
      1,
      [0, 1, 2],
    );
    const expected = await afterOneStep((model, xs, ys) => model.trainOnBatch(xs, ys), loss, 1, [0, 0, 2]);
    expect(actual).toEqual(expected.map((weight) => expect.closeTo(weight, 6) as number));
    expect(Math.max(...actual)).toBeGreaterThan(0.1);
  });

  test('it returns the weighted loss, leaves no tensor, and trains without weights as before', async () => {
    const weighted = withSampleWeights(focalLoss());
    expect(weighted.name).toBe('focalLoss(gamma=2)');
    const model = linearModel();
    model.compile({ loss: weighted, optimizer: 'sgd' });
    const [xs, ys, weights] = [tf.tensor2d(INPUTS), tf.tensor2d(LABELS), tf.tensor1d([1, 0.5, 0])];
    const lossNow = (sampleWeights?: tf.Tensor) =>
      tf.tidy(() => focalLoss()(ys, model.predict(xs) as tf.Tensor, sampleWeights).dataSync()[0]!);
    const before = tf.memory().numTensors;
    let expected = lossNow(weights);
    expect(await weighted.trainOnBatch(model, xs, ys, weights)).toBeCloseTo(expected, 6);
    expected = lossNow();
    expect(await model.trainOnBatch(xs, ys)).toBeCloseTo(expected, 6);
    const evaluated = model.evaluate(xs, ys) as tf.Scalar;
    expect(evaluated.dataSync()[0]).toBeCloseTo(lossNow(), 6);
    evaluated.dispose();
    expect(tf.memory().numTensors).toBe(before);
    tf.dispose([xs, ys, weights]);
    model.dispose();
  });

  test('weights that are refused leave no tensor, and a step that fails leaves no weights', async () => {
    let fails = false;
    const plain = binaryCrossEntropy();
    const weighted = withSampleWeights((yTrue, yPred, sampleWeights) => {
      if (fails) throw new Error('no loss today');
      return plain(yTrue, yPred, sampleWeights);
    });
    const model = linearModel();
    model.compile({ loss: weighted, optimizer: tf.train.sgd(0) });
    const [xs, ys] = [tf.tensor2d(INPUTS), tf.tensor2d(LABELS)];
    const step = (weights: number[]) => weighted.trainOnBatch(model, xs, ys, weights);
    const before = tf.memory().numTensors;
    await expect(step([1, 1])).rejects.toThrow('one weight for each of the 3 samples. Received [2]');
    await expect(step([1, 1, NaN])).rejects.toThrow('Received NaN for sample row 2 (counted from 0)');
    expect(tf.memory().numTensors).toBe(before);
    fails = true;
    await expect(step([5, 5, 5])).rejects.toThrow('no loss today');
    fails = false;
    expect(await model.trainOnBatch(xs, ys)).toBeCloseTo(Math.log(2), 5);
    expect(await step([2, 2, 2])).toBeCloseTo(2 * Math.log(2), 5);
    tf.dispose([xs, ys]);
    model.dispose();
  });
});

test('misuse is refused', async () => {
  expect(() => withSampleWeights((yTrue, yPred) => tf.losses.meanSquaredError(yTrue, yPred))).toThrow(
    'sampleWeights need a loss with a third parameter, (yTrue, yPred, sampleWeights). Received a function with 2',
  );
  const weighted = withSampleWeights(binaryCrossEntropy());
  const model = linearModel();
  const [xs, ys] = [tf.tensor2d(INPUTS), tf.tensor2d(LABELS)];
  const step = () => weighted.trainOnBatch(model, xs, ys, [1, 1, 1]);
  await expect(step()).rejects.toThrow('model must be compiled with the loss whose trainOnBatch is called');
  model.compile({ loss: binaryCrossEntropy(), optimizer: 'sgd' });
  await expect(step()).rejects.toThrow(TypeError);
  model.compile({ loss: weighted, optimizer: 'sgd' });
  const first = step();
  await expect(step()).rejects.toThrow('trainOnBatch must be awaited before the next call');
  expect(await first).toBeCloseTo(Math.log(2), 5);
  tf.dispose([xs, ys]);
  model.dispose();
});
