import fc from 'fast-check';
import {
  countConfusion,
  f1PerClass,
  findThresholds,
  macroF1,
  Random,
  type FindThresholdsOptions,
  type Labels,
  type Scores,
} from 'hpa-kit';
import { describe, expect, test } from 'vitest';
import golden from '../golden/sklearn_thresholds.json';
import { scoreCases } from './score-cases';

/** Without the estimate the optimum is found from counts in buckets, with it from sorted columns. */
const ways: [string, FindThresholdsOptions['validation']][] = [
  ['from buckets', false],
  ['from sorted columns', { folds: 2 }],
];

describe.each(ways)('the exact optimum, %s', (_, validation) => {
  const find = (
    labels: Labels,
    scores: Scores,
    options: Omit<FindThresholdsOptions, 'method' | 'validation'>,
  ) => findThresholds(labels, scores, { ...options, method: 'exact', validation });

  test('finds the optimum of scikit-learn', () => {
    const { numClasses, labels } = golden;
    const scores = Float32Array.from(golden.scores);
    const found = find(labels, scores, { numClasses });
    golden.f1.forEach((f1, k) => {
      expect(found.f1[k]).toBeCloseTo(f1, 12);
    });
    golden.lowestPredicted.forEach((lowest, k) => {
      const below = golden.scores.filter((score, i) => i % numClasses === k && score < lowest);
      expect(found.thresholds[k]).toBe((lowest + Math.max(...below)) / 2);
    });
  });

  test('scores exactly what it reports, no cut scores more, and 0.5 never does', () => {
    fc.assert(
      fc.property(scoreCases, ({ numClasses, labels, scores }) => {
        const found = find(labels, scores, { numClasses });
        const counts = countConfusion(labels, scores, { numClasses, thresholds: found.thresholds });
        expect(f1PerClass(counts)).toEqual(found.f1);
        expect(macroF1(counts)).toBe(found.macroF1);
        expect(macroF1(counts, { classes: 'present' })).toBe(found.macroF1Present);
        expect(found.macroF1).toBeGreaterThanOrEqual(found.macroF1AtFallback);
        expect(found.macroF1AtFallback).toBe(macroF1(countConfusion(labels, scores, { numClasses })));
        for (const cut of [...Array.from(scores), Infinity]) {
          const other = f1PerClass(countConfusion(labels, scores, { numClasses, thresholds: cut }));
          other.forEach((f1, k) => {
            expect(found.f1[k]).toBeGreaterThanOrEqual(f1);
          });
        }
      }),
      { numRuns: 300 },
    );
  });

  test('the order of the samples changes nothing', () => {
    fc.assert(
      fc.property(scoreCases, fc.integer(), ({ numClasses, labels, scores }, seed) => {
        const order = new Random(seed).shuffle(
          Array.from({ length: scores.length / numClasses }, (_, row) => row),
        );
        const pick = (values: ArrayLike<number>) =>
          order.flatMap((row) => Array.from({ length: numClasses }, (_, k) => values[row * numClasses + k]!));
        // The folds of the estimate take tied scores in the order of the samples.
        const tuned = (ls: Labels, ss: Scores) => ({
          ...find(ls, ss, { numClasses }),
          expectedScore: 0,
          warnings: [],
        });
        expect(tuned(pick(labels), pick(scores))).toEqual(tuned(labels, scores));
      }),
      { numRuns: 50 },
    );
  });

  test('float32 by the thousand give what the same numbers as float64 give', () => {
    const random = new Random('many scores');
    const labels = Uint8Array.from({ length: 10_000 }, () => Number(random.bool(0.3)));
    const scores = Float32Array.from(labels, (label) => random.normal(label));
    const found = find(labels, scores, { numClasses: 2 });
    expect(found).toEqual(find(labels, Float64Array.from(scores), { numClasses: 2 }));
    const counts = countConfusion(labels, scores, { numClasses: 2, thresholds: found.thresholds });
    expect(macroF1(counts)).toBe(found.macroF1);
    expect(found.macroF1).toBeGreaterThan(found.macroF1AtFallback);
  });

  const one = (labels: number[], scores: number[], fallback?: number) =>
    find(labels, scores, { numClasses: 1, ...(fallback === undefined ? {} : { fallback }) }).thresholds[0];

  test('lies in the middle of the gap', () => {
    expect(one([0, 1, 0, 1], [0.1, 0.3, 0.2, 0.4])).toBe(0.25);
    expect(one([1, 1], [0.3, 0.4])).toBe(0.15); // all predicted: the middle of 0 and the lowest
    expect(one([1, 1], [-2, 3])).toBe(-2); // logits: on the lowest
    expect(one([1, 1], [0, 0])).toBe(0);
    expect(one([0, 1], [-Infinity, Infinity])).toBe(Infinity);
    expect(one([1, 1, 0], [-Infinity, 0.2, 0.5])).toBe(-Infinity); // F1 0.8, above it 0.5
  });

  test('keeps neighbouring numbers apart', () => {
    const upper = 1 - Number.EPSILON / 2;
    const lower = 1 - Number.EPSILON;
    for (const [low, high] of [
      [lower, upper],
      [upper, 1],
      [0, Number.MIN_VALUE],
    ] as const) {
      expect(one([0, 1], [low, high])).toBe(high);
    }
    expect(one([1], [Number.MIN_VALUE])).toBe(Number.MIN_VALUE);
  });

  test('takes of equal optima the one nearest to the fallback', () => {
    // F1 is 2/3 for the first alone (2·1 / (2 + 0 + 1)) and for the first four (2·2 / (4 + 2 + 0)).
    const labels = [1, 0, 0, 1];
    const scores = [0.9, 0.8, 0.7, 0.6];
    expect(one(labels, scores)).toBe(0.3);
    expect(one(labels, scores, 0.8)).toBeCloseTo(0.85, 12);
  });

  test('a class without positives gets the fallback', () => {
    const found = find([1, 0, 0, 0], [0.9, 0.9, 0.2, 0.2], { numClasses: 2, fallback: 0.7 });
    expect(found.thresholds[1]).toBe(0.7);
    expect(found.f1).toEqual(new Float64Array([1, 0]));
    expect([found.macroF1, found.macroF1Present]).toEqual([0.5, 1]);
    expect(one([], [])).toBe(0.5);
  });

  test('refuses what it cannot use', () => {
    expect(() => find([1], [NaN], { numClasses: 1 })).toThrow('Received NaN at sample row 0, class 0');
    expect(() => find([2], [0], { numClasses: 1 })).toThrow('labels must be 0 or 1. Received 2');
    expect(() => find([1], [0, 1], { numClasses: 1 })).toThrow(RangeError);
    expect(() => find([1], [0], { numClasses: -1 })).toThrow('numClasses must be a positive integer');
    expect(() => one([1], [0], NaN)).toThrow('fallback must be a number. Received NaN');
  });

  test('leaves its inputs alone', () => {
    const [labels, scores] = [Uint8Array.of(0, 1, 1), Float32Array.of(0.9, 0.1, 0.5)];
    find(labels, scores, { numClasses: 1 });
    expect([...labels, ...scores]).toEqual([0, 1, 1, ...Float32Array.of(0.9, 0.1, 0.5)]);
  });
});

describe('buckets and sorted columns agree', () => {
  const both = (labels: Labels, scores: Scores, options: FindThresholdsOptions) =>
    [false, { folds: 2 }].map((validation) => {
      const found = findThresholds(labels, scores, {
        ...options,
        method: 'exact',
        validation: validation as FindThresholdsOptions['validation'],
      });
      return { ...found, expectedScore: undefined, warnings: [] };
    });

  test('to the bit, for any beta, fallback and distribution', () => {
    const kinds: ((random: Random, label: number) => number)[] = [
      (random, label) => random.normal(label),
      (random, label) => 1 / (1 + Math.exp(-random.normal(4 * label - 3))),
      (random, label) => Math.round(random.normal(3 * label)),
      (random, label) => Math.exp(random.normal(label, 20)),
      (random, label) =>
        random.bool(0.01) ? Infinity : random.bool(0.01) ? -Infinity : random.normal(label),
      (random) => (random.bool(0.001) ? 1e300 : 0.25),
      () => 0.5,
      // Neighbouring numbers, or nearly.
      (random, label) => 1e16 + 2 * Math.round(random.normal(label, 3)),
      (random, label) => 1 + Math.round(random.normal(label, 3)) * Number.EPSILON,
      (random, label) => Math.round(random.normal(label, 3) + 9) * Number.MIN_VALUE,
    ];
    for (const [kind, draw] of kinds.entries()) {
      for (const [share, fBeta, fallback] of [
        [0.3, 1, 0.5],
        [0.02, 2, 0],
        [0.9, 0.5, -1],
        [0.001, 1, 0.25],
      ] as const) {
        const random = new Random(kind, share);
        const labels = Uint8Array.from({ length: 9000 }, () => Number(random.bool(share)));
        const scores = Float64Array.from(labels, (label) => draw(random, label));
        for (const values of [scores, Float32Array.from(scores)]) {
          const [quick, slow] = both(labels, values, { numClasses: 3, objective: { fBeta }, fallback });
          expect(quick, `kind ${kind}, share ${share}`).toEqual(slow);
        }
      }
    }
  });

  test('never below any constant threshold', () => {
    fc.assert(
      fc.property(
        scoreCases,
        fc.double({ min: 0, max: 1, noNaN: true }),
        ({ numClasses, labels, scores }, t) => {
          for (const { macroF1: tuned } of both(labels, scores, { numClasses })) {
            const constant = macroF1(countConfusion(labels, scores, { numClasses, thresholds: t }));
            expect(tuned).toBeGreaterThanOrEqual(constant);
          }
        },
      ),
      { numRuns: 200 },
    );
  });

  test('in what they refuse, naming row and class', () => {
    for (const validation of [false, {}] as const) {
      const find = (labels: Labels, scores: Scores) => () =>
        findThresholds(labels, scores, { numClasses: 2, method: 'exact', validation });
      expect(find([0, 1, 0, 0.5], [1, 1, 1, 1])).toThrow('Received 0.5 at sample row 1, class 1');
      expect(find(Uint8Array.of(0, 3), [1, 1])).toThrow('Received 3 at sample row 0, class 1');
      expect(find([0, 1], Float32Array.of(1, NaN))).toThrow('Received NaN at sample row 0, class 1');
      expect(find([0, 1, 1], [1, 1, 1])).toThrow('whole rows of 2 classes');
    }
  });
});
