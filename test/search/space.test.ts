import { describe, expect, it } from 'vitest';
import { choice, integer, logInteger, logUniform, uniform } from 'hpa-kit';
import { samplePoint } from '../../src/search/space';

const COUNT = 4000;
const space = {
  rate: logUniform(1e-6, 1),
  momentum: uniform(-1, 3),
  neurons: integer(2, 5),
  filters: logInteger(1, 100),
  optimizer: choice(['sgd', 'adam']),
};
const points = Array.from({ length: COUNT }, (_, i) => samplePoint(space, 7, i));

/** The largest distance between the shares of the values and those of a uniform distribution (Kolmogorov–Smirnov). */
function distance(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return Math.max(...sorted.map((value, i) => Math.max(value - i / COUNT, (i + 1) / COUNT - value)));
}

describe('a search space', () => {
  it('draws numbers uniformly, or uniformly in the logarithm over six orders of magnitude', () => {
    // A fair draw is beyond this in one of a thousand seeds.
    const limit = 1.95 / Math.sqrt(COUNT);
    expect(distance(points.map(({ momentum }) => (momentum + 1) / 4))).toBeLessThan(limit);
    expect(distance(points.map(({ rate }) => 1 + Math.log10(rate) / 6))).toBeLessThan(limit);
    expect(distance(points.map(({ rate }) => rate))).toBeGreaterThan(0.5);
  });

  it('draws integers and choices in their shares, both bounds included', () => {
    const share = (hits: (point: (typeof points)[number]) => boolean) => points.filter(hits).length / COUNT;
    // Three and a half standard deviations.
    const near = (p: number) => 3.5 * Math.sqrt((p * (1 - p)) / COUNT);
    for (const n of [2, 3, 4, 5])
      expect(Math.abs(share(({ neurons }) => neurons === n) - 0.25)).toBeLessThan(near(0.25));
    expect(Math.abs(share(({ optimizer }) => optimizer === 'sgd') - 0.5)).toBeLessThan(near(0.5));
    for (const n of [1, 2, 10, 100]) {
      const p = Math.log((n + 0.5) / (n - 0.5)) / Math.log(100.5 / 0.5);
      expect(Math.abs(share(({ filters }) => filters === n) - p)).toBeLessThan(near(p));
    }
    expect(points.every(({ filters: f }) => Number.isInteger(f) && f >= 1 && f <= 100)).toBe(true);
  });

  it('gives a value that depends on the seed, the trial and the name alone', () => {
    const { rate, optimizer } = space;
    expect(samplePoint({ optimizer, rate }, 7, 5).rate).toBe(points[5]!.rate);
    expect(samplePoint(space, 8, 5)).not.toEqual(points[5]);
  });

  it('refuses ranges and choices that are none', () => {
    expect(() => uniform(1, 1)).toThrow(
      'uniform must have finite numbers low < high. Received {"kind":"uniform","low":1,"high":1}',
    );
    expect(() => uniform(-1e308, 1e308)).toThrow(RangeError);
    expect(() => logUniform(0, 1)).toThrow('logUniform must have low > 0');
    expect(() => logUniform(1e-3, NaN)).toThrow(RangeError);
    expect(() => integer(0.5, 2)).toThrow('integer must have integers low < high');
    expect(() => logInteger(0, 2)).toThrow('logInteger must have low > 0');
    expect(() => choice([])).toThrow('values must have at least one value');
    expect(() => choice(['1', 1])).toThrow('values must have no value twice');
    expect(() => choice([Infinity])).toThrow('values must have finite numbers');
  });
});
