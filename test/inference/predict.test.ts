import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import * as tfl from '@tensorflow/tfjs-layers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  formatSubmission,
  HpaDataset,
  HpaError,
  parseTarget,
  predictDataset,
  type ImageSource,
} from 'hpa-kit';
import { memorySource } from '../data/memory-source';

let model: tfl.LayersModel;
beforeAll(async () => {
  await tf.setBackend('cpu');
  model = tfl.sequential({
    layers: [
      tfl.layers.flatten({ inputShape: [8, 8, 4] }),
      tfl.layers.dense({ units: 3, activation: 'sigmoid' }),
    ],
  });
});
afterAll(() => {
  model.dispose();
});

describe('predictDataset', () => {
  it('gives each sample its own scores and labels, whatever the batch size', async () => {
    const source = memorySource(11);
    const dataset = new HpaDataset(source);
    const before = tf.memory().numTensors;
    const whole = await predictDataset(model, dataset, { batchSize: 11 });
    const parts = await predictDataset(model, dataset, { batchSize: 4 });
    expect(tf.memory().numTensors).toBe(before);
    expect(whole.ids).toEqual(source.ids);
    expect(whole.labels).toEqual(source.labels);
    expect(parts.labels).toEqual(whole.labels);
    parts.scores.forEach((score, i) => {
      expect(score).toBeCloseTo(whole.scores[i]!, 5);
    });
    const alone = await predictDataset(model, dataset.subset([7]));
    expect(alone.scores[1]).toBeCloseTo(whole.scores[7 * 3 + 1]!, 5);
  });

  it('keeps rows and ids together when samples are skipped', async () => {
    const good = memorySource(7);
    const source: ImageSource = {
      ...good,
      load: (i) => (i % 3 === 0 ? Promise.reject(new HpaError('png-invalid', 'Bad')) : good.load(i)),
    };
    const whole = await predictDataset(model, new HpaDataset(good));
    const { ids, scores, labels } = await predictDataset(
      model,
      new HpaDataset(source, { onBroken: 'skip' }),
      { batchSize: 2 },
    );
    expect(ids).toEqual(['s1', 's2', 's4', 's5']);
    [1, 2, 4, 5].forEach((i, row) => {
      expect(labels!.slice(row * 3, row * 3 + 3)).toEqual(whole.labels!.slice(i * 3, i * 3 + 3));
      for (let k = 0; k < 3; k++) expect(scores[row * 3 + k]).toBeCloseTo(whole.scores[i * 3 + k]!, 5);
    });
  });

  it('has no labels where the source has none, stops when aborted, and refuses another model', async () => {
    const { labels, ...unlabelled } = memorySource(3);
    expect((await predictDataset(model, new HpaDataset(unlabelled))).labels).toBeUndefined();
    const dataset = new HpaDataset(memorySource(3));
    await expect(predictDataset(model, dataset, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'aborted',
    });
    const two = new HpaDataset(memorySource(3, 8, 2));
    await expect(predictDataset(model, two)).rejects.toThrow(
      /one output \[batch, 2\].*It has \[, 3\]|It has \[null, 3\]/,
    );
  });
});

describe('formatSubmission', () => {
  const predictions = Uint8Array.from([...parseTarget('25 21'), ...parseTarget(''), ...parseTarget('0')]);
  const parts = { ids: ['b', 'a,1', 'c'], predictions, numClasses: 28 };

  it('writes Id,Predicted, each id once, quoted where needed', () => {
    expect(formatSubmission(parts)).toBe('Id,Predicted\nb,21 25\n"a,1",\nc,0\n');
  });

  it('follows the expected order', () => {
    expect(formatSubmission({ ...parts, expectedIds: ['c', 'b', 'a,1'] })).toBe(
      'Id,Predicted\nc,0\nb,21 25\n"a,1",\n',
    );
  });

  it.each([
    ['an id that stands there twice', { ids: ['b', 'b', 'c'] }, 'b', /twice/],
    ['an id without a prediction', { expectedIds: ['b', 'a,1', 'c', 'd'] }, 'd', /no prediction/],
    ['an id that is not expected', { expectedIds: ['b', 'c'] }, 'a,1', /not expected/],
  ])('refuses %s', (_, changes, sample, message) => {
    expect(() => formatSubmission({ ...parts, ...changes })).toThrow(message);
    expect(() => formatSubmission({ ...parts, ...changes })).toThrow(
      expect.objectContaining({ code: 'submission-invalid', sample }),
    );
  });

  it('refuses predictions of another length', () => {
    expect(() => formatSubmission({ ...parts, numClasses: 27 })).toThrow(RangeError);
  });
});
