import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { binaryCrossEntropy, findLearningRate, trainModel, type HpaDataset } from 'hpa-kit';
import { eachEngine } from '../engines';
import { bytesOf, tinyData, tinyNetwork } from './tiny-training';

const { train, valid } = tinyData();
const sgd = (learningRate: number) => tf.train.sgd(learningRate);

eachEngine(() => {
  it('finds a rate that trains, where far more runs away and far less learns nothing', async () => {
    const network = () => tinyNetwork({ units: 16 });
    const model = network();
    const options = { train, makeOptimizer: sgd, from: 1e-5, to: 1e3, batchSize: 6, seed: 2 };
    const { suggested, rates, losses, smoothed } = await findLearningRate(model, options);
    expect(suggested).toBeGreaterThan(1e-3);
    expect(rates.length).toBeLessThan(100);
    expect([losses.length, smoothed.length]).toEqual([rates.length, rates.length]);
    const ratio = rates[1]! / rates[0]!;
    expect(rates[0]).toBe(1e-5);
    expect(ratio).toBeCloseTo(1e8 ** (1 / 99), 9);
    const lossAfter = async (rate: number) => {
      const fresh = network();
      const optimizer = sgd(rate);
      try {
        const { history } = await trainModel(fresh, {
          train,
          valid,
          optimizer,
          epochs: 20,
          batchSize: 6,
          seed: 2,
        });
        return history.at(-1)!.loss;
      } finally {
        optimizer.dispose();
        fresh.dispose();
      }
    };
    const found = await lossAfter(suggested!);
    expect(found).toBeLessThan(0.3);
    expect(await lossAfter(suggested! / 100)).toBeGreaterThan(0.6);
    expect(await lossAfter(suggested! * 100)).toBeGreaterThan(0.6);
    model.dispose();
  });

  it('leaves the model as it was, and no tensor', async () => {
    const model = tinyNetwork();
    const [before, tensors] = [bytesOf(model), tf.memory().numTensors];
    await findLearningRate(model, { train, steps: 12, batchSize: 6 });
    expect(bytesOf(model)).toEqual(before);
    const controller = new AbortController();
    const onProgress = ({ done }: { done: number }) => {
      if (done >= 12) controller.abort();
    };
    const aborted = findLearningRate(model, { train, batchSize: 6, signal: controller.signal, onProgress });
    await expect(aborted).rejects.toMatchObject({ code: 'aborted' });
    expect(bytesOf(model)).toEqual(before);
    expect(tf.memory().numTensors).toBe(tensors);
    model.dispose();
  });

  it('takes losses below 0', async () => {
    const model = tinyNetwork({ units: 16 });
    const below = (yTrue: tf.Tensor, yPred: tf.Tensor) => tf.sub(binaryCrossEntropy()(yTrue, yPred), 5);
    const options = { train, makeOptimizer: sgd, steps: 40, batchSize: 6, seed: 2 };
    const [shifted, plain] = [
      await findLearningRate(model, { ...options, loss: below }),
      await findLearningRate(model, options),
    ];
    expect(shifted.rates).toHaveLength(40);
    expect(shifted.suggested).toBe(plain.suggested);
    model.dispose();
  });

  it('suggests nothing where the loss never falls', async () => {
    const model = tinyNetwork();
    let calls = 0;
    const rising = (_: tf.Tensor, yPred: tf.Tensor) => tf.add(tf.mul(tf.mean(yPred), 0), 1 + calls++ / 100);
    const { suggested, rates } = await findLearningRate(model, {
      train,
      loss: rising,
      steps: 10,
      batchSize: 6,
    });
    expect({ suggested, steps: rates.length }).toEqual({ suggested: undefined, steps: 10 });
    model.dispose();
  });

  it('says what is wrong with its options', async () => {
    const model = tinyNetwork();
    await expect(findLearningRate(model, { train, from: 1, to: 1 })).rejects.toThrow(
      /from and to must .* rise/,
    );
    await expect(findLearningRate(model, { train, steps: 2 })).rejects.toThrow(/steps must be .* at least 3/);
    const empty: HpaDataset = train.subset([]);
    await expect(findLearningRate(model, { train: empty })).rejects.toThrow(/must have samples and labels/);
    model.dispose();
  });
});
