import fc from 'fast-check';
import {
  applyThresholds,
  countConfusion,
  f1Score,
  fBetaPerClass,
  fBetaScore,
  findThresholds,
  microF1,
  precisionPerClass,
  Random,
  recallPerClass,
  type Confusion,
  type ThresholdObjective,
} from 'hpa-kit';
import { describe, expect, test } from 'vitest';
import { scoreCases } from './score-cases';

const score: Record<string, (counts: Confusion) => number> = {
  microF1: (counts) => microF1(counts),
  sampleF1: (counts) => f1Score(counts, { average: 'samples' }),
  macroF1: (counts) => f1Score(counts),
};

/** All thresholds that tell the scores of a class apart. */
function allCuts(scores: ArrayLike<number>, numClasses: number): number[][] {
  return Array.from({ length: numClasses }, (_, k) => [
    ...new Set(Array.from(scores).filter((_, i) => i % numClasses === k)),
    Infinity,
  ]);
}

/** The highest value of an objective over every combination of cuts. */
function bruteForce(
  labels: number[],
  scores: ArrayLike<number>,
  numClasses: number,
  value: (counts: Confusion) => number,
): number {
  let best = 0;
  const cuts = allCuts(scores, numClasses);
  const walk = (thresholds: number[]) => {
    if (thresholds.length === numClasses) {
      const counts = countConfusion(labels, Array.from(scores), { numClasses, thresholds });
      best = Math.max(best, value(counts));
    } else for (const cut of cuts[thresholds.length]!) walk([...thresholds, cut]);
  };
  walk([]);
  return best;
}

const options = { method: 'exact', validation: false } as const;

describe('micro F1', () => {
  test('is the optimum over every combination of cuts', () => {
    fc.assert(
      fc.property(scoreCases, ({ numClasses, labels, scores }) => {
        const found = findThresholds(labels, scores, { ...options, numClasses, objective: 'microF1' });
        const counts = countConfusion(labels, scores, { numClasses, thresholds: found.thresholds });
        expect(found.score).toBe(microF1(counts));
        expect(found.score).toBeCloseTo(bruteForce(labels, scores, numClasses, score.microF1!), 12);
      }),
      { numRuns: 60 },
    );
  });

  test('does not predict a class that nothing is labelled with', () => {
    const found = findThresholds([1, 0, 0, 0], [0.9, 0.8, 0.2, 0.7], {
      ...options,
      numClasses: 2,
      objective: 'microF1',
    });
    expect(found.thresholds[1]).toBeCloseTo(0.9, 12);
    expect(found.score).toBe(1);
  });
});

describe('sample F1', () => {
  test('no other cut of one class alone, and no constant threshold, scores more', () => {
    fc.assert(
      fc.property(scoreCases, ({ numClasses, labels, scores }) => {
        const found = findThresholds(labels, scores, { ...options, numClasses, objective: 'sampleF1' });
        const value = (thresholds: ArrayLike<number>) =>
          score.sampleF1!(countConfusion(labels, scores, { numClasses, thresholds: Array.from(thresholds) }));
        expect(found.score).toBe(value(found.thresholds));
        allCuts(scores, numClasses).forEach((cuts, k) => {
          for (const cut of cuts) {
            const other = found.thresholds.map((threshold, j) => (j === k ? cut : threshold));
            expect(found.score).toBeGreaterThanOrEqual(value(other) - 1e-9);
            expect(found.score).toBeGreaterThanOrEqual(value(new Array<number>(numClasses).fill(cut)) - 1e-9);
          }
        });
      }),
      { numRuns: 100 },
    );
  });

  test('is most often the optimum over every combination', () => {
    const random = new Random('sample F1');
    let found = 0;
    for (let i = 0; i < 100; i++) {
      const labels = Array.from({ length: 24 }, () => Number(random.bool(0.4)));
      const scores = Float64Array.from(labels, (label) => random.normal(label));
      const best = bruteForce(labels, scores, 3, score.sampleF1!);
      const tuned = findThresholds(labels, scores, { ...options, numClasses: 3, objective: 'sampleF1' });
      expect(tuned.score).toBeLessThanOrEqual(best + 1e-12);
      found += Number(tuned.score > best - 1e-12);
    }
    // 99 of these 100: coordinate ascent, from any start, can end on a ridge.
    expect(found).toBeGreaterThanOrEqual(95);
  });
});

test.each([0.5, 2])('F-beta of each class: beta %s', (fBeta) => {
  fc.assert(
    fc.property(scoreCases, ({ numClasses, labels, scores }) => {
      const found = findThresholds(labels, scores, { ...options, numClasses, objective: { fBeta } });
      const counts = countConfusion(labels, scores, { numClasses, thresholds: found.thresholds });
      expect(found.score).toBeCloseTo(fBetaScore(counts, { beta: fBeta }), 12);
      const best = fBetaPerClass(counts, { beta: fBeta });
      for (const cut of new Set(scores)) {
        const other = fBetaPerClass(countConfusion(labels, scores, { numClasses, thresholds: cut }), {
          beta: fBeta,
        });
        other.forEach((value, k) => {
          expect(best[k]).toBeGreaterThanOrEqual(value);
        });
      }
    }),
    { numRuns: 100 },
  );
});

test.each([
  ['precisionAtRecall', recallPerClass, precisionPerClass],
  ['recallAtPrecision', precisionPerClass, recallPerClass],
] as const)('%s: the highest among the cuts that reach it', (name, constrained, sought) => {
  fc.assert(
    fc.property(scoreCases, fc.constantFrom(0.3, 0.5, 0.8, 1), ({ numClasses, labels, scores }, least) => {
      const objective = { [name]: least } as unknown as ThresholdObjective;
      const { thresholds } = findThresholds(labels, scores, { ...options, numClasses, objective });
      const chosen = countConfusion(labels, scores, { numClasses, thresholds });
      const all = [...new Set(scores)].map((cut) =>
        countConfusion(labels, scores, { numClasses, thresholds: cut }),
      );
      for (let k = 0; k < numClasses; k++) {
        if (chosen.truePositives[k]! + chosen.falseNegatives[k]! === 0) continue;
        const reaching = all.filter((counts) => constrained(counts)[k]! >= least);
        if (reaching.length === 0) {
          // Then the nearest to it.
          expect(constrained(chosen)[k]).toBe(Math.max(...all.map((counts) => constrained(counts)[k]!)));
        } else {
          expect(constrained(chosen)[k]).toBeGreaterThanOrEqual(least);
          expect(sought(chosen)[k]).toBe(Math.max(...reaching.map((counts) => sought(counts)[k]!)));
        }
      }
    }),
    { numRuns: 150 },
  );
});

test('floor and ceiling: the best threshold within them', () => {
  fc.assert(
    fc.property(
      scoreCases,
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      ({ numClasses, labels, scores }, a, b) => {
        const [floor, ceiling] = [Math.min(a, b), Math.max(a, b)];
        const limits = { floor, ceiling };
        const found = findThresholds(labels, scores, { ...options, ...limits, numClasses });
        for (const threshold of found.thresholds) {
          expect(threshold).toBeGreaterThanOrEqual(floor);
          expect(threshold).toBeLessThanOrEqual(ceiling);
        }
        for (const cut of [floor, ceiling, ...Array.from(scores as ArrayLike<number>)].filter(
          (t) => t >= floor && t <= ceiling,
        )) {
          const other = fBetaPerClass(countConfusion(labels, scores, { numClasses, thresholds: cut }), {
            beta: 1,
          });
          other.forEach((f1, k) => {
            expect(found.f1[k]).toBeGreaterThanOrEqual(f1 - 1e-12);
          });
        }
      },
    ),
    { numRuns: 150 },
  );
});

test('the scores reported are those of the decisions, with at least one and at most two labels', () => {
  const random = new Random('rule');
  const labels = Array.from({ length: 400 }, () => Number(random.bool(0.3)));
  const scores = Float64Array.from(labels, (label) => random.normal(label));
  const rule = { atLeastOne: true, atMost: 2 };
  for (const objective of ['macroF1', 'microF1', 'sampleF1'] as const) {
    const found = findThresholds(labels, scores, { ...options, ...rule, numClasses: 4, objective });
    const predicted = applyThresholds(scores, found.thresholds, { ...rule, numClasses: 4 });
    for (let row = 0; row < 100; row++) {
      const size = predicted.slice(4 * row, 4 * row + 4).reduce((sum, label) => sum + label, 0);
      expect([1, 2]).toContain(size);
    }
    const counts = countConfusion(labels, Float32Array.from(predicted), { numClasses: 4 });
    expect(found.score).toBe(score[objective]!(counts));
    expect(found.macroF1).toBe(f1Score(counts));
  }
});

test('refuses objectives that are none', () => {
  const find = (objective: unknown) => () =>
    findThresholds([1], [1], { numClasses: 1, objective: objective as ThresholdObjective });
  expect(find('f1')).toThrow("objective must be 'macroF1', 'microF1'");
  expect(find({ fBeta: 0 })).toThrow('fBeta must be a finite number above 0. Received 0');
  expect(find({ precisionAtRecall: 1.5 })).toThrow('precisionAtRecall must lie in 0 to 1');
  expect(find({ recallAtPrecision: NaN })).toThrow(RangeError);
  expect(find({})).toThrow(RangeError);
  expect(find(5)).toThrow('Received 5');
});
