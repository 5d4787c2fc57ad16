import {
  bootstrapInterval,
  countConfusion,
  isHpaError,
  macroF1,
  pairedTest,
  Random,
  type Metric,
  type Progress,
} from 'hpa-kit';
import { describe, expect, test } from 'vitest';
import golden from '../golden/sklearn_metrics_resampling.json';

const { numClasses, labels, scoresA, scoresB, tests } = golden.permutation;
const METRICS: Record<string, Metric> = {
  macroF1: (rows, scores) => macroF1(countConfusion(rows, scores, { numClasses })),
  brierScore: (rows, scores) => meanSquare(rows, scores, () => true),
};

/** The mean squared error of the scores whose indices are taken. */
function meanSquare(
  rows: Uint8Array,
  scores: Float32Array | Float64Array,
  take: (index: number) => boolean,
): number {
  const errors = Array.from(scores, (score, i) => (score - rows[i]!) ** 2).filter((_, i) => take(i));
  return errors.reduce((sum, error) => sum + error, 0) / errors.length;
}

/** Scores of a model whose predictions are right with a probability. */
function simulate(random: Random, truth: Uint8Array, accuracy: number): Float32Array {
  return Float32Array.from(truth, (label) => (random.bool(accuracy) ? label : 1 - label));
}

describe('pairedTest', () => {
  test.each(tests)(
    'of few samples is that of SciPy, exactly: $metric',
    async ({ metric, difference, pValue }) => {
      const options = { numClasses, resamples: 10 };
      const result = await pairedTest(labels, scoresA, scoresB, METRICS[metric]!, options);
      expect(result.exact).toBe(true);
      expect(result.permutations).toBe(256);
      expect(result.difference.estimate).toBeCloseTo(difference, 12);
      expect(result.pValue).toBeCloseTo(pValue, 12);
      expect(result.estimateA - result.estimateB).toBe(result.difference.estimate);
      const swapped = await pairedTest(labels, scoresB, scoresA, METRICS[metric]!, options);
      expect(swapped.pValue).toBe(result.pValue);
      expect(swapped.difference.estimate).toBe(-result.difference.estimate);
    },
  );

  test.each(tests)('of random swaps comes near: $metric', async ({ metric, pValue }) => {
    const options = { numClasses, resamples: 10, permutations: 255 };
    const result = await pairedTest(labels, scoresA, scoresB, METRICS[metric]!, options);
    expect(result.exact).toBe(false);
    expect(result.permutations).toBe(255);
    // A multiple of 1 / 256, four standard deviations away at most.
    expect((result.pValue * 256) % 1).toBe(0);
    expect(Math.abs(result.pValue - pValue)).toBeLessThan(
      4 * Math.sqrt((pValue * (1 - pValue)) / 255) + 1 / 256,
    );
  });

  test('the difference has the interval of a bootstrap of both models', async () => {
    const options = { numClasses, resamples: 50, confidence: 0.9, seed: 5 };
    const { difference } = await pairedTest(labels, scoresA, scoresB, METRICS.brierScore!, options);
    // As a metric of rows that hold both models' scores.
    const [wide, wideLabels] = [scoresA, labels].map((left, i) =>
      Array.from({ length: labels.length / numClasses }, (_, row) => {
        const part = (values: number[]) => values.slice(row * numClasses, (row + 1) * numClasses);
        return [...part(left), ...part(i === 0 ? scoresB : labels)];
      }).flat(),
    );
    const metric: Metric = (rows, scores) => {
      const ofModel = (model: number) =>
        meanSquare(rows, scores, (i) => Math.floor((i % (2 * numClasses)) / numClasses) === model);
      return ofModel(0) - ofModel(1);
    };
    const expected = await bootstrapInterval(wideLabels!, wide!, metric, {
      ...options,
      numClasses: 2 * numClasses,
    });
    for (const key of ['estimate', 'lower', 'upper', 'standardError'] as const) {
      expect(difference[key]).toBeCloseTo(expected[key], 12);
    }
  });

  test('identical models differ by nothing: p = 1', async () => {
    for (const permutations of [300, 99]) {
      const result = await pairedTest(labels, scoresA, scoresA, METRICS.macroF1!, {
        numClasses,
        resamples: 10,
        permutations,
      });
      expect(result.pValue).toBe(1);
      expect(result.difference).toMatchObject({ estimate: 0, lower: 0, upper: 0 });
    }
  });

  test('p is spread evenly where models are as good as each other, and small where they are not', async () => {
    const options = { numClasses, resamples: 1, method: 'percentile', permutations: 99 } as const;
    const found: number[] = [];
    for (let simulation = 0; simulation < 300; simulation++) {
      const random = new Random('null', simulation);
      const truth = Uint8Array.from({ length: 120 }, () => Number(random.bool(0.4)));
      const [a, b] = [0, 1].map(() =>
        simulate(random, truth, 0.75).map((score) => score * 0.5 + random.next() / 4),
      );
      const { pValue } = await pairedTest(truth, a!, b!, METRICS.brierScore!, {
        ...options,
        seed: simulation,
      });
      found.push(pValue);
    }
    for (const level of [0.05, 0.1, 0.25, 0.5, 0.75]) {
      const share = found.filter((pValue) => pValue <= level).length / found.length;
      expect(Math.abs(share - level)).toBeLessThan(3 * Math.sqrt((level * (1 - level)) / found.length));
    }
    const random = new Random('alternative');
    const truth = Uint8Array.from({ length: 120 }, () => Number(random.bool(0.4)));
    const [a, b] = [simulate(random, truth, 0.95), simulate(random, truth, 0.6)];
    const result = await pairedTest(truth, a, b, METRICS.macroF1!, { numClasses, resamples: 200 });
    expect(result.pValue).toBe(1 / 1000);
    expect(result.difference.lower).toBeGreaterThan(0);
  });

  test('takes models of different precision without loss', async () => {
    const result = await pairedTest([1, 1], new Float32Array([0.5, 0.25]), [0.1, 0.3], METRICS.brierScore!, {
      numClasses: 1,
      resamples: 5,
    });
    expect(result.estimateB).toBe(((0.1 - 1) ** 2 + (0.3 - 1) ** 2) / 2);
  });

  test('reports progress and can be stopped', async () => {
    const reports: Progress[] = [];
    const controller = new AbortController();
    const running = pairedTest(labels, scoresA, scoresB, METRICS.macroF1!, {
      numClasses,
      resamples: 10,
      permutations: 50,
      signal: controller.signal,
      onProgress: (progress) => {
        reports.push(progress);
        if (progress.phase === 'permutation') controller.abort();
      },
    });
    await expect(running).rejects.toSatisfy((error: unknown) => isHpaError(error, 'aborted'));
    expect(reports.find(({ ended }) => ended)).toMatchObject({ phase: 'bootstrap', done: 18, total: 18 });
    expect(reports.at(-1)).toMatchObject({ phase: 'permutation', total: 50, ended: true });
  });

  test('errors', async () => {
    const of = (a: number[], b: number[], options: object = {}) =>
      pairedTest([1, 0], a, b, METRICS.brierScore!, { numClasses: 1, ...options });
    await expect(of([0.5, 0.5], [0.5])).rejects.toThrow('labels and scores must have one length');
    await expect(of([0.5, 0.5], [0.5, NaN])).rejects.toThrow('Received NaN at sample row 1, class 0');
    await expect(of([1, 0], [1, 0], { permutations: 0.5 })).rejects.toThrow(
      new RangeError('permutations must be a positive integer. Received 0.5'),
    );
    await expect(of([1, 0], [1, 0], { confidence: 2 })).rejects.toThrow('confidence must be above 0');
    await expect(pairedTest([], [], [], METRICS.brierScore!, { numClasses: 1 })).rejects.toThrow(
      'must hold at least one sample',
    );
  });
});
