import fc from 'fast-check';
import {
  classReport,
  ConfusionCounts,
  constantBaselineF1,
  countConfusion,
  f1PerClass,
  f1Score,
  fBetaPerClass,
  fBetaScore,
  hammingLoss,
  isHpaError,
  macroF1,
  microF1,
  multilabelConfusion,
  precisionPerClass,
  precisionScore,
  recallPerClass,
  recallScore,
  subsetAccuracy,
  type Average,
} from 'hpa-kit';
import { describe, expect, test } from 'vitest';
import { expectClose } from './expect-close';
import golden from '../golden/sklearn_metrics.json';

const { numClasses, labels, scores, thresholds } = golden;
const counts = countConfusion(labels, scores, { numClasses, thresholds });
const noLabels = countConfusion(
  labels.map(() => 0),
  scores,
  { numClasses, thresholds },
);

interface ScoresByAverage {
  average: string;
  f1: number | null;
  fHalf: number | null;
  f2: number | null;
  f0: number | null;
  fInfinity: number | null;
  precision: number | null;
  recall: number | null;
  f1OfNoLabels: number | null;
  recallOfNoLabels: number | null;
}

describe.each(golden.averages)('as scikit-learn with zero_division $zeroDivision', (expected) => {
  const zeroDivision = expected.zeroDivision ?? NaN;

  test('per class', () => {
    expectClose(f1PerClass(counts, { zeroDivision }), expected.f1);
    expectClose(fBetaPerClass(counts, { zeroDivision, beta: 2 }), expected.f2);
    expectClose(precisionPerClass(counts, { zeroDivision }), expected.precision);
    expectClose(recallPerClass(counts, { zeroDivision }), expected.recall);
  });

  test.each<ScoresByAverage>(expected.byAverage)('averaged: $average', (scores) => {
    const options = { zeroDivision, average: scores.average as Average };
    expectClose(f1Score(counts, options), scores.f1);
    expectClose(fBetaScore(counts, { ...options, beta: 0.5 }), scores.fHalf);
    expectClose(fBetaScore(counts, { ...options, beta: 2 }), scores.f2);
    expectClose(fBetaScore(counts, { ...options, beta: 0 }), scores.f0);
    expectClose(fBetaScore(counts, { ...options, beta: Infinity }), scores.fInfinity);
    expectClose(precisionScore(counts, options), scores.precision);
    expectClose(recallScore(counts, options), scores.recall);
    expectClose(f1Score(noLabels, options), scores.f1OfNoLabels);
    expectClose(recallScore(noLabels, options), scores.recallOfNoLabels);
    if (scores.average === 'macro') {
      expect(macroF1(counts, { zeroDivision })).toBe(f1Score(counts, { zeroDivision }));
      expectClose(macroF1(counts, { zeroDivision }), scores.f1);
    }
    if (scores.average === 'micro') expectClose(microF1(counts, { zeroDivision }), scores.f1);
  });

  test('of some classes', () => {
    expectClose(macroF1(counts, { zeroDivision, classes: [0, 1, 3] }), expected.macroOf013);
    expectClose(macroF1(counts, { zeroDivision, classes: 'present' }), expected.macroPresent);
    const weighted = { zeroDivision, average: 'weighted' } as const;
    expectClose(precisionScore(counts, { ...weighted, classes: [0, 4, 5, 6] }), expected.weightedOf0456);
    expectClose(recallScore(counts, { ...weighted, classes: [5, 6] }), expected.weightedOf56);
    expectClose(f1Score(counts, { zeroDivision, average: 'micro', classes: [1, 3] }), expected.microOf13);
  });
});

test('losses and confusion matrices as scikit-learn', () => {
  expectClose(hammingLoss(counts), golden.hammingLoss);
  expectClose(subsetAccuracy(counts), golden.subsetAccuracy);
  expect(golden.subsetAccuracy).toBeGreaterThan(0);
  expect(multilabelConfusion(counts)).toEqual(golden.confusion);
});

test('without classes or samples', () => {
  const empty = new ConfusionCounts(2);
  for (const zeroDivision of [0, 1, NaN]) {
    expect(f1Score(counts, { zeroDivision, classes: [] })).toBe(zeroDivision);
    expect(precisionScore(empty, { zeroDivision, average: 'samples' })).toBe(zeroDivision);
  }
  expect(empty.outcomes).toEqual([]);
  expect(hammingLoss(empty)).toBeNaN();
  expect(subsetAccuracy(empty)).toBeNaN();
});

test('the constant baseline is the better of always and never, per class', () => {
  expect(constantBaselineF1(labels, numClasses)).toBeCloseTo(golden.constantBaseline, 12);
  const present = constantBaselineF1(Uint8Array.from(labels), numClasses, { classes: 'present' });
  expect(present).toBeCloseTo(golden.constantBaselinePresent, 12);
  expect(constantBaselineF1([0, 0], 2, { classes: 'present' })).toBe(0);
});

test('counts add up, and a score equal to the threshold is positive', () => {
  const { truePositives: tp, falsePositives: fp, falseNegatives: fn, trueNegatives: tn, samples } = counts;
  expect(samples).toBe(60);
  tp.forEach((_, k) => {
    expect(tp[k]! + fp[k]! + fn[k]! + tn[k]!).toBe(samples);
  });
  expect(countConfusion([1], [0.5], { numClasses: 1 }).truePositives[0]).toBe(1);
  // 0.1 as float32 is 0.10000000149, above the double 0.1, and below the next double above itself.
  const single = new Float32Array([0.1]);
  expect(countConfusion([1], single, { numClasses: 1, thresholds: 0.1 }).truePositives[0]).toBe(1);
  expect(countConfusion([1], single, { numClasses: 1, thresholds: 0.1000000015 }).truePositives[0]).toBe(0);
});

test('streaming equals one go, however the samples are cut', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 10 }), (sizes) => {
      const streamed = new ConfusionCounts(numClasses);
      let row = 0;
      for (const size of [...sizes, 60]) {
        const [start, end] = [row * numClasses, Math.min(60, row + size) * numClasses];
        streamed.add(labels.slice(start, end), scores.slice(start, end), thresholds);
        row = Math.min(60, row + size);
      }
      expect(streamed.samples).toBe(60);
      for (const key of ['truePositives', 'falsePositives', 'falseNegatives', 'trueNegatives'] as const) {
        expect(streamed[key]).toEqual(counts[key]);
      }
      expect(streamed.outcomes).toEqual(counts.outcomes);
    }),
    { numRuns: 30 },
  );
});

test('outcomes are those of the samples', () => {
  const rows = Array.from({ length: 60 }, (_, row) => {
    const outcome = { truePositives: 0, falsePositives: 0, falseNegatives: 0 };
    for (let k = 0; k < numClasses; k++) {
      const label = labels[row * numClasses + k]!;
      const predicted = scores[row * numClasses + k]! >= thresholds[k]!;
      if (label === 1 && predicted) outcome.truePositives++;
      if (label === 0 && predicted) outcome.falsePositives++;
      if (label === 1 && !predicted) outcome.falseNegatives++;
    }
    return outcome;
  });
  expect(counts.outcomes.flatMap(({ samples, ...outcome }) => Array<object>(samples).fill(outcome))).toEqual(
    rows.sort(
      (a, b) =>
        a.truePositives - b.truePositives ||
        a.falsePositives - b.falsePositives ||
        a.falseNegatives - b.falseNegatives,
    ),
  );
  expect(counts.outcomes.length).toBeLessThan(60);
  // Three digits of many classes stay apart.
  const wide = countConfusion(Array<number>(5000).fill(1), Array<number>(5000).fill(0), { numClasses: 5000 });
  expect(wide.outcomes).toEqual([{ truePositives: 0, falsePositives: 0, falseNegatives: 5000, samples: 1 }]);
});

test('the report has a row for each class', () => {
  const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
  const rows = classReport(counts, { classes: names, thresholds });
  expect(rows.map((row) => row.name)).toEqual(names);
  const { f1, precision, recall } = golden.averages[0]!;
  expect(rows[0]).toEqual({
    name: 'a',
    precision: precision[0],
    recall: recall[0],
    f1: f1[0],
    support: counts.truePositives[0]! + counts.falseNegatives[0]!,
    threshold: 0.4,
  });
  expect(rows[5]!.support).toBe(0);
  expect(classReport(counts, { classes: names })[3]!.threshold).toBe(0.5);
  expect(() => classReport(counts, { classes: ['a'] })).toThrow('classes must name each of the 7 classes');
});

describe('errors', () => {
  test('misuse', () => {
    expect(() => new ConfusionCounts(0)).toThrow('numClasses must be a positive integer. Received 0');
    expect(() => new ConfusionCounts(1.5)).toThrow(RangeError);
    expect(() => countConfusion([1, 0], [0.5], { numClasses: 1 })).toThrow(
      'labels and scores must have one length. Received 2 labels and 1 scores',
    );
    expect(() => countConfusion([1, 0, 1], [1, 1, 1], { numClasses: 2 })).toThrow('whole rows of 2 classes');
    expect(() => countConfusion([1, 0], [1, 1], { numClasses: 2, thresholds: [0.5] })).toThrow(
      'one value for each of the 2 classes. Received 1 values',
    );
    expect(() => countConfusion([1], [1], { numClasses: 1, thresholds: NaN })).toThrow(
      'Received NaN for class 0',
    );
    expect(() => macroF1(counts, { classes: [7] })).toThrow('classes must be indices in 0 to 6. Received 7');
    expect(() => macroF1(counts, { classes: 'some' as 'all' })).toThrow(
      new TypeError("classes must be 'all', 'present' or indices. Received some"),
    );
    expect(() => f1Score(counts, { average: 'binary' as 'macro' })).toThrow(
      new TypeError("average must be 'macro', 'micro', 'weighted' or 'samples'. Received binary"),
    );
    expect(() => recallScore(counts, { average: 'samples', classes: [0, 1] })).toThrow(
      new TypeError("classes must be 'all' with the average 'samples'. Received 0,1"),
    );
    expect(() => fBetaScore(counts, { beta: -1 })).toThrow(
      new RangeError('beta must be a number >= 0. Received -1'),
    );
    expect(() => fBetaPerClass(counts, { beta: NaN })).toThrow('Received NaN');
  });

  test('bad data says where, and leaves the counts as they were', () => {
    const started = new ConfusionCounts(2).add([1, 0], [0.9, 0.1]);
    const wrongLabel = () => started.add([1, 0, 1, 2], [0, 0, 0, 0]);
    expect(wrongLabel).toThrow('labels must be 0 or 1. Received 2 at sample row 1, class 1');
    expect(wrongLabel).toThrow(expect.toSatisfy((error: unknown) => isHpaError(error, 'label-invalid')));
    const notANumber = () => started.add([1, 0, 1, 1], [0, 0, NaN, 0]);
    expect(notANumber).toThrow('Received NaN at sample row 1, class 0');
    expect(notANumber).toThrow(expect.toSatisfy((error: unknown) => isHpaError(error, 'score-invalid')));
    expect(started.samples).toBe(1);
    expect(started.outcomes).toHaveLength(1);
    expect(started.truePositives).toEqual(new Float64Array([1, 0]));
    expect(started.falseNegatives).toEqual(new Float64Array([0, 0]));
    expect(() => constantBaselineF1([3], 1)).toThrow('labels must be 0 or 1');
  });
});
