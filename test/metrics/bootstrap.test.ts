import {
  bootstrapInterval,
  countConfusion,
  isHpaError,
  macroF1,
  Random,
  type BootstrapIntervalOptions,
  type Metric,
  type Progress,
} from 'hpa-kit';
import { describe, expect, test } from 'vitest';
import { bcaShares } from '../../src/metrics/resampling/bca';
import { normalCdf, normalQuantile } from '../../src/metrics/resampling/normal-distribution';
import { quantile } from '../../src/scores/quantile';
import golden from '../golden/sklearn_metrics_resampling.json';

const mean: Metric = (_, scores) => {
  let sum = 0;
  for (const score of scores) sum += score;
  return sum / scores.length;
};
const { sorted: values } = golden.quantiles;
const labels = values.map(() => 1);

/** The interval of the mean of some values, all of them of one class. */
const ofMean = (scores: readonly number[], options: Partial<BootstrapIntervalOptions> = {}) =>
  bootstrapInterval(
    scores.map(() => 1),
    scores,
    mean,
    { numClasses: 1, ...options },
  );

describe('as SciPy', () => {
  test('the normal distribution and its quantiles', () => {
    golden.normal.points.forEach((point, i) => {
      expect(Math.abs(normalCdf(point) - golden.normal.cdf[i]!)).toBeLessThan(1e-15);
    });
    golden.normal.shares.forEach((share, i) => {
      // The rounding of the distribution function, 1e-16, weighs most far out: 1e-5 at a share of 1e-12.
      const tolerance = share < 1e-9 ? 1e-4 : 1e-9;
      expect(Math.abs(normalQuantile(share) - golden.normal.quantiles[i]!)).toBeLessThan(tolerance);
    });
    expect([normalQuantile(0), normalQuantile(1)]).toEqual([-Infinity, Infinity]);
    expect([normalCdf(-40), normalCdf(40)]).toEqual([0, 1]);
  });

  test('quantiles', () => {
    golden.quantiles.shares.forEach((share, i) => {
      expect(quantile(values, share)).toBeCloseTo(golden.quantiles.quantiles[i]!, 12);
    });
  });

  test.each(golden.intervals)('BCa intervals of given resamples: $confidence', (expected) => {
    const distribution = Float64Array.from(expected.distribution).sort();
    const jackknife = Float64Array.from(expected.jackknife);
    const shares = bcaShares(expected.estimate, distribution, jackknife, expected.confidence)!;
    expect(quantile(distribution, shares[0])).toBeCloseTo(expected.lower, 12);
    expect(quantile(distribution, shares[1])).toBeCloseTo(expected.upper, 12);
  });
});

describe('bootstrapInterval', () => {
  test('is of the metric as it is, and its error that of theory', async () => {
    const result = await ofMean(values, { resamples: 4000 });
    const average = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - average) ** 2, 0) / values.length;
    expect(result.estimate).toBeCloseTo(average, 12);
    expect(result.resamples).toBe(4000);
    // Of 4,000 resamples the standard error is known to about 1.1 %.
    const relative = result.standardError / Math.sqrt(variance / values.length);
    expect(Math.abs(relative - 1)).toBeLessThan(0.05);
    expect(result.lower).toBeLessThan(result.estimate);
    expect(result.upper).toBeGreaterThan(result.estimate);
  });

  test('the same seed gives the same, another seed another', async () => {
    const first = await ofMean(values, { resamples: 50, seed: 3 });
    expect(await ofMean(values, { resamples: 50, seed: 3 })).toEqual(first);
    expect(await ofMean(values, { resamples: 50 })).not.toEqual(first);
    expect(await ofMean(values, { resamples: 50, seed: 0 })).toEqual(await ofMean(values, { resamples: 50 }));
  });

  test('has 1,000 resamples, 95 % and BCa unless told otherwise', async () => {
    const told = { resamples: 1000, confidence: 0.95, method: 'bca' } as const;
    const result = await ofMean(values);
    expect(result).toEqual(await ofMean(values, told));
    expect(result.method).toBe('bca');
    const percentile = await ofMean(values, { method: 'percentile' });
    // The values are skewed to the right, and so is the interval that takes this into account.
    expect(result.lower).toBeGreaterThan(percentile.lower);
    expect(result.upper).toBeGreaterThan(percentile.upper);
    const narrow = await ofMean(values, { confidence: 0.5 });
    expect(narrow.upper - narrow.lower).toBeLessThan((result.upper - result.lower) / 2);
  });

  test('rows are drawn whole, with replacement, and float32 stay float32', async () => {
    const scores = Float32Array.from({ length: 30 }, (_, i) => i);
    const rowLabels = Uint8Array.from(scores, (score) => Number(score % 3 === 0));
    let [calls, repeated] = [0, 0];
    const metric: Metric = (drawnLabels, drawn) => {
      expect(drawn).toBeInstanceOf(Float32Array);
      for (let i = 0; i < drawn.length; i += 3) {
        expect(Array.from(drawn.subarray(i, i + 3))).toEqual([0, 1, 2].map((k) => drawn[i]! + k));
        expect(Array.from(drawnLabels.subarray(i, i + 3))).toEqual([1, 0, 0]);
        expect(drawn[i]! % 3).toBe(0);
      }
      calls++;
      if (drawn.length === 30 && new Set(drawn).size < 30) repeated++;
      // A metric may change what it is given.
      return drawn.sort()[0]!;
    };
    await bootstrapInterval(rowLabels, scores, metric, { numClasses: 3, resamples: 20 });
    expect(calls).toBe(1 + 20 + 10);
    expect(repeated).toBeGreaterThan(15);
  });

  test('many samples leave the jackknife in groups, to much the same effect', async () => {
    const random = new Random('skewed');
    const many = Array.from({ length: 1001 }, () => -Math.log(1 - random.next()));
    const sizes = new Map<number, number>();
    const counting: Metric = (none, scores) => {
      sizes.set(scores.length, (sizes.get(scores.length) ?? 0) + 1);
      return mean(none, scores);
    };
    const ones = many.map(() => 1);
    const options = { numClasses: 1, resamples: 300 };
    const grouped = await bootstrapInterval(ones, many, counting, options);
    expect([...sizes].sort(([a], [b]) => a - b)).toEqual([
      [996, 1],
      [997, 249],
      [1001, 301],
    ]);
    expect(grouped.method).toBe('bca');
    // What the interval would be by all the means without one value.
    const average = mean(new Uint8Array(), Float64Array.from(many));
    const single = Float64Array.from(many, (value) => (average * 1001 - value) / 1000);
    const resampled: number[] = [];
    await bootstrapInterval(
      ones,
      many,
      (none, scores) => {
        const value = mean(none, scores);
        if (scores.length === 1001) resampled.push(value);
        return value;
      },
      options,
    );
    const distribution = Float64Array.from(resampled.slice(1)).sort();
    const shares = bcaShares(grouped.estimate, distribution, single, 0.95)!;
    const error = grouped.standardError;
    expect(Math.abs(grouped.lower - quantile(distribution, shares[0]))).toBeLessThan(0.05 * error);
    expect(Math.abs(grouped.upper - quantile(distribution, shares[1]))).toBeLessThan(0.05 * error);
  });

  test.each(['percentile', 'bca'] as const)(
    '%s intervals hold the truth as often as they say',
    async (method) => {
      const [simulations, size, truth] = [400, 60, 0.3];
      const held = { 0.95: 0, 0.5: 0 };
      for (let simulation = 0; simulation < simulations; simulation++) {
        const random = new Random('coverage', simulation);
        const drawn = Array.from({ length: size }, () => Number(random.bool(truth)));
        for (const confidence of [0.95, 0.5] as const) {
          const { lower, upper } = await ofMean(drawn, {
            method,
            confidence,
            resamples: 200,
            seed: simulation,
          });
          if (lower <= truth && truth <= upper) held[confidence]++;
        }
      }
      // Three standard deviations of the count, and 2 % for the steps of 1 / size in which a mean comes.
      for (const confidence of [0.95, 0.5] as const) {
        const slack = 3 * Math.sqrt((confidence * (1 - confidence)) / simulations) + 0.02;
        expect(Math.abs(held[confidence] / simulations - confidence)).toBeLessThan(slack);
      }
    },
  );

  test('of a metric that never changes, and where there is no BCa interval', async () => {
    const constant = await bootstrapInterval(labels, values, () => 0.25, { numClasses: 1, resamples: 10 });
    expect(constant).toEqual({
      estimate: 0.25,
      lower: 0.25,
      upper: 0.25,
      standardError: 0,
      resamples: 10,
      method: 'bca',
    });
    // Every resample of different values has fewer of them.
    const distinct: Metric = (_, scores) => new Set(scores).size;
    const options = { numClasses: 1, resamples: 100 };
    const fallback = await bootstrapInterval(labels, values, distinct, options);
    expect(fallback.method).toBe('percentile');
    expect(fallback).toEqual(
      await bootstrapInterval(labels, values, distinct, { ...options, method: 'percentile' }),
    );
    expect((await ofMean([0.5], { resamples: 5 })).upper).toBe(0.5);
  });

  test('reports progress, lets timers run and can be stopped', async () => {
    const reports: Progress[] = [];
    const controller = new AbortController();
    setTimeout(() => {
      controller.abort();
    }, 1);
    const busy: Metric = (none, scores) => {
      const start = performance.now();
      while (performance.now() - start < 5);
      return mean(none, scores);
    };
    const running = bootstrapInterval(labels, values, busy, {
      numClasses: 1,
      resamples: 5000,
      signal: controller.signal,
      onProgress: (progress) => reports.push(progress),
    });
    await expect(running).rejects.toThrow('The bootstrap was aborted');
    await expect(running).rejects.toSatisfy((error: unknown) => isHpaError(error, 'aborted'));
    expect(reports.at(-1)).toMatchObject({ phase: 'bootstrap', total: 5025, ended: true });

    reports.length = 0;
    await ofMean(values, { resamples: 30, onProgress: (progress) => reports.push(progress) });
    expect(reports.at(-1)).toMatchObject({ phase: 'bootstrap', done: 55, total: 55, ended: true });
    expect(reports.filter(({ ended }) => ended)).toHaveLength(1);
  });

  test('macro F1', async () => {
    const random = new Random('macro F1');
    const rowLabels = Uint8Array.from({ length: 200 * 3 }, () => Number(random.bool(0.4)));
    const scores = Float32Array.from(rowLabels, (label) => (random.bool(0.8) ? label : 1 - label));
    const metric: Metric = (drawn, ofDrawn) => macroF1(countConfusion(drawn, ofDrawn, { numClasses: 3 }));
    const { estimate, lower, upper } = await bootstrapInterval(rowLabels, scores, metric, { numClasses: 3 });
    expect(estimate).toBe(macroF1(countConfusion(rowLabels, scores, { numClasses: 3 })));
    expect(lower).toBeGreaterThan(estimate - 0.1);
    expect(lower).toBeLessThan(estimate);
    expect(upper).toBeGreaterThan(estimate);
    expect(upper).toBeLessThan(estimate + 0.1);
  });

  test('errors', async () => {
    const of = (options: object, metric: Metric = mean) =>
      bootstrapInterval(labels, values, metric, { numClasses: 1, ...options });
    await expect(of({ resamples: 0 })).rejects.toThrow('resamples must be a positive integer. Received 0');
    await expect(of({ confidence: 1 })).rejects.toThrow('confidence must be above 0 and below 1. Received 1');
    await expect(of({ confidence: NaN })).rejects.toThrow(RangeError);
    await expect(of({ method: 'basic' })).rejects.toThrow(
      new TypeError("method must be 'percentile' or 'bca'. Received basic"),
    );
    await expect(of({ numClasses: 2 })).rejects.toThrow('whole rows of 2 classes');
    await expect(ofMean([])).rejects.toThrow('must hold at least one sample');
    await expect(of({}, () => NaN)).rejects.toThrow('metric must return a number. Received NaN');
    await expect(of({}, (() => undefined) as unknown as Metric)).rejects.toThrow(
      new TypeError('metric must return a number. Received undefined'),
    );
    await expect(ofMean([0.5, NaN])).rejects.toThrow('Received NaN at sample row 1, class 0');
    const wrong = bootstrapInterval([1, 2], [0.5, 0.5], mean, { numClasses: 2 });
    await expect(wrong).rejects.toThrow('labels must be 0 or 1. Received 2 at sample row 0, class 1');
  });
});
