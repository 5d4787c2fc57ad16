import fc from 'fast-check';
import {
  expectedCalibrationError,
  expectedCalibrationErrorPerClass,
  isHpaError,
  reliabilityCurve,
  type BinStrategy,
} from 'hpa-kit';
import { describe, expect, test } from 'vitest';
import golden from '../golden/sklearn_calibration.json';

const { numClasses, labels } = golden;
const probabilities = golden.probabilitiesOnGrid.map((value) => value / golden.grid);
const STRATEGIES = ['uniform', 'quantile'] as const;

/** Labels and probabilities, with many ties and ends among the probabilities. */
const samples = fc
  .array(
    fc.record({
      label: fc.integer({ min: 0, max: 1 }),
      probability: fc.oneof(
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.integer({ min: 0, max: 20 }).map((twentieth) => twentieth / 20),
      ),
    }),
    { minLength: 1, maxLength: 60 },
  )
  .map((rows) => ({ labels: rows.map((r) => r.label), probabilities: rows.map((r) => r.probability) }));

describe('reliabilityCurve', () => {
  test.each(golden.curves)(
    'is that of scikit-learn: $strategy, $bins bins',
    ({ strategy, bins, perClass }) => {
      const curves = reliabilityCurve(labels, probabilities, {
        numClasses,
        bins,
        strategy: strategy as BinStrategy,
      });
      expect(curves).toHaveLength(numClasses);
      curves.forEach((curve, k) => {
        const expected = perClass[k]!;
        expect(curve).toHaveLength(expected.positiveRate.length);
        curve.forEach(({ positiveRate, meanProbability }, bin) => {
          expect(Math.abs(positiveRate - expected.positiveRate[bin]!)).toBeLessThan(1e-12);
          expect(Math.abs(meanProbability - expected.meanProbability[bin]!)).toBeLessThan(1e-12);
        });
      });
    },
  );

  test('a bin holds its upper bound, the first one also 0', () => {
    const [curve] = reliabilityCurve([1, 0, 1, 0, 1], [0, 0.25, 0.5, 0.75, 1], { numClasses: 1, bins: 4 });
    expect(curve).toEqual([
      { lower: 0, upper: 0.25, count: 2, meanProbability: 0.125, positiveRate: 0.5 },
      { lower: 0.25, upper: 0.5, count: 1, meanProbability: 0.5, positiveRate: 1 },
      { lower: 0.5, upper: 0.75, count: 1, meanProbability: 0.75, positiveRate: 0 },
      { lower: 0.75, upper: 1, count: 1, meanProbability: 1, positiveRate: 1 },
    ]);
  });

  test.each(STRATEGIES)('%s bins hold every sample once, in order', (strategy) => {
    fc.assert(
      fc.property(samples, fc.integer({ min: 1, max: 12 }), (data, bins) => {
        const [curve] = reliabilityCurve(data.labels, data.probabilities, { numClasses: 1, bins, strategy });
        const inBins = curve!.map(
          ({ lower, upper }, index) =>
            data.probabilities.filter((p) => p <= upper && (p > lower || (index === 0 && p === lower)))
              .length,
        );
        expect(curve!.map(({ count }) => count)).toEqual(inBins);
        expect(inBins.reduce((a, b) => a + b, 0)).toBe(data.labels.length);
        const positives = curve!.reduce((total, { count, positiveRate }) => total + count * positiveRate, 0);
        expect(positives).toBeCloseTo(data.labels.filter((label) => label === 1).length, 9);
      }),
    );
  });

  test('quantile bins of different probabilities are as full as each other', () => {
    const spread = Array.from({ length: 1000 }, (_, i) => (i / 1000) ** 3);
    const [curve] = reliabilityCurve(
      spread.map(() => 0),
      spread,
      { numClasses: 1, strategy: 'quantile' },
    );
    expect(curve!.map(({ count }) => count)).toEqual(Array.from({ length: 10 }, () => 100));
    expect([curve![0]!.lower, curve!.at(-1)!.upper]).toEqual([0, spread.at(-1)]);
  });

  test('float32 probabilities are taken as they are', () => {
    // 0.1 as float32 is above the double 0.1, the end of the first bin.
    const [curve] = reliabilityCurve([1], new Float32Array([0.1]), { numClasses: 1 });
    expect(curve![0]!.lower).toBe(0.1);
    expect(reliabilityCurve([1], [0.1], { numClasses: 1 })[0]![0]!.upper).toBe(0.1);
  });

  test('without samples, no bins', () => {
    for (const strategy of STRATEGIES)
      expect(reliabilityCurve([], [], { numClasses: 2, strategy })).toEqual([[], []]);
  });
});

describe('expected calibration error', () => {
  test.each(golden.errors)('is that of the formula: $strategy, $bins bins', (expected) => {
    const options = { numClasses, bins: expected.bins, strategy: expected.strategy as BinStrategy };
    const perClass = expectedCalibrationErrorPerClass(labels, probabilities, options);
    expected.perClass.forEach((error, k) => {
      expect(Math.abs(perClass[k]! - error)).toBeLessThan(1e-12);
    });
    const macro = expectedCalibrationError(labels, probabilities, options);
    expect(Math.abs(macro - expected.macro)).toBeLessThan(1e-12);
    const micro = expectedCalibrationError(labels, probabilities, { ...options, average: 'micro' });
    expect(Math.abs(micro - expected.micro)).toBeLessThan(1e-12);
  });

  test('has 15 uniform bins unless told otherwise', () => {
    const explicit = { numClasses, bins: 15, strategy: 'uniform' } as const;
    const expected = expectedCalibrationErrorPerClass(labels, probabilities, explicit);
    expect(expectedCalibrationErrorPerClass(labels, probabilities, { numClasses })).toEqual(expected);
    expect(expected).not.toEqual(
      expectedCalibrationErrorPerClass(labels, probabilities, { numClasses, bins: 10 }),
    );
  });

  test('is 0 where probabilities come true, and the distance where they do not', () => {
    const quarter = Float64Array.from({ length: 40 }, () => 0.25);
    const labelled = Array.from(quarter, (_, row) => Number(row % 4 === 0));
    expect(expectedCalibrationError(labelled, quarter, { numClasses: 1 })).toBe(0);
    expect(expectedCalibrationError(labelled.fill(1), quarter, { numClasses: 1 })).toBe(0.75);
    expect(expectedCalibrationError([], [], { numClasses: 1 })).toBeNaN();
  });

  test('lies in 0 to 1, and more bins that split the others never lower it', () => {
    fc.assert(
      fc.property(samples, fc.integer({ min: 1, max: 8 }), (data, bins) => {
        const error = (count: number) =>
          expectedCalibrationError(data.labels, data.probabilities, { numClasses: 1, bins: count });
        expect(error(bins)).toBeGreaterThanOrEqual(0);
        expect(error(bins)).toBeLessThanOrEqual(1 + 1e-12);
        // Two by two, i · (1 / 2n) and (i / 2) · (1 / n) are one number.
        expect(error(2 * bins)).toBeGreaterThanOrEqual(error(bins) - 1e-12);
      }),
    );
  });
});

describe('errors', () => {
  test('misuse', () => {
    const curve = (options: object) => () => reliabilityCurve([1], [0.5], { numClasses: 1, ...options });
    expect(curve({ bins: 0 })).toThrow(new RangeError('bins must be a positive integer. Received 0'));
    expect(curve({ bins: 2.5 })).toThrow(RangeError);
    expect(curve({ numClasses: 2 })).toThrow('whole rows of 2 classes');
    expect(curve({ strategy: 'kmeans' })).toThrow(
      new TypeError("strategy must be 'uniform' or 'quantile'. Received kmeans"),
    );
    const average = 'weighted' as 'macro';
    expect(() => expectedCalibrationError([1], [0.5], { numClasses: 1, average })).toThrow(
      new TypeError("average must be 'macro' or 'micro'. Received weighted"),
    );
  });

  test('bad data says where', () => {
    const curve = (label: number, probability: number) => () =>
      reliabilityCurve([1, 0, 1, label], [0.1, 0.2, 0.3, probability], { numClasses: 2 });
    expect(curve(2, 0.5)).toThrow('labels must be 0 or 1. Received 2 at sample row 1, class 1');
    expect(curve(2, 0.5)).toThrow(expect.toSatisfy((error: unknown) => isHpaError(error, 'label-invalid')));
    expect(curve(1, NaN)).toThrow('Received NaN at sample row 1, class 1');
    for (const wrong of [1.5, -0.1, Infinity]) {
      expect(curve(1, wrong)).toThrow(
        `probabilities must lie in 0 to 1. Received ${wrong} at sample row 1, class 1`,
      );
      expect(curve(1, wrong)).toThrow(
        expect.toSatisfy((error: unknown) => isHpaError(error, 'score-invalid')),
      );
    }
  });
});
