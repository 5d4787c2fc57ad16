import fc from 'fast-check';
import {
  brierScore,
  brierScorePerClass,
  coverageError,
  isHpaError,
  labelRankingAveragePrecision,
  rankingLoss,
  RankingMetrics,
  SquaredErrors,
} from 'hpa-kit';
import { describe, expect, test } from 'vitest';
import golden from '../golden/sklearn_ranking.json';
import { expectClose } from './expect-close';

test.each(golden)('as scikit-learn: $name', (expected) => {
  const { numClasses, labels, scores } = expected;
  expectClose(coverageError(labels, scores, { numClasses }), expected.coverageError);
  expectClose(rankingLoss(labels, scores, { numClasses }), expected.rankingLoss);
  expectClose(
    labelRankingAveragePrecision(labels, scores, { numClasses }),
    expected.labelRankingAveragePrecision,
  );
  expectClose(brierScorePerClass(labels, scores, { numClasses }), expected.brierScore);
  const mean = expected.brierScore.reduce((sum, score) => sum + score, 0) / numClasses;
  expectClose(brierScore(labels, Float64Array.from(scores), { numClasses }), mean);
});

test('streaming equals one go, however the samples are cut', () => {
  const { numClasses, labels, scores } = golden[2]!;
  const whole = new RankingMetrics(numClasses).add(labels, scores);
  const errors = new SquaredErrors(numClasses).add(labels, scores);
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 12 }), { maxLength: 6 }), (sizes) => {
      const ranking = new RankingMetrics(numClasses);
      const squared = new SquaredErrors(numClasses);
      let start = 0;
      for (const size of [...sizes, 30]) {
        const end = Math.min(labels.length, start + size * numClasses);
        ranking.add(labels.slice(start, end), scores.slice(start, end));
        squared.add(labels.slice(start, end), scores.slice(start, end));
        start = end;
      }
      expect([ranking.samples, squared.samples]).toEqual([30, 30]);
      expect(ranking.coverageError).toBe(whole.coverageError);
      expect(ranking.rankingLoss).toBe(whole.rankingLoss);
      expect(ranking.labelRankingAveragePrecision).toBe(whole.labelRankingAveragePrecision);
      expect(ranking.averagePrecision).toBe(whole.averagePrecision);
      expect(squared.brierScorePerClass).toEqual(errors.brierScorePerClass);
    }),
    { numRuns: 20 },
  );
});

test('at best and at worst', () => {
  const options = { numClasses: 4 };
  const labels = [1, 1, 0, 0];
  const [right, wrong] = [
    [4, 3, 2, 1],
    [1, 2, 3, 4],
  ];
  expect(coverageError(labels, right, options)).toBe(2);
  expect(coverageError(labels, wrong, options)).toBe(4);
  expect(rankingLoss(labels, right, options)).toBe(0);
  expect(rankingLoss(labels, wrong, options)).toBe(1);
  expect(labelRankingAveragePrecision(labels, right, options)).toBe(1);
  expectClose(labelRankingAveragePrecision(labels, wrong, options), (1 / 3 + 2 / 4) / 2);
});

describe('errors', () => {
  test('misuse, and no samples', () => {
    expect(() => new RankingMetrics(0)).toThrow('numClasses must be a positive integer. Received 0');
    expect(() => new SquaredErrors(-1)).toThrow('numClasses must be a positive integer. Received -1');
    expect(() => rankingLoss([1, 0, 1], [1, 1, 1], { numClasses: 2 })).toThrow('whole rows of 2 classes');
    expect(coverageError([], [], { numClasses: 2 })).toBeNaN();
    expect(brierScore([], [], { numClasses: 2 })).toBeNaN();
  });

  test('bad data says where, and leaves the sums as they were', () => {
    const ranking = new RankingMetrics(2).add([1, 0], [0.9, 0.1]);
    const errors = new SquaredErrors(2).add([1, 0], [0.9, 0.1]);
    const before = errors.brierScore;
    for (const add of [
      (label: number, score: number) => ranking.add([1, 0, 1, label], [0.1, 0.2, 0.3, score]),
      (label: number, score: number) => errors.add([1, 0, 1, label], [0.1, 0.2, 0.3, score]),
    ]) {
      expect(() => add(2, 0.5)).toThrow('labels must be 0 or 1. Received 2 at sample row 1, class 1');
      expect(() => add(1, NaN)).toThrow('Received NaN at sample row 1, class 1');
    }
    const logits = () => errors.add([1, 0, 1, 0], [0.1, 0.2, 0.3, 4]);
    expect(logits).toThrow('probabilities must lie in 0 to 1. Received 4 at sample row 1, class 1');
    expect(logits).toThrow(expect.toSatisfy((error: unknown) => isHpaError(error, 'score-invalid')));
    expect(ranking.samples).toBe(1);
    expect(ranking.coverageError).toBe(1);
    expect(errors.samples).toBe(1);
    expect(errors.brierScore).toBe(before);
  });
});
