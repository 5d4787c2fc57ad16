import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, it } from 'vitest';
import {
  findThresholds,
  HpaDataset,
  predictDataset,
  predictEnsemble,
  trainFolds,
  trainModel,
  type Progress,
} from 'hpa-kit';
import { useEngine } from 'hpa-kit/node';
import { abortAfter, brightSource, bytesOf, tinyNetwork } from './tiny-training';

beforeAll(async () => {
  await useEngine({ engine: 'wasm' });
});

const all = new HpaDataset(brightSource(24));
const options = {
  k: 3,
  makeModel: (fold: number) => tinyNetwork({ seed: fold }),
  epochs: 2,
  batchSize: 6,
  seed: 4,
};

it('scores every sample by a model that has not seen it, and finds thresholds from that', async () => {
  const before = tf.memory().numTensors;
  const seen: Progress[] = [];
  const folds = await trainFolds(all, { ...options, onProgress: (progress) => seen.push(progress) });
  expect(folds.outOfFold.ids).toEqual(all.ids);
  expect(folds.outOfFold.labels).toEqual(all.labels);
  expect(new Set(seen.map(({ fold, folds: of }) => `${fold}/${of}`))).toEqual(new Set(['1/3', '2/3', '3/3']));

  for (const [i, { train, valid }] of all.kFold({ k: 3, seed: 4 }).entries()) {
    const model = tinyNetwork({ seed: i + 1 });
    await trainModel(model, { train, valid, epochs: 2, batchSize: 6, seed: 4 });
    expect(bytesOf(folds.models[i]!)).toEqual(bytesOf(model));
    const { ids, scores } = await predictDataset(model, valid);
    for (const [row, id] of ids.entries()) {
      const position = all.ids.indexOf(id);
      expect(folds.foldOf[position]).toBe(i + 1);
      expect(folds.outOfFold.scores.slice(position * 2, position * 2 + 2)).toEqual(
        scores.slice(row * 2, row * 2 + 2),
      );
    }
    model.dispose();
  }
  const { labels, scores } = folds.outOfFold;
  const found = findThresholds(labels, scores, { numClasses: 2, classes: all.classes });
  expect(folds.thresholds).toEqual(found);

  const ensemble = await predictEnsemble(folds.models, all);
  const each = await Promise.all(folds.models.map((model) => predictDataset(model, all)));
  ensemble.scores.forEach((score, i) => {
    expect(score).toBeCloseTo(each.reduce((sum, one) => sum + one.scores[i]!, 0) / 3, 6);
  });
  for (const model of folds.models) model.dispose();
  expect(tf.memory().numTensors).toBe(before);
});

it('goes on where it was interrupted', async () => {
  const whole = await trainFolds(all, options);
  const store = new Map<string, Uint8Array>();
  const { signal, callback } = abortAfter(8);
  const callbacks = () => [callback];
  const before = tf.memory().numTensors;
  await expect(
    trainFolds(all, { ...options, checkpoints: { store }, signal, callbacks }),
  ).rejects.toMatchObject({ code: 'aborted' });
  expect(tf.memory().numTensors).toBe(before);
  const again = await trainFolds(all, { ...options, checkpoints: { store } });
  expect(again.results.map(({ startStep }) => startStep)).toEqual([6, 2, 0]);
  expect(again.outOfFold).toEqual(whole.outOfFold);
  for (const model of [...whole.models, ...again.models]) model.dispose();
});
