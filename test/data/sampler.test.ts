import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { Random, repeatFactors, type SampleOrder } from 'hpa-kit';
import { repeatFactorRounds } from '../../src/data/sampling/repeat-factor';
import { Sampler, type SamplerOptions } from '../../src/data/sampling/sampler';

type Options = Partial<SamplerOptions> & { epoch?: number };

const visits = ({ epoch = 0, ...options }: Options) =>
  new Sampler({ size: 10, order: 'shuffled', seed: 1, samplesPerEpoch: 10, ...options }).visits(epoch);
const positions = (options: Options) => Array.from(visits(options).positions);

function countsOf(list: Iterable<number>, size: number): number[] {
  const counts = new Array<number>(size).fill(0);
  for (const position of list) counts[position]!++;
  return counts;
}

/** Class 0 in every sample, class 1 in 4 of 100, class 2 in 1 of 100. */
const rareLabels = Uint8Array.from({ length: 300 }, (_, i) => {
  const sample = Math.floor(i / 3);
  return Number([true, sample % 25 === 3, sample === 50][i % 3]);
});
const balanced = (options: Options) =>
  visits({
    size: 100,
    order: { kind: 'class-balanced', threshold: 0.1 },
    labels: () => rareLabels,
    numClasses: 3,
    samplesPerEpoch: 100,
    ...options,
  });

describe('orders', () => {
  it('sequential goes through the dataset in order', () => {
    expect(positions({ order: 'sequential' })).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(positions({ order: 'sequential', samplesPerEpoch: 4, epoch: 2 })).toEqual([8, 9, 0, 1]);
  });

  it('shuffled is another permutation each epoch, the same for the same seed', () => {
    const epochs = [0, 1, 2].map((epoch) => positions({ epoch }));
    for (const epoch of epochs)
      expect([...epoch].sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(new Set(epochs.map(String)).size).toBe(3);
    expect(positions({ epoch: 2 })).toEqual(epochs[2]);
    expect(positions({ seed: 2 })).not.toEqual(epochs[0]);
  });

  it.each([3, 7, 15])('shuffled visits all equally often over epochs of %i samples', (samplesPerEpoch) => {
    const all = Array.from({ length: 10 }, (_, epoch) => positions({ epoch, samplesPerEpoch })).flat();
    expect(countsOf(all, 10)).toEqual(new Array(10).fill(samplesPerEpoch));
  });

  it('with-replacement draws any number of samples, uniformly, and counts what came before', () => {
    const drawn = visits({ order: 'with-replacement', samplesPerEpoch: 5000 });
    const counts = new Array<number>(10).fill(0);
    drawn.positions.forEach((position, i) => {
      expect(drawn.occurrences[i]).toBe(counts[position]!++);
    });
    for (const count of counts) expect(Math.abs(count - 500)).toBeLessThan(80);
    expect(positions({ order: 'with-replacement', epoch: 1 })).not.toEqual(
      positions({ order: 'with-replacement' }),
    );
  });

  it('have nothing to visit in an empty dataset', () => {
    const none: Options = { size: 0, labels: () => new Uint8Array(0), numClasses: 3 };
    for (const order of ['sequential', 'shuffled', 'with-replacement', 'class-balanced'] as const)
      expect(positions({ ...none, order })).toEqual([]);
    expect(positions({ ...none, order: { kind: 'weighted', weights: [] } })).toEqual([]);
  });

  it('of a million samples are made in well under a second', () => {
    const size = 1_000_000;
    const labels = new Uint8Array(size * 2).map((_, i) => Number(i % 2 === 0 || i % 401 === 0));
    const weights = new Float32Array(size).map((_, i) => i % 7);
    for (const order of ['class-balanced', { kind: 'weighted', weights }] as SampleOrder[]) {
      // Time of the processor, as other work on the machine does not count.
      const start = process.cpuUsage();
      const made = visits({ size, order, labels: () => labels, numClasses: 2, samplesPerEpoch: size });
      const { user, system } = process.cpuUsage(start);
      expect(made.positions.length).toBe(size);
      expect((user + system) / 1e6).toBeLessThan(1);
    }
  });
});

describe('weighted', () => {
  it('draws in proportion to the weights, never one of weight 0', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.constant(0), fc.double({ min: 1e-3, max: 1e3, noNaN: true })), {
          minLength: 1,
          maxLength: 8,
        }),
        fc.integer(),
        (weights, seed) => {
          fc.pre(weights.some((weight) => weight > 0));
          const samplesPerEpoch = 4000;
          const order = { kind: 'weighted', weights } as const;
          const counts = countsOf(
            positions({ order, size: weights.length, samplesPerEpoch, seed }),
            weights.length,
          );
          const sum = weights.reduce((a, b) => a + b);
          counts.forEach((count, i) => {
            const share = weights[i]! / sum;
            if (share === 0) expect(count).toBe(0);
            // Five standard deviations, and one draw more for tiny shares.
            else
              expect(Math.abs(count - samplesPerEpoch * share)).toBeLessThan(
                5 * Math.sqrt(samplesPerEpoch * share * (1 - share)) + 2,
              );
          });
        },
      ),
      { seed: 2, numRuns: 60 },
    );
  });

  it('takes weights whose sum is no longer finite, and typed arrays', () => {
    const order = (weights: ArrayLike<number>): SampleOrder => ({ kind: 'weighted', weights });
    const huge = positions({ size: 3, order: order([1e308, 0, 1e308]), samplesPerEpoch: 100 });
    expect(new Set(huge)).toEqual(new Set([0, 2]));
    expect(positions({ size: 3, order: order(Float32Array.of(0, 2, 0)), samplesPerEpoch: 5 })).toEqual(
      new Array(5).fill(1),
    );
  });

  it('refuses weights that are none, naming the first', () => {
    const refused = (weights: number[]) => () => visits({ size: 3, order: { kind: 'weighted', weights } });
    expect(refused([1, -0.5, NaN])).toThrow(
      'weights must be finite and 0 or more. Received -0.5 at index 1.',
    );
    expect(refused([1, 0, NaN])).toThrow('Received NaN at index 2.');
    expect(refused([1, Infinity, 0])).toThrow('Received Infinity at index 1.');
    expect(refused([0, 0, 0])).toThrow(/one above 0/);
    expect(refused([1, 2])).toThrow('weights must have 3 values, one a sample. Received 2.');
  });
});

describe('class-balanced', () => {
  it('has the factors of the paper: √(t / f) of the rarest class, and never less than 1', () => {
    const factors = repeatFactors(rareLabels, { numClasses: 3, threshold: 0.1 });
    expect(factors[0]).toBe(1);
    expect(factors[3]).toBeCloseTo(Math.sqrt(0.1 / 0.04), 6);
    expect(factors[50]).toBeCloseTo(Math.sqrt(0.1 / 0.01), 6);
    expect(repeatFactors(rareLabels, { numClasses: 3 })).toEqual(new Float64Array(100).fill(1));
    expect(repeatFactors(new Uint8Array(6), { numClasses: 3 })).toEqual(Float64Array.of(1, 1));
  });

  it('visits each sample its factor rounded down or up in each round, and on average exactly that', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.integer(), (size, seed) => {
        const random = new Random(seed);
        const labels = Uint8Array.from({ length: size * 3 }, (_, i) =>
          Number(random.bool([0.9, 0.2, 0.05][i % 3])),
        );
        const factors = repeatFactors(labels, { numClasses: 3, threshold: 0.8 });
        const rounds = repeatFactorRounds(factors, seed);
        const total = new Array<number>(size).fill(0);
        for (let round = 0; round < 200; round++) {
          const visited = rounds.visits(round);
          expect(visited.length).toBe(rounds.start(round + 1) - rounds.start(round));
          const counts = countsOf(visited, size);
          const between = counts.every(
            (n, i) => n === Math.floor(factors[i]!) || n === Math.ceil(factors[i]!),
          );
          expect(between).toBe(true);
          counts.forEach((count, i) => (total[i]! += count));
        }
        factors.forEach((factor, i) => {
          const fraction = factor % 1;
          const deviation = Math.sqrt(200 * fraction * (1 - fraction));
          expect(Math.abs(total[i]! - 200 * factor)).toBeLessThanOrEqual(5 * deviation + 1e-6);
        });
      }),
      { seed: 3, numRuns: 30 },
    );
  });

  it('rounds without a bias also where the fractions sum to a whole number', () => {
    const rounds = repeatFactorRounds(Float64Array.of(1.25, 1.75), 4);
    const all = Array.from({ length: 4000 }, (_, round) => Array.from(rounds.visits(round))).flat();
    expect(all.length).toBe(12000);
    expect(Math.abs(countsOf(all, 2)[0]! - 5000)).toBeLessThan(5 * Math.sqrt(4000 * 0.25 * 0.75));
  });

  it('is cut into epochs of any length without losing or repeating a visit', () => {
    const long = Array.from(balanced({ samplesPerEpoch: 700 }).positions);
    const short = Array.from({ length: 20 }, (_, epoch) =>
      Array.from(balanced({ samplesPerEpoch: 35, epoch }).positions),
    ).flat();
    expect(short).toEqual(long);
  });

  it('shuffles afresh in each epoch', () => {
    const epochs = [0, 1, 2, 3].map((epoch) => Array.from(balanced({ epoch }).positions));
    expect(new Set(epochs.map(String)).size).toBe(4);
    const ascents = epochs[0]!.filter((position, i, all) => i > 0 && position > all[i - 1]!).length;
    expect(Math.abs(ascents - 49)).toBeLessThan(15);
  });

  it('needs labels and a threshold that is a share', () => {
    expect(() => visits({ order: 'class-balanced' })).toThrow('order class-balanced needs labels.');
    for (const threshold of [0, 1.5, NaN])
      expect(() => balanced({ order: { kind: 'class-balanced', threshold } })).toThrow(
        `threshold must be above 0 and at most 1. Received ${threshold}.`,
      );
  });
});
