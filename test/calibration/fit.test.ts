import fc from 'fast-check';
import {
  applyCalibration,
  expectedCalibrationErrorPerClass,
  fitCalibration,
  isHpaError,
  Random,
  type ClassCalibration,
  type FitCalibrationOptions,
} from 'hpa-kit';
import { describe, expect, test } from 'vitest';
import golden from '../golden/sklearn_calibration.json';
import { anySamples, KINDS, METHODS } from './arbitraries';

const { numClasses, labels } = golden;
const scoresOf = {
  logits: golden.logitsOnGrid.map((value) => value / golden.grid),
  probabilities: golden.probabilitiesOnGrid.map((value) => value / golden.grid),
};
const sigmoid = (z: number) => 1 / (1 + Math.exp(-z));
const softplus = (z: number) => Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z)));
const toLogit = (p: number) => {
  const clipped = Math.min(Math.max(p, 1e-7), 1 - 1e-7);
  return Math.log(clipped / (1 - clipped));
};

type Method<Name extends ClassCalibration['method']> = Extract<ClassCalibration, { method: Name }>;

/** The parameters of class k; fails where they are of another method. */
function parametersOf<Name extends ClassCalibration['method']>(
  parameters: readonly ClassCalibration[],
  method: Name,
  k = 0,
): Method<Name> {
  expect(parameters[k]!.method).toBe(method);
  return parameters[k] as Method<Name>;
}

/** The parameters of one class. */
function fitOne<Name extends FitCalibrationOptions['method']>(
  data: { labels: readonly number[]; scores: readonly number[] },
  method: Name,
  from: FitCalibrationOptions['from'],
): Method<Name> {
  const options = { numClasses: 1, method, from, minPositives: 1 };
  return parametersOf(fitCalibration(data.labels, data.scores, options).parameters, method);
}

const expectNear = (actual: number, expected: number, tolerance: number) => {
  expect(Math.abs(actual - expected)).toBeLessThanOrEqual(tolerance * Math.max(1, Math.abs(expected)));
};
const expectAllNear = (actual: ArrayLike<number>, expected: readonly number[], tolerance: number) => {
  expect(actual).toHaveLength(expected.length);
  expected.forEach((value, i) => {
    expectNear(actual[i]!, value, tolerance);
  });
};

describe.each(KINDS)('as scikit-learn, from %s', (from) => {
  const fit = (method: FitCalibrationOptions['method']) =>
    fitCalibration(labels, scoresOf[from], { numClasses, method, from });

  // The reference minimises the loss itself, which tells temperatures apart to about 1e-8.
  test('temperature', () => {
    const { parameters, warnings } = fit('temperature');
    golden.temperature[from].forEach((expected, k) => {
      expectNear(parametersOf(parameters, 'temperature', k).temperature, expected, 1e-6);
    });
    expect(warnings).toEqual([]);
  });

  test('platt', () => {
    const { parameters, warnings } = fit('platt');
    golden.platt[from].forEach((expected, k) => {
      const { slope, intercept } = parametersOf(parameters, 'platt', k);
      expectNear(slope, expected.slope, 1e-10);
      expectNear(intercept, expected.intercept, 1e-10);
    });
    expect(warnings).toEqual([]);
  });

  test('isotonic', () => {
    const calibration = fit('isotonic');
    const probes = golden.isotonic.probes[from];
    const rows = probes.flatMap((probe) => Array.from({ length: numClasses }, () => probe));
    const predictions = applyCalibration(rows, calibration);
    golden.isotonic[from].forEach((expected, k) => {
      const { scores, probabilities } = parametersOf(calibration.parameters, 'isotonic', k);
      expect(scores).toEqual(expected.scores);
      expectAllNear(probabilities, expected.probabilities, 1e-12);
      expectAllNear(
        predictions.filter((_, index) => index % numClasses === k),
        expected.predictions,
        1e-12,
      );
    });
  });
});

test('shared parameters are those of all classes as one, as scikit-learn', () => {
  const fit = (method: FitCalibrationOptions['method']) =>
    fitCalibration(labels, scoresOf.logits, { numClasses, method, from: 'logits', shared: true }).parameters;
  const temperatures = fit('temperature');
  const sigmoids = fit('platt');
  const steps = fit('isotonic');
  for (let k = 0; k < numClasses; k++) {
    const { temperature } = parametersOf(temperatures, 'temperature', k);
    expectNear(temperature, golden.temperature.shared, 1e-6);
    expectNear(parametersOf(sigmoids, 'platt', k).slope, golden.platt.shared.slope, 1e-10);
    expectNear(parametersOf(sigmoids, 'platt', k).intercept, golden.platt.shared.intercept, 1e-10);
    expect(parametersOf(steps, 'isotonic', k).scores).toEqual(golden.isotonic.shared.scores);
  }
});

describe.each(KINDS)('the best of its kind, from %s', (from) => {
  const logitOf = from === 'logits' ? (z: number) => z : toLogit;
  const probabilityOf = from === 'logits' ? sigmoid : (p: number) => p;

  test('temperature: no other has less log loss, 1 among them', () => {
    fc.assert(
      fc.property(anySamples(from), fc.double({ min: 0.01, max: 100, noNaN: true }), (data, other) => {
        const logLoss = (temperature: number) =>
          data.scores.reduce((sum, score, i) => {
            const z = logitOf(score) / temperature;
            return sum + softplus(data.labels[i] === 1 ? -z : z);
          }, 0);
        const found = logLoss(fitOne(data, 'temperature', from).temperature);
        for (const temperature of [1, other])
          expect(found).toBeLessThanOrEqual(logLoss(temperature) * (1 + 1e-12));
      }),
      { numRuns: 300 },
    );
  });

  test('platt: no other rising sigmoid is nearer to the targets, the identity among them', () => {
    const other = fc.tuple(
      fc.double({ min: 0, max: 5, noNaN: true }),
      fc.double({ min: -5, max: 5, noNaN: true }),
    );
    fc.assert(
      fc.property(anySamples(from), other, (data, [slope, intercept]) => {
        const positives = data.labels.filter((label) => label === 1).length;
        const targets = [1 / (data.labels.length - positives + 2), (positives + 1) / (positives + 2)];
        const loss = (a: number, b: number) =>
          data.scores.reduce((sum, score, i) => {
            const f = a * logitOf(score) + b;
            return sum + softplus(f) - targets[data.labels[i]!]! * f;
          }, 0);
        const best = fitOne(data, 'platt', from);
        const found = loss(best.slope, best.intercept);
        expect(best.slope).toBeGreaterThanOrEqual(0);
        // Steps along either axis, where they are allowed, must not do better: the optimum, not only a good place.
        const near = [-1e-3, 1e-3].flatMap((d) => [
          [Math.max(0, best.slope + d), best.intercept],
          [best.slope, best.intercept + d],
        ]);
        for (const [a, b] of [[1, 0], [slope, intercept], ...near])
          expect(found).toBeLessThanOrEqual(loss(a!, b!) * (1 + 1e-11));
      }),
      { numRuns: 300 },
    );
  });

  test('isotonic: no other rising function has less squared error, the identity among them', () => {
    const power = fc.double({ min: 0.1, max: 10, noNaN: true });
    fc.assert(
      fc.property(anySamples(from), power, fc.double({ min: 0, max: 1, noNaN: true }), (data, gamma, cut) => {
        const brier = (probability: (score: number, i: number) => number) =>
          data.scores.reduce((sum, score, i) => sum + (probability(score, i) - data.labels[i]!) ** 2, 0);
        const options = { numClasses: 1, method: 'isotonic', from, minPositives: 1 } as const;
        const fitted = applyCalibration(data.scores, fitCalibration(data.labels, data.scores, options));
        const found = brier((_, i) => fitted[i]!) - 1e-9;
        expect(found).toBeLessThanOrEqual(brier(probabilityOf));
        expect(found).toBeLessThanOrEqual(brier((score) => probabilityOf(score) ** gamma));
        expect(found).toBeLessThanOrEqual(brier((score) => Number(probabilityOf(score) >= cut)));
      }),
      { numRuns: 300 },
    );
  });
});

describe('isotonic', () => {
  const options = { numClasses: 1, method: 'isotonic', from: 'logits', minPositives: 1 } as const;

  test('every probability comes true on the data of the fit', () => {
    fc.assert(
      fc.property(anySamples('logits'), (data) => {
        const fitted = applyCalibration(data.scores, fitCalibration(data.labels, data.scores, options));
        for (const value of new Set(fitted)) {
          const rows = data.labels.filter((_, i) => fitted[i] === value);
          expect(rows.filter((label) => label === 1).length / rows.length).toBeCloseTo(value, 12);
        }
      }),
    );
  });

  test('asks for the order of the scores alone', () => {
    fc.assert(
      fc.property(anySamples('logits'), (data) => {
        const sorted = [...new Set(data.scores)].sort((a, b) => a - b);
        const ranks = data.scores.map((score) => sorted.indexOf(score) ** 3 - 5);
        const by = (scores: readonly number[]) =>
          applyCalibration(scores, fitCalibration(data.labels, scores, options));
        expect(by(ranks)).toEqual(by(data.scores));
      }),
    );
  });

  test('keeps the first and last of scores in a row with one probability, and merges ties', () => {
    const scores = [1, 2, 3, 4, 5, 5, 6];
    const { parameters } = fitCalibration([0, 0, 0, 1, 0, 1, 1], scores, options);
    // 4 with 1 of 1 and 5 with 1 of 2 fall, so they are pooled: 2 of 3.
    expect(parameters).toEqual([
      { method: 'isotonic', scores: [1, 3, 4, 5, 6], probabilities: [0, 0, 2 / 3, 2 / 3, 1] },
    ]);
  });

  test('is one level where all scores are one', () => {
    const { parameters } = fitCalibration([0, 1, 1, 0], [-0, 0, 0, 0], options);
    expect(parameters).toEqual([{ method: 'isotonic', scores: [0], probabilities: [0.5] }]);
  });

  test('sorts many float32 as few', () => {
    const random = new Random(5);
    const logits = Float32Array.from({ length: 5000 }, () => Math.round(random.normal() * 100) / 10);
    const drawn = Array.from(logits, (z) => Number(random.next() < sigmoid(z / 3)));
    expect(fitCalibration(drawn, logits, options)).toEqual(
      fitCalibration(drawn, Float64Array.from(logits), options),
    );
  });
});

describe('on scores that were not fitted', () => {
  // 3 classes: too certain, offset as by focal loss, and offset the other way.
  const draw = (seed: number) => {
    const random = new Random(seed);
    const truth = Array.from({ length: 3 * 4000 }, (_, i) => 1.5 * random.normal() - (i % 3));
    return {
      labels: truth.map((z) => Number(random.next() < sigmoid(z))),
      logits: Float32Array.from(truth, (z, i) => [3 * z, z + 2, 0.6 * z - 1][i % 3]!),
    };
  };
  const [seen, unseen] = [draw(1), draw(2)];

  test.each(KINDS.flatMap((from) => METHODS.map((method) => [method, from] as const)))(
    '%s from %s lowers the expected calibration error',
    (method, from) => {
      const scoresFrom = ({ logits }: typeof seen) => (from === 'logits' ? logits : logits.map(sigmoid));
      const calibration = fitCalibration(seen.labels, scoresFrom(seen), { numClasses: 3, method, from });
      expect(calibration.warnings).toEqual([]);
      const errors = (probabilities: Float32Array) =>
        expectedCalibrationErrorPerClass(unseen.labels, probabilities, { numClasses: 3 });
      const before = errors(unseen.logits.map(sigmoid));
      const after = errors(applyCalibration(scoresFrom(unseen), calibration));
      expect(before.every((error) => error > 0.06)).toBe(true);
      // A temperature can only mend the class whose logits are off by a factor.
      const mended = method === 'temperature' ? [0] : [0, 1, 2];
      for (const k of mended) expect(after[k]).toBeLessThan(0.03);
    },
  );
});

describe('classes that a method does not suit', () => {
  const fit = (
    labels: readonly number[],
    logits: readonly number[],
    options: Partial<FitCalibrationOptions> & Pick<FitCalibrationOptions, 'method'>,
  ) => fitCalibration(labels, logits, { numClasses: 1, from: 'logits', ...options });

  test.each(METHODS)(
    '%s leaves a class without positives or without negatives as it is, with a warning',
    (method) => {
      const { parameters, warnings } = fit([0, 1, 0, 1], [1, 2, 3, -1], { numClasses: 2, method });
      expect(parameters).toEqual([{ method: 'identity' }, { method: 'identity' }]);
      const fewest = method === 'isotonic' ? 10 : 1;
      expect(warnings).toEqual([
        `class 0: 0 positives, fewer than ${fewest}, so identity`,
        `class 1: 0 negatives, fewer than ${fewest}, so identity`,
      ]);
      expect(fit([], [], { method }).parameters).toEqual([{ method: 'identity' }]);
    },
  );

  test('isotonic gives way to platt below 10 positives or negatives, or the number told', () => {
    const column = (positives: number) => {
      const rows = Array.from({ length: 30 }, (_, i) => i);
      return [rows.map((i) => Number(i >= 30 - positives)), rows.map((i) => i + ((i * 7) % 30))] as const;
    };
    const method = 'isotonic';
    expect(fit(...column(10), { method }).parameters[0]!.method).toBe('isotonic');
    expect(fit(...column(20), { method }).parameters[0]!.method).toBe('isotonic');
    const few = fit(...column(9), { method });
    expect(few.method).toBe('isotonic');
    expect(few.parameters).toEqual(fit(...column(9), { method: 'platt' }).parameters);
    expect(few.warnings).toEqual(['class 0: 9 positives, fewer than 10, so platt']);
    expect(fit(...column(21), { method }).warnings).toEqual([
      'class 0: 9 negatives, fewer than 10, so platt',
    ]);
    expect(fit(...column(9), { method, minPositives: 9 }).warnings).toEqual([]);
    expect(fit(...column(4), { method: 'platt', minPositives: 5 }).parameters).toEqual([
      { method: 'identity' },
    ]);
  });

  test('a warning of shared parameters names all classes', () => {
    const { warnings } = fit([0, 1], [1, 2], { numClasses: 2, method: 'isotonic', shared: true });
    expect(warnings).toEqual(['all classes together: 1 positive, fewer than 10, so platt']);
  });

  test('platt: where positives score lower, one probability for all', () => {
    const { parameters, warnings } = fit([1, 1, 0, 0, 0], [-2, -1, 0, 1, 2], { method: 'platt' });
    // The mean of targets (2 · 3/4 + 3 · 1/5) / 5 = 0.42.
    const { slope, intercept } = parametersOf(parameters, 'platt');
    expect(slope).toBe(0);
    expect(sigmoid(intercept)).toBeCloseTo(0.42, 12);
    expect(warnings).toEqual(['class 0: scores are no higher for positives, so one probability for all']);
  });

  test.each([
    [100, 3],
    [1000, 3],
    [10_000, 3],
    [10_000, 100],
    [100_000, 1000],
  ])(
    'platt: one positive far from %i negatives, by %i, where whole steps of Newton overshoot',
    (count, far) => {
      const logits = [far, ...Array.from({ length: count }, (_, i) => (i % 7) / 7)];
      const { parameters } = fit([1, ...Array.from({ length: count }, () => 0)], logits, { method: 'platt' });
      const { slope, intercept } = parametersOf(parameters, 'platt');
      // At the optimum both derivatives are 0; each is a sum of terms of both signs, next to which rounding is small.
      let [bySlope, byIntercept, size] = [0, 0, 0];
      logits.forEach((z, i) => {
        const excess = sigmoid(slope * z + intercept) - (i === 0 ? 2 / 3 : 1 / (count + 2));
        bySlope += excess * z;
        byIntercept += excess;
        size += Math.abs(excess);
      });
      expect(Math.abs(byIntercept)).toBeLessThan(1e-10 * size);
      expect(Math.abs(bySlope)).toBeLessThan(1e-10 * size * far);
    },
  );

  test('platt: where all logits are one number, up to rounding, one probability for all', () => {
    for (const [z, other] of [
      [7, 7],
      [0.1, 0.1],
      [-0.3, -0.3],
      [0, 0],
      [0.1, 0.1 + 2 ** -56],
    ] as const) {
      const { parameters } = fit([1, 1, 0, 0, 0], [other, z, z, z, z], { method: 'platt' });
      const { slope, intercept } = parametersOf(parameters, 'platt');
      expect(slope).toBe(0);
      expect(sigmoid(intercept)).toBeCloseTo(0.42, 12);
    }
  });

  test('temperature: 0.01 where a cut at 0 tells all apart, 100 where it tells all wrong, 1 where all are 0', () => {
    const temperature = (logits: readonly number[]) => fit([1, 0], logits, { method: 'temperature' });
    const apart = temperature([2, -1]);
    expect(apart.parameters).toEqual([{ method: 'temperature', temperature: 0.01 }]);
    expect(apart.warnings).toEqual(['class 0: no temperature is best, so the bound 0.01']);
    expect(temperature([-2, 1]).parameters).toEqual([{ method: 'temperature', temperature: 100 }]);
    expect(temperature([0, 0]).parameters).toEqual([{ method: 'temperature', temperature: 1 }]);
  });

  test('the largest logits that are allowed leave every number finite', () => {
    const logit = fc.constantFrom(-1e100, -1e50, -40, -1e-100, 0, 1, 800, 1e100);
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.integer({ min: 0, max: 1 }), logit), { minLength: 2 }), (rows) => {
        const [labels, logits] = [rows.map(([label]) => label), rows.map(([, z]) => z)];
        for (const method of METHODS) {
          const calibration = fit(labels, logits, { method, minPositives: 1 });
          expect(JSON.stringify(calibration)).not.toContain('null');
          for (const probability of applyCalibration(logits, calibration)) {
            expect(probability).toBeGreaterThanOrEqual(0);
            expect(probability).toBeLessThanOrEqual(1);
          }
        }
      }),
    );
  });
});

describe('errors', () => {
  const options = { numClasses: 2, method: 'platt', from: 'logits' } as const;
  const fit = (labels: readonly number[], scores: readonly number[], more: object = {}) =>
    expect(() => fitCalibration(labels, scores, { ...options, ...more }));

  test('misuse', () => {
    fit([1, 0], [1]).toThrow('labels and scores must have one length');
    fit([1], [1]).toThrow('whole rows of 2 classes');
    fit([1, 0], [1, 0], { numClasses: 0 }).toThrow('numClasses must be a positive integer. Received 0');
    for (const method of ['beta', 'toString', undefined]) {
      fit([1, 0], [1, 0], { method }).toThrow(
        new TypeError(`method must be 'temperature', 'platt' or 'isotonic'. Received ${method}`),
      );
    }
    fit([1, 0], [1, 0], { from: 'scores' }).toThrow(
      new TypeError("from must be 'probabilities' or 'logits'. Received scores"),
    );
    for (const minPositives of [0, 1.5, NaN]) {
      fit([1, 0], [1, 0], { minPositives }).toThrow(
        new RangeError(`minPositives must be a positive integer. Received ${minPositives}`),
      );
    }
  });

  test.each([false, true])('bad data says where, shared %s', (shared) => {
    const bad = (code: 'label-invalid' | 'score-invalid') =>
      expect.toSatisfy((error: unknown) => isHpaError(error, code)) as Error;
    fit([1, 0, 1, 0.5], [1, 2, 3, 4], { shared }).toThrow('Received 0.5 at sample row 1, class 1');
    fit([1, 0, 1, 0.5], [1, 2, 3, 4], { shared }).toThrow(bad('label-invalid'));
    fit([1, 0, 1, 0], [1, 2, NaN, 4], { shared }).toThrow('Received NaN at sample row 1, class 0');
    fit([1, 0, 1, 0], [1, 2, NaN, 4], { shared }).toThrow(bad('score-invalid'));
    fit([1, 0, 1, 0], [1, 2, 3, -Infinity], { shared }).toThrow(
      'logits must lie in -1e+100 to 1e+100. Received -Infinity at sample row 1, class 1',
    );
    fit([1, 0, 1, 0], [0, 1, 0, 1.5], { shared, from: 'probabilities' }).toThrow(
      'probabilities must lie in 0 to 1. Received 1.5 at sample row 1, class 1 (both counted from 0): are they logits?',
    );
    fit([1, 0, 1, 0], [0, 1, 0, 1.5], { shared, from: 'probabilities' }).toThrow(bad('score-invalid'));
  });

  test('what it was given stays as it was', () => {
    const [labels, logits] = [Uint8Array.of(1, 0, 1, 0), Float32Array.of(3, 1, 2, 4)];
    fitCalibration(labels, logits, { ...options, method: 'isotonic', minPositives: 1 });
    expect([...labels, ...logits]).toEqual([1, 0, 1, 0, 3, 1, 2, 4]);
  });
});
