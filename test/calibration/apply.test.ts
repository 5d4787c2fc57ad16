import fc from 'fast-check';
import {
  applyCalibration,
  fitCalibration,
  isHpaError,
  type Calibration,
  type ClassCalibration,
} from 'hpa-kit';
import { describe, expect, test } from 'vitest';
import { anyParameters, anyScore, KINDS } from './arbitraries';

const calibration = (from: Calibration['from'], ...parameters: readonly ClassCalibration[]): Calibration => ({
  method: 'isotonic',
  from,
  parameters,
  warnings: [],
});
const TWO: ClassCalibration[] = [
  { method: 'temperature', temperature: 2 },
  { method: 'platt', slope: 0.5, intercept: -1 },
];
const sigmoid = (z: number) => 1 / (1 + Math.exp(-z));

describe('applyCalibration', () => {
  test('applies to each class its own parameters', () => {
    const knots: ClassCalibration = {
      method: 'isotonic',
      scores: [-1, 1, 3],
      probabilities: [0.1, 0.2, 0.8],
    };
    const logits = [3, 4, 2, -8, -2, 0, -1.5, 0, 0, 0, 4, 5];
    const expected = [
      [sigmoid(1.5), sigmoid(1), 0.5, sigmoid(-8)],
      [sigmoid(-1), sigmoid(-1), 0.1, 0.5],
      [0.5, sigmoid(-1), 0.8, sigmoid(5)],
    ];
    const probabilities = applyCalibration(
      logits,
      calibration('logits', ...TWO, knots, { method: 'identity' }),
    );
    expected.flat().forEach((probability, index) => {
      expect(probabilities[index]).toBeCloseTo(probability, 14);
    });
  });

  test('takes the logit of probabilities, clipped to 1e-7 from 0 and 1, and leaves those of the identity', () => {
    const odds = (p: number) => p / (1 - p);
    const given = calibration('probabilities', ...TWO, { method: 'identity' });
    const probabilities = applyCalibration([0.8, 0.3, 1e-12, 0, 1, 1], given);
    const root = (p: number) => Math.sqrt(odds(p)) / (1 + Math.sqrt(odds(p)));
    expect(probabilities[0]).toBeCloseTo(root(0.8), 14);
    expect(probabilities[1]).toBeCloseTo(sigmoid(0.5 * Math.log(odds(0.3)) - 1), 14);
    expect(probabilities[2]).toBe(1e-12);
    expect(probabilities[3]).toBeCloseTo(root(1e-7), 14);
    expect(probabilities[4]).toBeCloseTo(sigmoid(0.5 * Math.log(odds(1 - 1e-7)) - 1), 14);
    expect(probabilities[5]).toBe(1);
  });

  test.each(KINDS)('a higher score never gets a lower probability, from %s', (from) => {
    const scores = fc.array(anyScore(from), { minLength: 2, maxLength: 40 });
    fc.assert(
      fc.property(anyParameters(from), scores, fc.boolean(), (parameters, drawn, isNear) => {
        // Near: the knots themselves and their neighbours, where rounding would show.
        const knots = isNear && parameters.method === 'isotonic' ? parameters.scores : [];
        const near = knots
          .flatMap((x) => [x * (1 - 2 ** -53), x, x * (1 + 2 ** -52)])
          .filter((x) => from === 'logits' || x <= 1);
        const sorted = Float64Array.from([...drawn, ...near])
          .filter((x) => Math.abs(x) <= 1e100)
          .sort();
        const probabilities = applyCalibration(sorted, calibration(from, parameters));
        for (let i = 0; i < sorted.length; i++) {
          expect(probabilities[i]).toBeGreaterThanOrEqual(i === 0 ? 0 : probabilities[i - 1]!);
          expect(probabilities[i]).toBeLessThanOrEqual(1);
        }
      }),
      { numRuns: 2000 },
    );
  });

  test('gives the kind of array that it takes, and leaves that as it was', () => {
    const [single, double] = [Float32Array.of(0.1, 2), Float64Array.of(0.1, 2)];
    const given = calibration('logits', ...TWO);
    const probabilities = applyCalibration(double, given);
    expect(probabilities).toBeInstanceOf(Float64Array);
    expect(applyCalibration(single, given)).toBeInstanceOf(Float32Array);
    expect(applyCalibration(single, given)).toEqual(
      Float32Array.from(applyCalibration(Float64Array.from(single), given)),
    );
    expect(applyCalibration([0.1, 2], given)).toEqual(probabilities);
    expect([...double]).toEqual([0.1, 2]);
    expect(applyCalibration([], given)).toHaveLength(0);
  });

  test('survives a structured clone, to a worker', () => {
    const fitted = fitCalibration([0, 1, 1, 0], [1, 2, 3, 2.5], {
      numClasses: 1,
      method: 'isotonic',
      from: 'logits',
      minPositives: 1,
    });
    expect(structuredClone(fitted)).toEqual(fitted);
  });
});

describe('errors', () => {
  const apply = (scores: readonly number[], given: Calibration) =>
    expect(() => applyCalibration(scores, given));

  test('misuse', () => {
    apply([1, 2, 3], calibration('logits', ...TWO)).toThrow('whole rows of 2 classes');
    apply([], calibration('logits')).toThrow('numClasses must be a positive integer. Received 0');
    apply([1], calibration('scores' as 'logits', ...TWO)).toThrow(TypeError);
  });

  test.each<[string, object]>([
    ['temperature must be finite and above 0', { method: 'temperature', temperature: 0 }],
    ['slope must be finite and at least 0', { method: 'platt', slope: -1, intercept: 0 }],
    ['intercept must be finite', { method: 'platt', slope: 1, intercept: NaN }],
    ['scores must be finite numbers, at least one', { method: 'isotonic', scores: [], probabilities: [] }],
    [
      'probabilities must be finite numbers, as many as scores',
      { method: 'isotonic', scores: [1], probabilities: [] },
    ],
    ['probabilities must lie in 0 to 1', { method: 'isotonic', scores: [1], probabilities: [2] }],
    ['scores must rise', { method: 'isotonic', scores: [1, 1], probabilities: [0, 1] }],
    ['probabilities must not fall', { method: 'isotonic', scores: [1, 2], probabilities: [1, 0] }],
    ['method must be', { method: 'beta' }],
  ])('%s', (message, wrong) => {
    apply([1, 2], calibration('logits', TWO[0]!, wrong as ClassCalibration)).toThrow(
      `parameters of class 1 are not valid: ${message}`,
    );
    apply([1, 2], calibration('logits', TWO[0]!, wrong as ClassCalibration)).toThrow(RangeError);
  });

  test('bad scores say where', () => {
    const isBad = expect.toSatisfy((error: unknown) => isHpaError(error, 'score-invalid')) as Error;
    apply([1, 2, 3, NaN], calibration('logits', ...TWO)).toThrow('Received NaN at sample row 1, class 1');
    apply([1, 2, 3, NaN], calibration('logits', ...TWO)).toThrow(isBad);
    apply([1, Infinity], calibration('logits', ...TWO)).toThrow(isBad);
    apply([0.5, 2], calibration('probabilities', ...TWO)).toThrow(
      'probabilities must lie in 0 to 1. Received 2 at sample row 0, class 1',
    );
  });
});
