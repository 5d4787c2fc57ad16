import fc from 'fast-check';
import {
  applyThresholds,
  countConfusion,
  f1PerClass,
  findThresholds,
  HPA_CLASSES,
  isHpaError,
  macroF1,
  Random,
  thresholdsFromJson,
  thresholdsToJson,
} from 'hpa-kit';
import { describe, expect, test } from 'vitest';
import golden from '../golden/sklearn_thresholds.json';

/** Labels and scores of up to three classes, with many ties, in both precisions. */
const cases = fc
  .tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 0, max: 12 }), fc.boolean(), fc.boolean())
  .chain(([numClasses, samples, coarse, single]) => {
    const size = { minLength: numClasses * samples, maxLength: numClasses * samples };
    const score = coarse
      ? fc.integer({ min: 0, max: 6 }).map((x) => x / 6)
      : fc.double({ min: 0, max: 1, noNaN: true });
    return fc.record({
      numClasses: fc.constant(numClasses),
      labels: fc.array(fc.integer({ min: 0, max: 1 }), size),
      scores: fc
        .array(score, size)
        .map((values) => (single ? Float32Array.from(values) : Float64Array.from(values))),
    });
  });

describe('findThresholds', () => {
  test('finds the optimum of scikit-learn', () => {
    const { numClasses, labels } = golden;
    const scores = Float32Array.from(golden.scores);
    const found = findThresholds(labels, scores, { numClasses });
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
      fc.property(cases, ({ numClasses, labels, scores }) => {
        const found = findThresholds(labels, scores, { numClasses });
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
      fc.property(cases, fc.integer(), ({ numClasses, labels, scores }, seed) => {
        const order = new Random(seed).shuffle(
          Array.from({ length: scores.length / numClasses }, (_, row) => row),
        );
        const pick = (values: ArrayLike<number>) =>
          order.flatMap((row) => Array.from({ length: numClasses }, (_, k) => values[row * numClasses + k]!));
        const shuffled = findThresholds(pick(labels), pick(scores), { numClasses });
        expect(shuffled).toEqual(findThresholds(labels, scores, { numClasses }));
      }),
      { numRuns: 50 },
    );
  });

  test('float32 by the thousand give what the same numbers as float64 give', () => {
    const random = new Random('many scores');
    const labels = Uint8Array.from({ length: 10_000 }, () => Number(random.bool(0.3)));
    const scores = Float32Array.from(labels, (label) => random.normal(label));
    const found = findThresholds(labels, scores, { numClasses: 2 });
    expect(found).toEqual(findThresholds(labels, Float64Array.from(scores), { numClasses: 2 }));
    const counts = countConfusion(labels, scores, { numClasses: 2, thresholds: found.thresholds });
    expect(macroF1(counts)).toBe(found.macroF1);
    expect(found.macroF1).toBeGreaterThan(found.macroF1AtFallback);
  });

  const one = (labels: number[], scores: number[], fallback?: number) =>
    findThresholds(labels, scores, { numClasses: 1, ...(fallback === undefined ? {} : { fallback }) })
      .thresholds[0];

  test('lies in the middle of the gap', () => {
    expect(one([0, 1, 0, 1], [0.1, 0.3, 0.2, 0.4])).toBe(0.25);
    expect(one([1, 1], [0.3, 0.4])).toBe(0.15); // all predicted: the middle of 0 and the lowest
    expect(one([1, 1], [-2, 3])).toBe(-2); // logits: on the lowest
    expect(one([1, 1], [0, 0])).toBe(0);
    expect(one([0, 1], [-Infinity, Infinity])).toBe(Infinity);
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
    const found = findThresholds([1, 0, 0, 0], [0.9, 0.9, 0.2, 0.2], { numClasses: 2, fallback: 0.7 });
    expect(found.thresholds[1]).toBe(0.7);
    expect(found.f1).toEqual(new Float64Array([1, 0]));
    expect([found.macroF1, found.macroF1Present]).toEqual([0.5, 1]);
    expect(one([], [])).toBe(0.5);
  });

  test('refuses what it cannot use', () => {
    expect(() => findThresholds([1], [NaN], { numClasses: 1 })).toThrow(
      'Received NaN at sample row 0, class 0',
    );
    expect(() => findThresholds([2], [0], { numClasses: 1 })).toThrow('labels must be 0 or 1. Received 2');
    expect(() => findThresholds([1], [0, 1], { numClasses: 1 })).toThrow(RangeError);
    expect(() => findThresholds([1], [0], { numClasses: -1 })).toThrow(
      'numClasses must be a positive integer',
    );
    expect(() => one([1], [0], NaN)).toThrow('fallback must be a number. Received NaN');
  });

  test('leaves its inputs alone', () => {
    const [labels, scores] = [Uint8Array.of(0, 1, 1), Float32Array.of(0.9, 0.1, 0.5)];
    findThresholds(labels, scores, { numClasses: 1 });
    expect([...labels, ...scores]).toEqual([0, 1, 1, ...Float32Array.of(0.9, 0.1, 0.5)]);
  });
});

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

  test('refuses what it cannot use', () => {
    expect(() => applyThresholds([0.1, NaN], 0.5, { numClasses: 2 })).toThrow('sample row 0, class 1');
    expect(() => applyThresholds([0.1], 0.5, { numClasses: 2 })).toThrow('whole rows of 2 classes');
    expect(() => applyThresholds([0.1, 0.2], [0.5], { numClasses: 2 })).toThrow(
      'thresholds must be a number or',
    );
  });
});

describe('thresholds as JSON', () => {
  const thresholds = Float64Array.from(HPA_CLASSES, (_, k) => 1 / (k + 3));
  const json = thresholdsToJson({ classes: HPA_CLASSES, thresholds, macroF1: 0.5 });

  test('come back bit for bit', () => {
    expect(thresholdsFromJson(json, HPA_CLASSES)).toEqual(thresholds);
    expect(JSON.parse(json)).toMatchObject({ format: 'hpa-kit/thresholds', version: 1, macroF1: 0.5 });
  });

  const swapped = [HPA_CLASSES[1]!, HPA_CLASSES[0]!, ...HPA_CLASSES.slice(2)];
  test.each([
    ['other classes', json, swapped, 'class 0 is "Nucleoplasm" there and "Nuclear membrane" here'],
    ['fewer classes', json, HPA_CLASSES.slice(1), 'the thresholds are for 28 classes, the model has 27'],
    ['a later version', json.replace('"version": 1', '"version": 2'), HPA_CLASSES, 'version 2'],
    ['another file', '{"thresholds": []}', HPA_CLASSES, 'not a thresholds file'],
    ['no JSON', json.slice(0, 40), HPA_CLASSES, 'not JSON'],
    [
      'a threshold that is text',
      json.replace(/"threshold": [\d.]+/, '"threshold": "x"'),
      HPA_CLASSES,
      'no finite',
    ],
  ])('refuse %s', (_, text, classes, message) => {
    const read = () => thresholdsFromJson(text, classes);
    expect(read).toThrow(message);
    expect(read).toThrow(expect.toSatisfy((error: unknown) => isHpaError(error, 'thresholds-invalid')));
  });

  test('refuse to be written wrong', () => {
    expect(() => thresholdsToJson({ classes: ['a'], thresholds: [] })).toThrow(
      'one value for each of the 1 classes',
    );
    expect(() => thresholdsToJson({ classes: ['a'], thresholds: [Infinity] })).toThrow('must be finite');
  });
});
