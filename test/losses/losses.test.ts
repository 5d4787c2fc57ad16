import { binaryCrossEntropy, focalLoss, softF1Loss, weightedSum, type LossFn } from 'hpa-kit';
import { describe, expect, test } from 'vitest';
import { eachEngine } from '../engines';
import golden from '../golden/keras_losses.json';
import { gradient, value } from './losses-at-hand';

eachEngine(() => {
  test('binaryCrossEntropy is that of Keras', () => {
    const { bce, labels, softLabels, logits, probabilities, extremeLabels, extreme } = golden;
    expect(value(binaryCrossEntropy(), labels, probabilities)).toBeCloseTo(bce.probabilities, 6);
    expect(value(binaryCrossEntropy(), softLabels, probabilities)).toBeCloseTo(bce.soft, 6);
    expect(value(binaryCrossEntropy({ from: 'logits' }), labels, logits)).toBeCloseTo(bce.logits, 6);
    // 1 − 1e-7 is not a float32: a unit in its last place is 1e-7 of the logarithm's argument.
    expect(value(binaryCrossEntropy(), extremeLabels, extreme)).toBeCloseTo(bce.extreme, 4);
    const huge = extreme.map((row) => row.map((p) => p * 160 - 80));
    expect(value(binaryCrossEntropy({ from: 'logits' }), extremeLabels, huge)).toBeCloseTo(bce.hugeLogits, 6);
  });

  test.each(golden.focal)('focalLoss is that of Keras: gamma $gamma, alpha $alpha', (expected) => {
    const { labels, softLabels, logits, probabilities, extremeLabels, extreme } = golden;
    const options = { gamma: expected.gamma, ...(expected.alpha === null ? {} : { alpha: expected.alpha }) };
    expect(value(focalLoss(options), labels, probabilities)).toBeCloseTo(expected.probabilities, 6);
    expect(value(focalLoss(options), softLabels, probabilities)).toBeCloseTo(expected.soft, 6);
    expect(value(focalLoss({ ...options, from: 'logits' }), labels, logits)).toBeCloseTo(expected.logits, 6);
    expect(value(focalLoss(options), extremeLabels, extreme)).toBeCloseTo(expected.extreme, 4);
  });

  test('softF1Loss is its formula', () => {
    expect(value(softF1Loss(), golden.labels, golden.probabilities)).toBeCloseTo(golden.softF1, 6);
    expect(value(softF1Loss({ from: 'logits' }), golden.labels, golden.logits)).toBeCloseTo(golden.softF1, 6);
  });

  test('a class without positives gives softF1Loss 1 and no gradient', () => {
    expect(value(softF1Loss(), [[0], [0]], [[0.3], [0.9]])).toBeCloseTo(1, 6);
    expect(gradient(softF1Loss(), [[0], [0]], [[0.3], [0]])).toEqual([0, 0]);
    expect(gradient(softF1Loss(), [[0], [0]], [[0], [0]])).toEqual([0, 0]);
  });

  test('alpha for each class weighs each class by its own', () => {
    const [yTrue, yPred] = [[[1, 1]], [[0.5, 0.5]]];
    const plain = value(focalLoss(), yTrue, yPred);
    expect(value(focalLoss({ alpha: [0.2, 0.6] }), yTrue, yPred)).toBeCloseTo(plain * 0.4, 6);
    expect(value(focalLoss({ alpha: [0.2, 0.6] }), [[0, 0]], yPred)).toBeCloseTo(plain * 0.6, 6);
  });

  test('weightedSum adds what its losses give', () => {
    const [bce, f1] = [binaryCrossEntropy(), softF1Loss()];
    const [a, b] = [bce, f1].map((loss) => value(loss, golden.labels, golden.probabilities));
    const sum = weightedSum([[2, bce], { loss: f1, weight: 0.5 }]);
    expect(value(sum, golden.labels, golden.probabilities)).toBeCloseTo(2 * a! + 0.5 * b!, 5);
  });
});

describe('options', () => {
  test('gamma 0 without alpha is cross-entropy, to the bit', () => {
    for (const from of ['probabilities', 'logits'] as const) {
      const predictions = golden[from];
      expect(value(focalLoss({ gamma: 0, from }), golden.labels, predictions)).toBe(
        value(binaryCrossEntropy({ from }), golden.labels, predictions),
      );
    }
  });

  test('names say what the loss is', () => {
    expect(binaryCrossEntropy().name).toBe('binaryCrossEntropy');
    expect(focalLoss({ alpha: [0.25, 0.75] }).name).toBe('focalLoss(gamma=2, alpha=[0.25, 0.75])');
    expect(
      weightedSum([
        [1, focalLoss()],
        [0.5, softF1Loss({ from: 'logits' })],
      ]).name,
    ).toBe('weightedSum(1 × focalLoss(gamma=2), 0.5 × softF1Loss(from=logits))');
  });

  test('misuse is refused', () => {
    expect(() => focalLoss({ gamma: -1 })).toThrow(
      'gamma must be a finite number of at least 0. Received -1',
    );
    expect(() => focalLoss({ gamma: NaN })).toThrow(RangeError);
    expect(() => focalLoss({ alpha: 1.5 })).toThrow('alpha must lie in 0 to 1. Received 1.5');
    expect(() => focalLoss({ alpha: [0.5, -1] })).toThrow(RangeError);
    expect(() => softF1Loss({ from: 'scores' as 'logits' })).toThrow(
      "from must be 'probabilities' or 'logits'. Received scores",
    );
    expect(() => weightedSum([])).toThrow('at least one loss');
    expect(() => weightedSum([[-1, softF1Loss()]])).toThrow('the weight of loss 0');
    expect(() => weightedSum([[1, 'focal' as unknown as LossFn]])).toThrow(TypeError);
    expect(() => value(binaryCrossEntropy(), [[1, 0]], [[0.5]])).toThrow(
      'binaryCrossEntropy expects yTrue and yPred of one shape [batch, classes]. Received [1, 2] and [1, 1]',
    );
    expect(() => value(focalLoss({ alpha: [0.5] }), [[1, 0]], [[0.5, 0.5]])).toThrow(
      'alpha must have one value for each class. Received 1 values for 2 classes',
    );
  });
});
