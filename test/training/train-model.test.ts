import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  binaryCrossEntropy,
  countConfusion,
  ema,
  findThresholds,
  focalLoss,
  HpaDataset,
  HpaError,
  macroF1,
  predictDataset,
  trainModel,
  type CellImage,
  type EpochLog,
  type ImageSource,
  type Progress,
} from 'hpa-kit';

beforeAll(() => tf.setBackend('cpu'));

/** Samples whose classes are told by the brightness of the first two channels: learnable in a few steps. */
function brightSource(count: number): ImageSource {
  const labels = Uint8Array.from({ length: count * 2 }, (_, i) => Number((i >> 1) % (i % 2 ? 3 : 2) === 0));
  return {
    name: 'bright',
    ids: Array.from({ length: count }, (_, i) => `b${i}`),
    channels: ['a', 'b'],
    classes: ['first', 'second'],
    labels,
    load: (index): Promise<CellImage> =>
      Promise.resolve({
        width: 2,
        height: 2,
        channels: 2,
        data: Uint8Array.from(
          { length: 8 },
          (_, i) => 40 + 160 * labels[index * 2 + (i % 2)]! + ((index * 7 + i) % 10),
        ),
      }),
  };
}

function tinyModel(seed = 1, units = 2): tfl.LayersModel {
  const kernelInitializer = tfl.initializers.glorotUniform({ seed });
  return tfl.sequential({
    layers: [
      tfl.layers.flatten({ inputShape: [2, 2, 2] }),
      tfl.layers.dense({ units, activation: 'sigmoid', kernelInitializer }),
    ],
  });
}

async function weightsOf(model: tfl.LayersModel): Promise<number[]> {
  return (await Promise.all(model.getWeights().map((weight) => weight.data()))).flatMap((values) =>
    Array.from(values),
  );
}

const withoutTime = (history: EpochLog[]) =>
  history.map((log) => ({ ...log, seconds: 0, waitSeconds: 0, imagesPerSecond: 0 }));

describe('trainModel', () => {
  const all = new HpaDataset(brightSource(60));
  const { train, valid } = all.split({ valid: 0.3, seed: 1 });

  it('learns what can be learned, and records it', async () => {
    const model = tinyModel();
    const { history, stopped, bestEpoch, seconds } = await trainModel(model, {
      train,
      valid,
      epochs: 15,
      batchSize: 8,
      learningRate: 0.05,
    });
    expect(stopped).toBe('completed');
    expect(history.map(({ epoch }) => epoch)).toEqual(Array.from({ length: 15 }, (_, i) => i + 1));
    expect(history.at(-1)!.loss).toBeLessThan(history[0]!.loss / 3);
    expect(history.at(-1)!.validMacroF1).toBe(1);
    expect(history.every(({ images }) => images === train.size)).toBe(true);
    expect(history.every((log) => log.waitSeconds > 0 && log.waitSeconds <= log.seconds)).toBe(true);
    expect(seconds).toBeGreaterThanOrEqual(history.reduce((sum, log) => sum + log.seconds, 0));
    expect(bestEpoch).toBe(15);
    model.dispose();
  });

  it('records the loss and F1 that the predictions of the epoch give', async () => {
    const model = tinyModel();
    const { history } = await trainModel(model, { train, valid, epochs: 1, batchSize: 8 });
    const { labels, scores, numClasses } = await predictDataset(model, valid, { batchSize: 5 });
    const loss = tf.tidy(() =>
      binaryCrossEntropy()(
        tf.tensor2d(Float32Array.from(labels!), [valid.size, 2]),
        tf.tensor2d(scores, [valid.size, 2]),
      ).dataSync(),
    );
    expect(history[0]!.validLoss).toBeCloseTo(loss[0]!, 6);
    expect(history[0]!.validMacroF1).toBe(macroF1(countConfusion(labels!, scores, { numClasses })));
    expect(history[0]!.validMacroF1Tuned).toBe(
      findThresholds(labels!, scores, { numClasses, method: 'exact', validation: false }).macroF1,
    );
    model.dispose();
  });

  it('gives the same weights and history for the same seeds, and others for another', async () => {
    const run = async (seed: number) => {
      const model = tinyModel();
      const { history } = await trainModel(model, { train, valid, epochs: 2, batchSize: 8, seed });
      const weights = await weightsOf(model);
      model.dispose();
      return { history: withoutTime(history), weights };
    };
    const first = await run(1);
    expect(await run(1)).toEqual(first);
    expect((await run(2)).weights).not.toEqual(first.weights);
  });

  it('keeps the best epoch’s weights, stops when patience runs out, and says so', async () => {
    const model = tinyModel();
    const perEpoch: number[][] = [];
    const source = brightSource(60);
    // What is learned of these labels makes the true ones less likely: validation only gets worse.
    const inverted = new HpaDataset({ ...source, labels: source.labels!.map((label) => 1 - label) });
    const { history, bestEpoch, stopped } = await trainModel(model, {
      train,
      valid: inverted,
      epochs: 20,
      batchSize: 8,
      learningRate: 0.05,
      patience: 3,
      onEpochEnd: async () => void perEpoch.push(await weightsOf(model)),
    });
    const losses = history.map(({ validLoss }) => validLoss!);
    expect(bestEpoch).toBe(losses.indexOf(Math.min(...losses)) + 1);
    expect(stopped).toBe('patience');
    expect(history).toHaveLength(bestEpoch + 3);
    expect(await weightsOf(model)).toEqual(perEpoch[bestEpoch - 1]);
    expect(perEpoch.at(-1)).not.toEqual(perEpoch[bestEpoch - 1]);
    model.dispose();
  });

  it('leaves no tensor behind, in an epoch and over the whole run', async () => {
    const model = tinyModel();
    const before = tf.memory().numTensors;
    const counts: number[] = [];
    await trainModel(model, {
      train,
      valid,
      epochs: 3,
      batchSize: 8,
      onEpochEnd: () => void counts.push(tf.memory().numTensors),
    });
    expect(new Set(counts).size).toBe(1);
    expect(tf.memory().numTensors).toBe(before);
    model.dispose();
  });

  it('trains on epochs of any length, drawn with replacement', async () => {
    const model = tinyModel();
    const { history } = await trainModel(model, {
      train,
      epochs: 2,
      batchSize: 10,
      stepsPerEpoch: 7,
      order: 'with-replacement',
      loss: focalLoss(),
    });
    expect(history.map(({ images }) => images)).toEqual([70, 70]);
    expect(history[0]).not.toHaveProperty('validLoss');
    model.dispose();
  });

  it('reports progress that reaches its total, with rate and time left', async () => {
    const model = tinyModel();
    const seen: Progress[] = [];
    await trainModel(model, {
      train,
      valid,
      epochs: 2,
      batchSize: 8,
      onProgress: (progress) => seen.push(progress),
    });
    const ends = seen.filter(({ ended }) => ended);
    expect(ends.map(({ phase, epoch, done, total }) => [phase, epoch, done === total])).toEqual([
      ['train', 1, true],
      ['validate', 1, true],
      ['train', 2, true],
      ['validate', 2, true],
    ]);
    for (const { phase, imagesPerSecond, secondsLeft, loss, epochs } of seen) {
      expect(imagesPerSecond).toBeGreaterThan(0);
      expect(secondsLeft).toBeGreaterThanOrEqual(0);
      expect(epochs).toBe(2);
      if (phase === 'train') expect(loss).toBeGreaterThan(0);
    }
    model.dispose();
  });

  it('ends when aborted, with the best weights and what was recorded', async () => {
    const model = tinyModel();
    const controller = new AbortController();
    const before = tf.memory().numTensors;
    let kept: number[] = [];
    let steps = 0;
    const { history, stopped, bestEpoch } = await trainModel(model, {
      train,
      valid,
      epochs: 50,
      batchSize: 8,
      signal: controller.signal,
      onEpochEnd: async () => {
        kept = await weightsOf(model);
      },
      onProgress: ({ phase }) => {
        if (phase === 'train' && ++steps === 9) controller.abort();
      },
    });
    expect({ stopped, bestEpoch, epochs: history.length }).toEqual({
      stopped: 'aborted',
      bestEpoch: 1,
      epochs: 1,
    });
    expect(await weightsOf(model)).toEqual(kept);
    expect(tf.memory().numTensors).toBe(before);
    model.dispose();
  });

  it('stops at a loss that is no longer finite, and says where', async () => {
    const model = tinyModel();
    const nanLoss = (_: tf.Tensor, yPred: tf.Tensor) => tf.mean(tf.log(tf.sub(yPred, 2)));
    const before = tf.memory().numTensors;
    await expect(trainModel(model, { train, batchSize: 8, loss: nanLoss })).rejects.toMatchObject({
      code: 'training-diverged',
      message: expect.stringMatching(
        /NaN at step 1 of epoch 1, after 0 of 42 images.*learning rate/,
      ) as string,
    });
    expect(tf.memory().numTensors).toBe(before);
    model.dispose();
  });

  it.each([
    ['the norm of its gradients', 1, /norm of the gradients is NaN at step 1 of epoch 1/],
    ['the loss of the step after', undefined, /loss is NaN at step 2 of epoch 1/],
  ])('stops at gradients that are not finite, told by %s', async (_, clipNorm, message) => {
    const model = tinyModel();
    // The root's slope at 0 is infinite, and its product with 0 is NaN.
    const steep = (_true: tf.Tensor, yPred: tf.Tensor) => tf.mean(tf.sqrt(tf.mul(yPred, 0)));
    await expect(trainModel(model, { train, batchSize: 8, loss: steep, clipNorm })).rejects.toMatchObject({
      code: 'training-diverged',
      message: expect.stringMatching(message) as string,
    });
    model.dispose();
  });

  it('goes on without broken samples, and stops when all are', async () => {
    const source = brightSource(10);
    const broken = (bad: (i: number) => boolean): HpaDataset =>
      new HpaDataset(
        {
          ...source,
          load: (i) => (bad(i) ? Promise.reject(new HpaError('png-checksum', 'Bad')) : source.load(i)),
        },
        { onBroken: 'skip' },
      );
    const model = tinyModel();
    const { history } = await trainModel(model, { train: broken((i) => i < 3), epochs: 1, batchSize: 4 });
    expect(history[0]!.images).toBe(7);
    await expect(trainModel(model, { train: broken(() => true), epochs: 1 })).rejects.toThrow(
      /Every training sample was skipped/,
    );
    model.dispose();
  });

  it('says what is wrong with its options', async () => {
    const model = tinyModel();
    await expect(trainModel(model, { train, epochs: 0 })).rejects.toThrow(
      'epochs must be a positive integer. Received 0.',
    );
    await expect(trainModel(model, { train, monitor: 'validLoss' })).rejects.toThrow(
      /needs a validation dataset/,
    );
    await expect(trainModel(model, { train: train.subset([]) })).rejects.toThrow(
      'The train dataset is empty.',
    );
    const { labels, ...unlabelled } = brightSource(3);
    await expect(trainModel(model, { train: new HpaDataset(unlabelled) })).rejects.toThrow(/no labels/);
    const before = tf.memory().numTensors;
    const checkpoints = { store: new Map<string, Uint8Array>(), everySteps: 0 };
    await expect(trainModel(model, { train, averaging: ema(), checkpoints })).rejects.toThrow(/everySteps/);
    for (const wrong of [{ accumulateSteps: 0 }, { clipNorm: 0 }, { clipValue: -1 }])
      await expect(trainModel(model, { train, ...wrong })).rejects.toThrow(RangeError);
    expect(tf.memory().numTensors).toBe(before);
    const wide = tinyModel(1, 3);
    await expect(trainModel(wide, { train })).rejects.toMatchObject({ code: 'model-invalid' });
    model.dispose();
    wide.dispose();
  });
});
