import fc from 'fast-check';
import { binaryCrossEntropy, classWeights, positiveWeights } from 'hpa-kit';
import { describe, expect, test } from 'vitest';

const METHODS = ['inverse', 'effectiveNumber', 'logarithmic'] as const;

describe('classWeights', () => {
  test('its example', () => {
    const weights = classWeights([30, 10, 0], { normalize: false });
    expect(weights.map((weight) => weight.toFixed(4))).toEqual(['0.4444', '1.3333', '13.3333']);
  });

  test('the rarer a class, the larger its weight; their mean is 1', () => {
    const counts = fc.array(fc.integer({ min: 0, max: 20000 }), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(counts, fc.constantFrom(...METHODS), (counts, method) => {
        const weights = classWeights(counts, { method });
        expect(weights.reduce((sum, weight) => sum + weight, 0) / counts.length).toBeCloseTo(1, 9);
        weights.forEach((weight, k) => {
          expect(weight).toBeGreaterThan(0);
          weights.forEach((other, j) => {
            if (counts[k]! < counts[j]!) expect(weight).toBeGreaterThanOrEqual(other);
          });
        });
      }),
    );
  });

  test('a beta of 0 weighs all classes alike, one near to 1 by the inverse', () => {
    const counts = [100, 10, 1];
    expect(classWeights(counts, { method: 'effectiveNumber', beta: 0 })).toEqual([1, 1, 1]);
    const inverse = classWeights(counts);
    classWeights(counts, { method: 'effectiveNumber', beta: 1 - 1e-12 }).forEach((weight, k) => {
      expect(weight / inverse[k]!).toBeCloseTo(1, 6);
    });
  });

  test('without a label all weigh 1, and a list of any kind is taken', () => {
    expect(classWeights([0, 0])).toEqual([1, 1]);
    expect(classWeights(Float64Array.of(30, 10), { normalize: false })).toEqual([40 / 60, 40 / 20]);
    expect(() => binaryCrossEntropy({ classWeights: classWeights([3, 0]) })).not.toThrow();
  });

  test('misuse is refused', () => {
    expect(() => classWeights([])).toThrow('counts must have one number for each class. Received none');
    expect(() => classWeights([1, -1])).toThrow(
      'counts must be finite numbers of at least 0. Received -1 for class 1 (counted from 0)',
    );
    expect(() => classWeights([NaN])).toThrow(RangeError);
    expect(() => classWeights([1], { beta: 1 })).toThrow('beta must lie in 0 to below 1. Received 1');
    expect(() => classWeights([1], { mu: 0 })).toThrow('mu must be a positive finite number. Received 0');
    expect(() => classWeights([1], { method: 'balanced' as 'inverse' })).toThrow(
      "method must be 'inverse', 'effectiveNumber' or 'logarithmic'. Received balanced",
    );
  });
});

describe('positiveWeights', () => {
  test('its example, and without a cap', () => {
    expect(positiveWeights([25, 1, 0], 100, { max: 50 })).toEqual([3, 50, 50]);
    expect(positiveWeights([25, 1, 0, 100], 100)).toEqual([3, 99, 100, 0]);
  });

  test('positives and negatives weigh the same together', () => {
    const [weight] = positiveWeights([7], 50);
    expect(weight! * 7).toBeCloseTo(50 - 7, 12);
  });

  test('misuse is refused', () => {
    expect(() => positiveWeights([3, 5], 4)).toThrow(
      'counts must be at most samples, 4. Received 5 for class 1 (counted from 0)',
    );
    expect(() => positiveWeights([3], 4.5)).toThrow('samples must be a positive integer. Received 4.5');
    expect(() => positiveWeights([3], 4, { max: 0 })).toThrow('max must be a positive number. Received 0');
    expect(() => positiveWeights([Infinity], 4)).toThrow(RangeError);
    expect(() => positiveWeights([], 4)).toThrow(RangeError);
  });
});
