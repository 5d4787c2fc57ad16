import { asymmetricLoss, binaryCrossEntropy, focalLoss } from 'hpa-kit';
import { describe, expect, test } from 'vitest';
import { eachEngine } from '../engines';
import golden from '../golden/keras_losses.json';
import { gradient, value } from './losses-at-hand';

const { labels, logits, probabilities } = golden;

eachEngine(() => {
  test('weights of 1 and no smoothing are the plain cross-entropy, to the bit', () => {
    const plain = value(binaryCrossEntropy(), labels, probabilities);
    const options = { classWeights: [1, 1, 1, 1, 1], positiveWeights: [1, 1, 1, 1, 1], labelSmoothing: 0 };
    expect(value(binaryCrossEntropy(options), labels, probabilities)).toBe(plain);
    expect(value(binaryCrossEntropy({ positiveWeights: 1 }), labels, probabilities)).toBe(plain);
  });

  test('the examples of binaryCrossEntropy and asymmetricLoss', () => {
    const [yTrue, yPred] = [[[0, 1]], [[0.5, 0.9]]];
    expect(value(binaryCrossEntropy({ positiveWeights: 3 }), yTrue, yPred)).toBeCloseTo(0.5046, 4);
    expect(value(asymmetricLoss(), yTrue, yPred)).toBeCloseTo(0.06494, 5);
  });

  test('smoothed targets are those of smoothed labels', () => {
    const smoothed = labels.map((row) => row.map((y) => y * 0.75 + 0.125));
    const loss = binaryCrossEntropy({ labelSmoothing: 0.25, from: 'logits' });
    expect(value(loss, labels, logits)).toBeCloseTo(
      value(binaryCrossEntropy({ from: 'logits' }), smoothed, logits),
      6,
    );
    // What a smoothed positive asks for is a probability of 0.875, and no more.
    expect(gradient(loss, [[1]], [[Math.log(7)]])[0]).toBeCloseTo(0, 6);
    expect(gradient(loss, [[1]], [[4]])[0]).toBeGreaterThan(0.1);
  });

  test('asymmetricLoss of equal exponents without a margin is focalLoss', () => {
    for (const gamma of [0, 0.5, 2]) {
      const options = { gammaPositive: gamma, gammaNegative: gamma, clip: 0, from: 'logits' } as const;
      const [asymmetric, focal] = [asymmetricLoss(options), focalLoss({ gamma, from: 'logits' })];
      expect(value(asymmetric, labels, logits)).toBeCloseTo(value(focal, labels, logits), 6);
      gradient(focal, labels, logits).forEach((slope, i) => {
        expect(gradient(asymmetric, labels, logits)[i]).toBeCloseTo(slope, 6);
      });
    }
  });

  test('a negative below the margin has no loss and no gradient', () => {
    expect(value(asymmetricLoss(), [[0, 0]], [[0.04, 0]])).toBe(0);
    expect(gradient(asymmetricLoss(), [[0, 0]], [[0.04, 0]])).toEqual([0, 0]);
    expect(gradient(asymmetricLoss(), [[0]], [[0.3]])[0]).toBeGreaterThan(0);
    // At p = 1 the margin keeps the loss finite: −0.95⁴ · log 0.05.
    expect(value(asymmetricLoss(), [[0]], [[1]])).toBeCloseTo(-(0.95 ** 4) * Math.log(0.05), 5);
  });
});

describe('options', () => {
  test('names say what the loss is', () => {
    expect(binaryCrossEntropy({ classWeights: [1, 2], labelSmoothing: 0.1 }).name).toBe(
      'binaryCrossEntropy(classWeights=[1, 2], labelSmoothing=0.1)',
    );
    expect(asymmetricLoss().name).toBe('asymmetricLoss(gammaPositive=0, gammaNegative=4, clip=0.05)');
  });

  test('a list given is copied', () => {
    const weights = [1, 1];
    const loss = binaryCrossEntropy({ classWeights: weights });
    const before = value(loss, [[1, 0]], [[0.5, 0.5]]);
    weights[0] = 100;
    expect(value(loss, [[1, 0]], [[0.5, 0.5]])).toBe(before);
  });

  test('misuse is refused', () => {
    expect(() => binaryCrossEntropy({ classWeights: [1, -1] })).toThrow(
      'classWeights must be finite and at least 0. Received -1',
    );
    expect(() => binaryCrossEntropy({ classWeights: 2 as unknown as number[] })).toThrow(
      'classWeights must be a list, one for each class. Received 2',
    );
    expect(() => binaryCrossEntropy({ positiveWeights: NaN })).toThrow('positiveWeights must be finite');
    expect(() => binaryCrossEntropy({ positiveWeights: [Infinity] })).toThrow(RangeError);
    expect(() => binaryCrossEntropy({ labelSmoothing: 1.5 })).toThrow(
      'labelSmoothing must lie in 0 to 1. Received 1.5',
    );
    expect(() => value(binaryCrossEntropy({ classWeights: [1] }), labels, probabilities)).toThrow(
      'classWeights must have one value for each class. Received 1 values for 5 classes',
    );
    expect(() => value(binaryCrossEntropy({ positiveWeights: [1, 2] }), labels, probabilities)).toThrow(
      'positiveWeights must have one value for each class. Received 2 values for 5 classes',
    );
    expect(() => asymmetricLoss({ gammaPositive: -1 })).toThrow(
      'gammaPositive must be a finite number of at least 0. Received -1',
    );
    expect(() => asymmetricLoss({ gammaNegative: Infinity })).toThrow(RangeError);
    expect(() => asymmetricLoss({ clip: 1 })).toThrow('clip must lie in 0 to below 1. Received 1');
    expect(() => asymmetricLoss({ clip: NaN })).toThrow(RangeError);
  });
});
