import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import {
  binaryCrossEntropy,
  HpaDataset,
  predictDataset,
  softF1Loss,
  trainModel,
  weightedSum,
  type CellImage,
  type ImageSource,
  type LossFn,
  type TrainOptions,
} from 'hpa-kit';
import { mixUp } from 'hpa-kit/augment';
import { describe, expect, it } from 'vitest';
import { eachEngine } from '../engines';

const COUNT = 12;

/** Two classes of which neither follows from the other, and pixels that differ in every sample. */
function source(): ImageSource {
  const labels = Uint8Array.from({ length: COUNT * 2 }, (_, i) => Number((i >> 1) % (i % 2 ? 3 : 2) === 0));
  return {
    name: 'weighted',
    ids: Array.from({ length: COUNT }, (_, i) => `w${i}`),
    channels: ['a'],
    classes: ['first', 'second'],
    labels,
    load: (index): Promise<CellImage> =>
      Promise.resolve({
        width: 2,
        height: 2,
        channels: 1,
        data: Uint8Array.from({ length: 4 }, (_, i) => (index * 53 + i * 91) % 256),
      }),
  };
}

function zeroModel(): tfl.LayersModel {
  return tfl.sequential({
    layers: [
      tfl.layers.flatten({ inputShape: [2, 2, 1] }),
      tfl.layers.dense({ units: 2, activation: 'sigmoid', kernelInitializer: 'zeros' }),
    ],
  });
}

/** The model's weights after training by plain gradient descent from zeros. */
async function trained(options: Partial<TrainOptions> & { learningRate?: number }): Promise<number[]> {
  const { learningRate = 1, ...rest } = options;
  const model = zeroModel();
  const optimizer = tf.train.sgd(learningRate);
  const train = new HpaDataset(source());
  await trainModel(model, { train, epochs: 1, batchSize: COUNT, order: 'sequential', optimizer, ...rest });
  const weights = model.getWeights().flatMap((weight) => Array.from(weight.dataSync()));
  optimizer.dispose();
  model.dispose();
  return weights;
}

const closeTo = (weights: number[]) => weights.map((weight) => expect.closeTo(weight, 6) as number);

const everyThird = Float32Array.from({ length: COUNT }, (_, i) => Number(i % 3 === 0));
const kept = [...everyThird.keys()].filter((i) => everyThird[i]);

eachEngine(() => {
  describe('trainModel with sampleWeights', () => {
    it('leaves out samples of weight 0, up to the divisor', async () => {
      const actual = await trained({ sampleWeights: everyThird });
      const train = new HpaDataset(source()).subset(kept);
      // The loss is divided by the batch, which here is a third as large.
      const expected = await trained({ train, learningRate: kept.length / COUNT });
      expect(actual).toEqual(closeTo(expected));
      expect(actual).not.toEqual(closeTo(await trained({})));
    });

    it('leaves them out of a loss of sets as if they were not there', async () => {
      const loss = softF1Loss({ doubleSided: true });
      const train = new HpaDataset(source()).subset(kept);
      expect(await trained({ loss, sampleWeights: everyThird })).toEqual(
        closeTo(await trained({ loss, train })),
      );
    });

    it('finds each sample’s own weight in shuffled batches of a subset', async () => {
      const all = new HpaDataset(source());
      const train = all.subset([7, 2, 9, 4, 11]);
      const common = { batchSize: 1, order: 'shuffled', seed: 3, epochs: 2 } as const;
      // Plain gradient descent stands still at the others.
      const alone = await trained({ ...common, train: all.subset([9]) });
      const byId = await trained({ ...common, train, sampleWeights: (id) => Number(id === 'w9') });
      expect(byId).toEqual(closeTo(alone));
      expect(await trained({ ...common, train, sampleWeights: [0, 0, 1, 0, 0] })).toEqual(byId);
      expect(await trained({ ...common, train, sampleWeights: [0, 1, 0, 0, 0] })).not.toEqual(closeTo(alone));
    });

    it('gives the steps of weights of 1 to the bit, and logs the weighted loss', async () => {
      const ones = new Float64Array(COUNT).fill(1);
      expect(await trained({ sampleWeights: ones })).toEqual(await trained({}));
      const model = zeroModel();
      const train = new HpaDataset(source());
      const { history } = await trainModel(model, {
        train,
        valid: train,
        epochs: 1,
        batchSize: COUNT,
        learningRate: 1e-9,
        sampleWeights: () => 0.5,
      });
      expect(history[0]!.loss).toBeCloseTo(0.5 * Math.log(2), 5);
      expect(history[0]!.validLoss).toBeCloseTo(Math.log(2), 5);
      model.dispose();
    });

    it('leaves no tensors behind', async () => {
      const loss = weightedSum([
        [1, binaryCrossEntropy()],
        [1, softF1Loss()],
      ]);
      await trained({ loss, sampleWeights: everyThird });
      const before = tf.memory().numTensors;
      await trained({ loss, sampleWeights: everyThird });
      expect(tf.memory().numTensors).toBe(before);
    });
  });
});

describe('sampleWeights that trainModel refuses', () => {
  const refused = (options: Partial<TrainOptions>) => expect(trained(options)).rejects;

  it('names what is wrong', async () => {
    await refused({ sampleWeights: [1, 2] }).toThrow(
      'sampleWeights must have one weight for each of the 12 training samples. Received 2',
    );
    await refused({ sampleWeights: (id) => (id === 'w5' ? NaN : 1) }).toThrow(
      'sampleWeights must be finite numbers of at least 0. Received NaN for sample w5',
    );
    await refused({ sampleWeights: () => -1 }).toThrow(RangeError);
    const plain: LossFn = (yTrue, yPred) => tf.losses.meanSquaredError(yTrue, yPred);
    await refused({ loss: plain, sampleWeights: everyThird }).toThrow(
      'sampleWeights need a loss with a third parameter',
    );
    await refused({ sampleWeights: everyThird, batchAugmentation: mixUp() }).toThrow(
      'sampleWeights must not be joined to batchAugmentation, which mixes samples. Received mixUp',
    );
  });

  it('leaves the model able to predict', async () => {
    const model = zeroModel();
    const train = new HpaDataset(source());
    await trainModel(model, { train, epochs: 1, sampleWeights: everyThird });
    const { scores } = await predictDataset(model, train);
    expect(scores).toHaveLength(COUNT * 2);
    model.dispose();
  });
});
