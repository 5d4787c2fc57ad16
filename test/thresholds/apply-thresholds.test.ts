import { applyThresholds } from 'hpa-kit';
import { describe, expect, test } from 'vitest';

describe('applyThresholds', () => {
  test('predicts at the threshold and above', () => {
    expect([...applyThresholds([0.3, 0.1, 0.25, 0.04], [0.25, 0.05], { numClasses: 2 })]).toEqual([
      1, 1, 1, 0,
    ]);
    expect([...applyThresholds([0.4, 0.6], 0.5, { numClasses: 1 })]).toEqual([0, 1]);
  });

  test('atLeastOne adds the class nearest to its threshold, only where there is none', () => {
    const apply = (scores: number[], thresholds: number[]) => [
      ...applyThresholds(scores, thresholds, { numClasses: 2, atLeastOne: true }),
    ];
    expect(apply([0.3, 0.001], [0.5, 0.05])).toEqual([1, 0]); // by difference it would be the other
    expect(apply([0.2, 0.04], [0.5, 0.05])).toEqual([0, 1]);
    expect(apply([0, 0], [0.5, 0.05])).toEqual([1, 0]);
    expect(apply([-1, -3], [0, -2.5])).toEqual([0, 1]); // logits: by difference
    expect(apply([0.6, 0.04], [0.5, 0.05])).toEqual([1, 0]);
  });

  test('atMost keeps the classes that exceed their thresholds the most, only where there are more', () => {
    const apply = (scores: number[], thresholds: number[], atMost: number) => [
      ...applyThresholds(scores, thresholds, { numClasses: 3, atMost }),
    ];
    expect(apply([0.9, 0.3, 0.2], [0.5, 0.05, 0.1], 2)).toEqual([0, 1, 1]); // ratios 1.8, 6, 2
    expect(apply([0.9, 0.3, 0.2], [0.5, 0.05, 0.1], 1)).toEqual([0, 1, 0]);
    expect(apply([0.9, 0.3, 0.2], [0.5, 0.05, 0.1], 3)).toEqual([1, 1, 1]);
    expect(apply([0.4, 0.3, 0.2], [0.5, 0.05, 0.1], 2)).toEqual([0, 1, 1]);
    expect(apply([2, 2, 2], [1, 1, 1], 2)).toEqual([1, 1, 0]); // of equals the first
    expect(apply([Infinity, Infinity, 3], [0, 0, 0], 2)).toEqual([1, 1, 0]);
    expect(apply([1, 0.5, 3], [0, -2, 1], 2)).toEqual([0, 1, 1]); // logits: by difference
    expect(applyThresholds([0.1, 0.1], 0.5, { numClasses: 2, atLeastOne: true, atMost: 1 })).toEqual(
      Uint8Array.of(1, 0),
    );
  });

  test('refuses what it cannot use', () => {
    expect(() => applyThresholds([0.1], 0.5, { numClasses: 1, atMost: 0 })).toThrow(
      'atMost must be a positive integer. Received 0',
    );
    expect(() => applyThresholds([0.1, NaN], 0.5, { numClasses: 2 })).toThrow('sample row 0, class 1');
    expect(() => applyThresholds([0.1], 0.5, { numClasses: 2 })).toThrow('whole rows of 2 classes');
    expect(() => applyThresholds([0.1, 0.2], [0.5], { numClasses: 2 })).toThrow(
      'thresholds must be a number or',
    );
  });
});
