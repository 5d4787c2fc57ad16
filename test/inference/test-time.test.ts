import * as tf from '@tensorflow/tfjs-core';
import { layers, sequential } from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { combineViews, createPredictor, Predictor, Random, type CellImage } from 'hpa-kit';
import { flipLeftRight, quarterTurns, testTimeViews, transpose } from 'hpa-kit/augment';
import { useEngine } from 'hpa-kit/node';
import { meanScorer } from './mean-scorer';

const options = { classes: ['bright'], preprocessing: { channels: ['green'] } };

function noise(size: number): CellImage {
  const random = new Random(5, 'noise');
  return {
    width: size,
    height: size,
    channels: 1,
    data: Uint8Array.from({ length: size * size }, () => random.int(256)),
  };
}

describe('combineViews', () => {
  const scores = Float32Array.of(0.2, 0.9, 0.8, 0.1, 0.5, 0, 0.5, 1);
  it.each([
    ['mean', [0.5, 0.5, 0.5, 0.5]],
    ['maximum', [0.8, 0.9, 0.5, 1]],
    ['geometricMean', [0.4, 0.3, 0.5, 0]],
  ] as const)('gives the %s of the rows that belong together', (combine, expected) => {
    const combined = combineViews(scores, { views: 2, numClasses: 2, combine });
    expect(combined).toHaveLength(4);
    combined.forEach((value, i) => {
      expect(value).toBeCloseTo(expected[i]!, 6);
    });
  });
});

describe('test-time augmentation', () => {
  beforeAll(async () => {
    await useEngine({ engine: 'wasm' });
  });

  it('makes predictions that no flip or turn of the image changes', async () => {
    // A network for which every view is another image: random weights for each pixel.
    const model = sequential({
      layers: [
        layers.flatten({ inputShape: [6, 6, 1] }),
        layers.dense({ units: 1, activation: 'sigmoid', kernelInitializer: 'glorotNormal' }),
      ],
    });
    const plain = createPredictor({ model, ...options });
    const image = noise(6);
    const moved = [flipLeftRight(image), quarterTurns(image, 1), transpose(image)];
    const alone = await plain.probabilities([image, ...moved]);
    expect(new Set(alone).size).toBe(4);
    for (const combine of ['mean', 'maximum', 'geometricMean'] as const) {
      const predictor = createPredictor({ model, ...options, testTime: { views: 'dihedral', combine } });
      const before = tf.memory().numTensors;
      const [first, ...rest] = await predictor.probabilities([image, ...moved]);
      expect(tf.memory().numTensors).toBe(before);
      for (const other of rest) expect(other).toBeCloseTo(first!, 6);
    }
    const views = testTimeViews('dihedral').map(({ apply }) => apply(image));
    const each = await plain.probabilities(views);
    const [mean] = await createPredictor({
      model,
      ...options,
      testTime: { views: 'dihedral' },
    }).probabilities([image]);
    expect(mean).toBeCloseTo(each.reduce((sum, value) => sum + value, 0) / 8, 6);
    model.dispose();
  });

  it('sees crops before they are resized', async () => {
    // 4×4 pixels whose quarters are 0, 40, 80 and 200, and whose middle holds one pixel of each.
    const data = Uint8Array.from({ length: 16 }, (_, i) => [0, 40, 80, 200][(i >> 3) * 2 + ((i % 4) >> 1)]!);
    const image = { width: 4, height: 4, channels: 1, data };
    const score = async (testTime: object) => {
      const predictor = new Predictor([meanScorer(2)], { ...options, testTime });
      return (await predictor.probabilities([image]))[0]! * 255;
    };
    const crops = (places: string) => ({ share: 0.5, places });
    expect(await score({ crops: crops('corners'), combine: 'maximum' })).toBeCloseTo(200, 3);
    expect(await score({ crops: crops('corners') })).toBeCloseTo(80, 3);
    expect(await score({ crops: crops('centre') })).toBeCloseTo(80, 3);
    expect(await score({ crops: { share: 0.26, places: 'corners' }, combine: 'maximum' })).toBeCloseTo(
      200,
      3,
    );
    expect(await score({ crops: crops('five'), views: 'flips', combine: 'geometricMean' })).toBeCloseTo(0, 3);
  });

  it('counts views into the batch', async () => {
    const scorer = meanScorer(2);
    const predictor = new Predictor([scorer], { ...options, testTime: { views: 'flips' } });
    await predictor.predict(
      Array.from({ length: 5 }, () => noise(2)),
      { batchSize: 9 },
    );
    expect(scorer.calls).toEqual([8, 8, 4]);
  });

  it('refuses what can’t be', () => {
    const make = (testTime: object, scorer = meanScorer(2)) =>
      new Predictor([scorer], { ...options, testTime });
    expect(() => make({ combine: 'median' })).toThrow("combine must be 'mean', 'maximum' or 'geometricMean'");
    expect(() => make({ views: 'spiral' })).toThrow(RangeError);
    expect(() => make({ crops: { share: 1, places: 'five' } })).toThrow(
      'crops.share must be above 0 and below 1',
    );
    expect(() => make({ crops: { share: 0.5, places: 'three' } })).toThrow(TypeError);
    expect(() => make({ views: 'dihedral' }, { ...meanScorer(2), inputShape: [2, 4, 1] })).toThrow(
      'It takes 2×4',
    );
  });
});
