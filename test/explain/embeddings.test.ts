/** Neighbours and maps of embeddings, against scikit-learn. */
import { describe, expect, it } from 'vitest';
import { embeddingMap, isHpaError, nearestSamples, Random, type EmbeddingMetric } from 'hpa-kit';
import { failure } from '../failure';
import golden from '../golden/explain_embeddings.json';
import { noise } from '../models/formula';

const DIM = 13;

/** As `vectors` in explain_embeddings.py. */
function vectors(name: string, count: number): Float32Array {
  const centres = noise(`${name} centres`, 5 * DIM);
  const rows = Float32Array.from(noise(name, count * DIM), (x, i) => {
    return x + 2 * centres[(Math.floor(i / DIM) % 5) * DIM + (i % DIM)]!;
  });
  rows.fill(0, 0, DIM).fill(0, (count - 1) * DIM);
  return rows.copyWithin(11 * DIM, 7 * DIM, 8 * DIM);
}

const samples = { embeddings: vectors('samples', 90), dim: DIM };
const queries = vectors('queries', 12);

/** How far neighbours on the map are from being neighbours in truth: as scikit-learn's, 1 is best. */
function trustworthiness(
  { embeddings, dim }: { embeddings: Float32Array; dim: number },
  points: Float32Array,
  k = 10,
): number {
  const n = embeddings.length / dim;
  const metric = 'euclidean';
  const near = nearestSamples({ embeddings, dim }, embeddings, { k: n, metric }).indices;
  const drawn = nearestSamples({ embeddings: points, dim: 2 }, points, { k: n, metric }).indices;
  const others = (of: Uint32Array, row: number) =>
    [...of.subarray(row * n, (row + 1) * n)].filter((i) => i !== row);
  let penalty = 0;
  for (let row = 0; row < n; row++) {
    const rank = new Map(others(near, row).map((index, at) => [index, at + 1]));
    for (const index of others(drawn, row).slice(0, k)) penalty += Math.max(0, rank.get(index)! - k);
  }
  return 1 - (2 / (n * k * (2 * n - 3 * k - 1))) * penalty;
}

describe('nearestSamples', () => {
  it.each(['cosine', 'euclidean'] as const)('finds what scikit-learn finds, %s', (metric) => {
    const { indices, distances, k } = nearestSamples(samples, queries, { k: 9, metric });
    expect(k).toBe(9);
    expect([...indices]).toEqual(golden[metric].indices.flat());
    golden[metric].distances.flat().forEach((distance, i) => {
      expect(distances[i]).toBeCloseTo(distance, 6);
    });
  });

  it.each(['cosine', 'euclidean'] as const)('takes the lower row of equally near ones, %s', (metric) => {
    const embeddings = Float32Array.of(3, 4, 0, 5, 3, 4, 0, 5, 3, 4);
    const all = nearestSamples({ embeddings, dim: 2 }, [3, 4], { k: 5, metric });
    expect([...all.indices]).toEqual([0, 2, 4, 1, 3]);
    const few = nearestSamples({ embeddings, dim: 2 }, [0, 5], { k: 3, metric });
    expect([...few.indices]).toEqual([1, 3, 0]);
  });

  it('gives the same for any k, sorted', () => {
    const all = nearestSamples(samples, queries.subarray(0, DIM), { k: 90, metric: 'euclidean' });
    expect([...all.distances]).toEqual([...all.distances].sort((a, b) => a - b));
    expect(new Set(all.indices).size).toBe(90);
    const few = nearestSamples(samples, queries.subarray(0, DIM), { k: 4, metric: 'euclidean' });
    expect(few.indices).toEqual(all.indices.slice(0, 4));
  });

  it.each([
    ['k of 0', { k: 0 }, queries, /k must be a positive integer/],
    ['more than there are', { k: 91 }, queries, /at most the 90 samples. Received 91/],
    ['half a row', {}, queries.subarray(1), /query must hold whole rows of 13 values. Received 155/],
    ['no query', {}, [], /Received 0 values/],
    ['NaN', {}, queries.with(30, NaN), /query must be finite. Received NaN in row 2/],
    ['another metric', { metric: 'manhattan' as EmbeddingMetric }, queries, /Received manhattan/],
  ] as const)('refuses %s', (_, options, query, message) => {
    expect(() => nearestSamples(samples, query, options)).toThrow(message);
  });
});

describe('embeddingMap', () => {
  it('pca is scikit-learn’s', async () => {
    const points = await embeddingMap(samples, { method: 'pca' });
    golden.pca.flat().forEach((x, i) => {
      expect(points[i]).toBeCloseTo(x, 4);
    });
    expect(trustworthiness(samples, points)).toBeCloseTo(golden.trustworthiness, 3);
  });

  it('pca of points on a line, of one point and of equal ones', async () => {
    const line = { embeddings: Float32Array.of(0, 0, 0, 3, 4, 0, 6, 8, 0), dim: 3 };
    expect([...(await embeddingMap(line, { method: 'pca' }))].map((x) => Math.round(1e4 * x) / 1e4)).toEqual([
      -5, 0, 0, 0, 5, 0,
    ]);
    const same = { embeddings: new Float32Array(6).fill(7), dim: 2 };
    expect([...(await embeddingMap(same, { method: 'pca' }))]).toEqual(new Array(6).fill(0));
    expect([...(await embeddingMap({ embeddings: Float32Array.of(5), dim: 1 }, { method: 'pca' }))]).toEqual([
      0, 0,
    ]);
  });

  // Ten clusters in 32 dimensions: a plane has no room for them.
  const random = new Random('clusters');
  const centres = Array.from({ length: 10 * 32 }, () => random.normal(0, 2));
  const clusters = {
    embeddings: Float32Array.from({ length: 300 * 32 }, (_, i) => {
      return centres[(Math.floor(i / 32) % 10) * 32 + (i % 32)]! + random.normal();
    }),
    dim: 32,
  };

  it('umap keeps neighbours and clusters together, better than pca', async () => {
    const points = await embeddingMap(clusters, { metric: 'euclidean', seed: 3 });
    const flat = await embeddingMap(clusters, { method: 'pca' });
    const [umap, pca] = [trustworthiness(clusters, points), trustworthiness(clusters, flat)];
    expect(umap).toBeGreaterThan(0.95);
    expect(umap).toBeGreaterThan(pca + 0.02);
    const own = nearestSamples({ embeddings: points, dim: 2 }, points, { k: 10, metric: 'euclidean' });
    const pure = own.indices.filter((index, i) => index % 10 === Math.floor(i / 10) % 10);
    expect(pure.length / own.indices.length).toBeGreaterThan(0.99);
  });

  it('is the same for the same seed', async () => {
    const options = { epochs: 20, seed: 5 };
    const first = await embeddingMap(samples, options);
    expect(await embeddingMap(samples, options)).toEqual(first);
    expect(await embeddingMap(samples, { ...options, seed: 6 })).not.toEqual(first);
    expect(first.every(Number.isFinite)).toBe(true);
  });

  it('takes as few as three samples, and equal ones', async () => {
    const three = { embeddings: Float32Array.of(1, 0, 0, 1, 1, 1), dim: 2 };
    const same = { embeddings: new Float32Array(20).fill(1), dim: 2 };
    for (const each of [three, same]) {
      const points = await embeddingMap(each, { epochs: 10 });
      expect(points.every(Number.isFinite)).toBe(true);
    }
  });

  it('reports and stops', async () => {
    const stop = new AbortController();
    const phases: string[] = [];
    const work = embeddingMap(samples, {
      signal: stop.signal,
      onProgress: ({ phase, done, ended }) => {
        if (ended) phases.push(`${phase} ${done}`);
        if (phase === 'map' && done === 3 * 90) stop.abort();
      },
    });
    const error = await failure(work);
    expect(isHpaError(error, 'aborted')).toBe(true);
    expect(phases).toEqual(['find neighbours 90', 'map 270']);
  });

  it.each([
    ['two samples', { embeddings: new Float32Array(4), dim: 2 }, {}, /at least 3 samples. Received 2/],
    ['too many neighbours', samples, { neighbours: 90 }, /from 2 to 89, .* Received 90/],
    ['NaN', { embeddings: new Float32Array(8).fill(NaN), dim: 2 }, {}, /finite. Received NaN in row 0/],
    ['another method', samples, { method: 'tsne' as 'pca' }, /'umap' or 'pca'. Received tsne/],
    ['no distance', samples, { minDist: -1 }, /minDist must be within 0–1/],
    ['no epoch', samples, { epochs: 0 }, /epochs must be a positive integer/],
  ])('refuses %s', async (_, embeddings, options, message) => {
    await expect(embeddingMap(embeddings, options)).rejects.toThrow(message);
  });
});
