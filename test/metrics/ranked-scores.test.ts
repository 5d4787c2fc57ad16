import fc from 'fast-check';
import {
  averagePrecisionPerClass,
  averagePrecisionScore,
  isHpaError,
  precisionRecallCurve,
  rankScores,
  rocAucPerClass,
  rocAucScore,
  rocCurve,
  ScoreHistogram,
  type Average,
  type RankedScores,
} from 'hpa-kit';
import { describe, expect, test } from 'vitest';
import golden from '../golden/sklearn_ranking.json';
import { expectClose } from './expect-close';

/** Labels and scores of one class, with ties. */
const samples = fc
  .array(
    fc.record({
      label: fc.integer({ min: 0, max: 1 }),
      score: fc.oneof(
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.integer({ min: 0, max: 16 }).map((step) => step / 16),
      ),
    }),
    { maxLength: 60 },
  )
  .map((rows) => ({ labels: rows.map(({ label }) => label), scores: rows.map(({ score }) => score) }));

function expectAsGolden(ranked: RankedScores, expected: (typeof golden)[number]) {
  expectClose(averagePrecisionPerClass(ranked), expected.averagePrecision);
  expectClose(rocAucPerClass(ranked), expected.rocAuc);
  for (const { average, averagePrecision, rocAuc } of expected.averages) {
    const options = { average: average as Average };
    expectClose(averagePrecisionScore(ranked, options), averagePrecision);
    expectClose(rocAucScore(ranked, options), rocAuc);
  }
  expected.curves.forEach((curve, k) => {
    const { precision, recall, thresholds } = precisionRecallCurve(ranked, k);
    expectClose(precision, curve.precision);
    expectClose(recall, curve.recall);
    expect(Array.from(thresholds)).toEqual(curve.thresholds);
    const roc = rocCurve(ranked, k);
    expectClose(roc.falsePositiveRate, curve.falsePositiveRate);
    expectClose(roc.truePositiveRate, curve.truePositiveRate);
    expect(Array.from(roc.thresholds)).toEqual([Infinity, ...curve.rocThresholds]);
  });
}

describe('as scikit-learn', () => {
  test.each(golden)('exactly: $name', (expected) => {
    const { numClasses, labels, scores } = expected;
    expectAsGolden(rankScores(labels, scores, { numClasses }), expected);
  });

  // The scores of these are sixty-fourths, none of them 1.
  test.each(golden.slice(1))('in bins that begin where the scores are: $name', (expected) => {
    const { numClasses, labels, scores } = expected;
    expectAsGolden(new ScoreHistogram(numClasses, { bins: 64 }).add(labels, scores), expected);
    expectAsGolden(
      new ScoreHistogram(numClasses, { bins: 192, range: [-1, 2] }).add(labels, scores),
      expected,
    );
    expectAsGolden(new ScoreHistogram(numClasses).add(labels, scores), expected);
  });

  test('of selected classes', () => {
    const { numClasses, labels, scores, averagePrecision, rocAuc } = golden[3]!;
    const ranked = rankScores(labels, scores, { numClasses });
    const present = averagePrecision.slice(0, 4).reduce((sum, each) => sum + each, 0) / 4;
    expectClose(averagePrecisionScore(ranked, { classes: 'present' }), present);
    expectClose(rocAucScore(ranked, { classes: [0, 2] }), (rocAuc[0]! + rocAuc[2]!) / 2);
    expect(rocAucScore(ranked, { classes: 'present' })).toBeNaN();
    expect(averagePrecisionScore(ranked, { classes: [] })).toBeNaN();
  });
});

describe('rankScores', () => {
  test('groups are those of any order, float32 or double, few or many', () => {
    const distinct = fc.array(fc.integer({ min: -40, max: 40 }), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(distinct, fc.integer({ min: 1, max: 2000 }), (values, size) => {
        const scores = Float32Array.from({ length: size }, (_, i) => values[(i * 7) % values.length]! / 8);
        const labels = Uint8Array.from(scores, (_, i) => Number(i % 3 === 0));
        const {
          scores: heights,
          positives,
          negatives,
        } = rankScores(labels, scores, { numClasses: 1 }).groups(0);
        const expected = [...new Set(scores)].sort((a, b) => b - a);
        expect(Array.from(heights)).toEqual(expected);
        const count = (label: number) =>
          expected.map(
            (height) => scores.filter((score, i) => score === height && labels[i] === label).length,
          );
        expect(Array.from(positives)).toEqual(count(1));
        expect(Array.from(negatives)).toEqual(count(0));
        const doubles = rankScores(labels, Array.from(scores), { numClasses: 1 }).groups(0);
        expect(doubles).toEqual({ scores: heights, positives, negatives });
      }),
      { numRuns: 30 },
    );
  });

  test('is not changed by a change of the scores, 0 equals −0, and infinite scores are ranked', () => {
    const scores = new Float64Array([0, -0, Infinity, -Infinity]);
    const ranked = rankScores([1, 0, 0, 1], scores, { numClasses: 1 });
    scores.fill(7);
    expect(Array.from(ranked.groups(0).scores, (score) => score + 0)).toEqual([Infinity, 0, -Infinity]);
    expect(rocAucPerClass(ranked)[0]).toBe(0.125);
    expect(rankScores([1, 0], [0, -0], { numClasses: 2 }).pooledGroups().scores).toHaveLength(1);
  });

  test('reversed scores turn ROC AUC around, and rising functions change nothing', () => {
    fc.assert(
      fc.property(samples, ({ labels, scores }) => {
        fc.pre(labels.includes(0) && labels.includes(1));
        const of = (values: number[]) => rankScores(labels, values, { numClasses: 1 });
        const [area] = rocAucPerClass(of(scores));
        expectClose(rocAucPerClass(of(scores.map((score) => -score))), [1 - area!]);
        const doubled = of(scores.map((score) => 2 * score));
        expect(rocAucPerClass(doubled)[0]).toBe(area);
        expect(averagePrecisionPerClass(doubled)).toEqual(averagePrecisionPerClass(of(scores)));
      }),
    );
  });

  test('without samples', () => {
    const ranked = rankScores([], [], { numClasses: 2 });
    expect(Array.from(averagePrecisionPerClass(ranked))).toEqual([0, 0]);
    expect(Array.from(rocAucPerClass(ranked))).toEqual([NaN, NaN]);
    expect(averagePrecisionScore(ranked, { average: 'samples' })).toBeNaN();
    expect(precisionRecallCurve(ranked, 0).thresholds).toHaveLength(0);
  });
});

describe('ScoreHistogram', () => {
  test('ROC AUC is off by no more than half of the pairs within bins', () => {
    fc.assert(
      fc.property(samples, fc.integer({ min: 1, max: 40 }), ({ labels, scores }, bins) => {
        fc.pre(labels.includes(0) && labels.includes(1));
        const histogram = new ScoreHistogram(1, { bins }).add(labels, scores);
        const { positives, negatives } = histogram.groups(0);
        const total = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0);
        const together = positives.reduce((sum, count, bin) => sum + count * negatives[bin]!, 0);
        const bound = together / 2 / (total(positives) * total(negatives));
        const exact = rocAucPerClass(rankScores(labels, scores, { numClasses: 1 }))[0]!;
        expect(Math.abs(rocAucPerClass(histogram)[0]! - exact)).toBeLessThanOrEqual(bound + 1e-12);
      }),
    );
  });

  test('average precision lies between those of the best and the worst order within bins', () => {
    fc.assert(
      fc.property(samples, fc.integer({ min: 1, max: 40 }), ({ labels, scores }, bins) => {
        fc.pre(labels.includes(1));
        const histogram = new ScoreHistogram(1, { bins }).add(labels, scores);
        const { positives, negatives } = histogram.groups(0);
        let [above, others, best, worst] = [0, 0, 0, 0];
        positives.forEach((count, bin) => {
          if (count > 0) best += count * ((above + count) / (above + count + others));
          others += negatives[bin]!;
          for (let i = 1; i <= count; i++) worst += (above + i) / (above + i + others);
          above += count;
        });
        const exact = averagePrecisionPerClass(rankScores(labels, scores, { numClasses: 1 }))[0]!;
        for (const value of [exact, averagePrecisionPerClass(histogram)[0]!]) {
          expect(value).toBeLessThanOrEqual(best / above + 1e-12);
          expect(value).toBeGreaterThanOrEqual(worst / above - 1e-12);
        }
      }),
    );
  });

  test('curves are exact at the lower ends of bins, which hold what is at or above them', () => {
    fc.assert(
      fc.property(samples, fc.integer({ min: 1, max: 40 }), ({ labels, scores }, bins) => {
        const { precision, thresholds } = precisionRecallCurve(
          new ScoreHistogram(1, { bins }).add(labels, scores),
          0,
        );
        thresholds.forEach((threshold, i) => {
          const predicted = labels.filter((_, row) => scores[row]! >= threshold);
          const right = predicted.filter((label) => label === 1);
          expect(precision[i]).toBe(right.length / predicted.length);
        });
      }),
    );
    // 0.29 · 100 is 28.999999999999996.
    const { scores } = new ScoreHistogram(1, { bins: 100 }).add([1, 1, 1], [0.29, 1, 0]).groups(0);
    expect(Array.from(scores)).toEqual([0.99, 0.29, 0]);
  });

  test('streaming equals one go, also for averages over samples', () => {
    const { numClasses, labels, scores } = golden[0]!;
    const streamed = new ScoreHistogram(numClasses, { bins: 16 });
    for (let start = 0; start < labels.length; start += 3 * numClasses) {
      streamed.add(labels.slice(start, start + 3 * numClasses), scores.slice(start, start + 3 * numClasses));
    }
    const whole = new ScoreHistogram(numClasses, { bins: 16 }).add(labels, scores);
    expect(streamed.samples).toBe(40);
    for (let k = 0; k < numClasses; k++) expect(streamed.groups(k)).toEqual(whole.groups(k));
    expect(streamed.pooledGroups()).toEqual(whole.pooledGroups());
    const exact = rankScores(labels, scores, { numClasses });
    const options = { average: 'samples' } as const;
    expect(averagePrecisionScore(streamed, options)).toBe(averagePrecisionScore(exact, options));
    expect(rocAucScore(streamed, options)).toBe(rocAucScore(exact, options));
  });
});

describe('errors', () => {
  test('misuse', () => {
    expect(() => new ScoreHistogram(0)).toThrow('numClasses must be a positive integer. Received 0');
    expect(() => new ScoreHistogram(1, { bins: 1.5 })).toThrow(
      'bins must be a positive integer. Received 1.5',
    );
    for (const range of [
      [1, 0],
      [0, 0],
      [0, Infinity],
      [NaN, 1],
    ] as const) {
      expect(() => new ScoreHistogram(1, { range })).toThrow('range must be two finite numbers');
    }
    expect(() => rankScores([1, 0], [0.5], { numClasses: 1 })).toThrow(
      'labels and scores must have one length',
    );
    const ranked = rankScores([1, 0], [0.5, 0.5], { numClasses: 2 });
    expect(() => rocCurve(ranked, 2)).toThrow(
      new RangeError('k must be a class index in 0 to 1. Received 2'),
    );
    expect(() => new ScoreHistogram(2).groups(-1)).toThrow('k must be a class index in 0 to 1. Received -1');
    expect(() => rocAucScore(ranked, { average: 'micro', classes: 'present' })).toThrow(
      new TypeError("classes must be 'all' with the average 'micro'. Received present"),
    );
    expect(() => averagePrecisionScore(ranked, { average: 'samples', classes: [0] })).toThrow(TypeError);
    expect(() => averagePrecisionScore(ranked, { classes: [2] })).toThrow(
      'classes must be indices in 0 to 1',
    );
  });

  test('bad data says where, and leaves the histogram as it was', () => {
    const histogram = new ScoreHistogram(2).add([1, 0], [0.9, 0.1]);
    const before = histogram.pooledGroups();
    const add = (label: number, score: number) => () =>
      histogram.add([1, 0, 1, label], [0.1, 0.2, 0.3, score]);
    expect(add(2, 0.5)).toThrow('labels must be 0 or 1. Received 2 at sample row 1, class 1');
    expect(add(1, NaN)).toThrow('Received NaN at sample row 1, class 1');
    for (const wrong of [1.5, -0.1, Infinity]) {
      expect(add(1, wrong)).toThrow(`scores must lie in 0 to 1. Received ${wrong} at sample row 1, class 1`);
      expect(add(1, wrong)).toThrow(expect.toSatisfy((error: unknown) => isHpaError(error, 'score-invalid')));
    }
    expect(histogram.samples).toBe(1);
    expect(histogram.pooledGroups()).toEqual(before);
    expect(() => rankScores([3], [0.5], { numClasses: 1 })).toThrow('Received 3 at sample row 0, class 0');
    expect(() => rankScores([1], [NaN], { numClasses: 1 })).toThrow('Received NaN at sample row 0, class 0');
  });
});
