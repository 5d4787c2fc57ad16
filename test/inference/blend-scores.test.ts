import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { HpaError } from 'hpa-kit';
import { blendScores, fitEnsembleWeights, Random } from 'hpa-kit';

/** Scores of models that see the truth through noise of their own. */
function noisyModels(noises: readonly number[], samples: number, numClasses: number, seed: number) {
  const random = new Random(seed, 'models');
  const truth = Float64Array.from({ length: samples * numClasses }, () => random.next());
  const labels = Uint8Array.from(truth, (p) => Number(random.next() < p));
  const scores = noises.map((noise) =>
    Float32Array.from(truth, (p) => Math.min(1, Math.max(0, p + noise * (random.next() - 0.5)))),
  );
  return { labels, scores };
}

function logLoss(labels: Uint8Array, scores: ArrayLike<number>): number {
  const terms = Array.from(labels, (label, i) => {
    const p = Math.min(1 - 1e-7, Math.max(1e-7, scores[i]!));
    return -Math.log(label ? p : 1 - p);
  });
  return terms.reduce((sum, term) => sum + term, 0) / terms.length;
}

describe('blendScores', () => {
  it('is the weighted mean', () => {
    const [a, b] = [Float32Array.of(0.2, 0.8), [0.6, 0.4]];
    expect(Array.from(blendScores([a, b]), (x) => x.toFixed(6))).toEqual(['0.400000', '0.600000']);
    expect(Array.from(blendScores([a, b], { weights: [3, 1] }), (x) => x.toFixed(6))).toEqual([
      '0.300000',
      '0.700000',
    ]);
  });

  it('refuses weights and arrays that don’t fit', () => {
    const a = [0.5];
    for (const weights of [[1], [1, -1], [0, 0], [1, NaN], [1, Infinity]])
      expect(() => blendScores([a, a], { weights })).toThrow(RangeError);
    expect(() => blendScores([a, [1, 2]])).toThrow('as many for each model. Received 1 and 2');
    expect(() => blendScores([])).toThrow('at least one model');
  });
});

describe('fitEnsembleWeights', () => {
  it('finds the least log loss: no step towards a single model lowers it', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0.05, max: 1, noNaN: true }), { minLength: 2, maxLength: 4 }),
        fc.integer({ min: 0, max: 1e6 }),
        (noises, seed) => {
          const { labels, scores } = noisyModels(noises, 60, 2, seed);
          const fit = fitEnsembleWeights(scores, labels, { numClasses: 2 });
          expect(fit.weights.reduce((sum, w) => sum + w, 0)).toBeCloseTo(1, 9);
          const reached = logLoss(labels, blendScores(scores, { weights: fit.weights }));
          expect(fit.logLoss).toBeCloseTo(reached, 5);
          for (const [model, alone] of fit.logLossPerModel.entries()) {
            expect(alone).toBeCloseTo(logLoss(labels, scores[model]!), 5);
            expect(fit.logLoss).toBeLessThanOrEqual(alone + 1e-7);
            for (const step of [0.01, 0.1, 0.5]) {
              const moved = Array.from(fit.weights, (w, i) => (1 - step) * w + (i === model ? step : 0));
              expect(logLoss(labels, blendScores(scores, { weights: moved }))).toBeGreaterThan(
                reached - 1e-5,
              );
            }
          }
        },
      ),
      { numRuns: 40 },
    );
  });

  it('gives a model of pure noise next to nothing, and twins as much together as one alone', () => {
    const { labels, scores } = noisyModels([0.05, 0.1], 4000, 1, 1);
    const random = new Random(2, 'noise');
    const noise = Float32Array.from(labels, () => random.next());
    const { weights } = fitEnsembleWeights([scores[0]!, noise], labels, { numClasses: 1 });
    expect(weights[1]).toBeLessThan(0.05);
    const twins = fitEnsembleWeights([scores[0]!, scores[0]!, scores[1]!], labels, { numClasses: 1 });
    const pair = fitEnsembleWeights(scores, labels, { numClasses: 1 });
    expect(twins.weights[0]).toBeCloseTo(twins.weights[1]!, 9);
    expect(twins.weights[2]).toBeCloseTo(pair.weights[1]!, 2);
  });

  it('bears certain models that are wrong, and refuses what is no probability', () => {
    const labels = Uint8Array.of(1, 0, 1, 1);
    const { weights, logLoss: loss } = fitEnsembleWeights(
      [
        [0, 1, 0, 0],
        [0.7, 0.2, 0.6, 0.9],
      ],
      labels,
      { numClasses: 1 },
    );
    expect(weights[0]).toBeLessThan(1e-3);
    expect(loss).toBeLessThan(1);
    const refused = (scores: number[], hot = labels) => {
      try {
        fitEnsembleWeights([scores], hot, { numClasses: 1 });
      } catch (error) {
        return (error as HpaError).code;
      }
      return undefined;
    };
    expect(refused([0, 1, 2, 0])).toBe('score-invalid');
    expect(refused([0, 1, NaN, 0])).toBe('score-invalid');
    expect(refused([0, 1, 0, 0], Uint8Array.of(0, 1, 2, 0))).toBe('label-invalid');
    expect(() => fitEnsembleWeights([[]], new Uint8Array(0), { numClasses: 1 })).toThrow(
      'at least one sample',
    );
  });
});
