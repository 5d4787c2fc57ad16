import { describe, expect, it } from 'vitest';
import { epochVisits, type SamplerOptions } from '../../src/data/sampler';

const positions = (options: Partial<SamplerOptions>) =>
  epochVisits({ size: 10, order: 'shuffled', seed: 1, epoch: 0, samplesPerEpoch: 10, ...options }).map(
    (v) => v.position,
  );

describe('epochVisits', () => {
  it('goes through the dataset in order', () => {
    expect(positions({ order: 'sequential' })).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it('shuffles into another permutation each epoch, the same for the same seed', () => {
    const epochs = [0, 1, 2].map((epoch) => positions({ epoch }));
    for (const epoch of epochs)
      expect([...epoch].sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(new Set(epochs.map(String)).size).toBe(3);
    expect(positions({ epoch: 2 })).toEqual(epochs[2]);
    expect(positions({ seed: 2 })).not.toEqual(epochs[0]);
  });

  it.each([3, 7, 15])('visits every sample equally often over epochs of %i samples', (samplesPerEpoch) => {
    const visits = Array.from({ length: 10 }, (_, epoch) => positions({ epoch, samplesPerEpoch })).flat();
    expect(visits).toHaveLength(10 * samplesPerEpoch);
    for (let i = 0; i < 10; i++) expect(visits.filter((p) => p === i)).toHaveLength(samplesPerEpoch);
  });

  it('draws with replacement, any number of samples, uniformly, and counts what came before', () => {
    const visits = epochVisits({
      size: 10,
      order: 'with-replacement',
      seed: 1,
      epoch: 0,
      samplesPerEpoch: 5000,
    });
    const counts = new Array<number>(10).fill(0);
    for (const { position, occurrence } of visits) {
      expect(occurrence).toBe(counts[position]);
      counts[position]!++;
    }
    for (const count of counts) expect(Math.abs(count - 500)).toBeLessThan(80);
    expect(positions({ order: 'with-replacement', epoch: 1 })).not.toEqual(
      positions({ order: 'with-replacement' }),
    );
  });

  it('has nothing to visit in an empty dataset', () => {
    expect(positions({ size: 0 })).toEqual([]);
  });
});
