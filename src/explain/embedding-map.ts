/** Embeddings as points on paper: samples that a network finds alike lie together. */
import { throwIfAborted } from '../errors';
import { ProgressMeter, yieldToEventLoop, type OnProgress } from '../progress';
import { Random } from '../random';
import { checkOneOf, checkPositiveInteger } from '../scores/checks';
import type { Embeddings } from './embed-dataset';
import { checkRows, nearestSamples, type EmbeddingMetric } from './nearest-samples';
import { principalComponents } from './principal-components';

/** Options of `embeddingMap`. */
export interface EmbeddingMapOptions {
  /**
   * `umap` keeps neighbours together; `pca`, the two principal components, is a matter of a moment, keeps large
   * distances, and says nothing of neighbours.
   * @default 'umap'
   */
  method?: 'umap' | 'pca' | undefined;
  /**
   * UMAP: how many neighbours a sample has, itself among them; more show larger structures.
   * @default 15, or one less than the samples where there are fewer
   */
  neighbours?: number | undefined;
  /** UMAP: how close to each other points may lie. @default 0.1 */
  minDist?: number | undefined;
  /** UMAP: what is near. @default 'cosine' */
  metric?: EmbeddingMetric | undefined;
  /** UMAP: how often all points are moved. @default 500 up to 2,500 samples, down to 200 beyond 7,500 */
  epochs?: number | undefined;
  /** UMAP: seeds the moves. @default 0 */
  seed?: number | undefined;
  /** Stops with an `HpaError` of code `aborted`. */
  signal?: AbortSignal | undefined;
  /** Called as the map takes shape, in the phases `find neighbours` and `map`. */
  onProgress?: OnProgress | undefined;
}

const INITIAL_RANGE = 10;
const QUERIES_AT_A_TIME = 64;

/**
 * A place on a plane for each sample. UMAP (McInnes, Healy and Melville 2018, https://arxiv.org/abs/1802.03426) as
 * umap-js computes it, from exact neighbours and from the principal components instead of random places, so that large
 * distances mean something too. The axes mean nothing. The same seed gives the same map.
 *
 * Neighbours take samples² × dim steps: 2,000 samples of 512 dimensions some seconds, 20,000 some minutes.
 *
 * @returns row-major `[samples, 2]`: x and y of each
 * @throws RangeError for fewer than three samples (UMAP), `neighbours` that are not from 2 to one less than the samples, rows
 * that are not whole, and values that are not finite; TypeError for another method or metric; HpaError `aborted`
 * @example
 * const points = await embeddingMap(await embedDataset(model, valid), { seed: 1 });
 * embeddingChart({ title: 'Validation', points, labels, classes });
 */
export async function embeddingMap(
  embeddings: Embeddings,
  options: EmbeddingMapOptions = {},
): Promise<Float32Array> {
  const { method = 'umap', signal } = options;
  checkOneOf('method', method, ['umap', 'pca']);
  const samples = checkRows('embeddings', embeddings.embeddings, embeddings.dim);
  throwIfAborted(signal, 'Mapping');
  const principal = principalComponents(embeddings.embeddings, embeddings.dim, 2);
  return method === 'pca' ? Float32Array.from(principal) : umap(embeddings, samples, principal, options);
}

async function umap(
  embeddings: Embeddings,
  samples: number,
  start: Float64Array,
  options: EmbeddingMapOptions,
): Promise<Float32Array> {
  const { neighbours = Math.min(15, samples - 1), minDist = 0.1, metric = 'cosine' } = options;
  const { epochs, seed = 0, signal, onProgress } = options;
  if (samples < 3) throw new RangeError(`embeddings must be of at least 3 samples. Received ${samples}`);
  if (!Number.isInteger(neighbours) || neighbours < 2 || neighbours >= samples)
    throw new RangeError(
      `neighbours must be an integer from 2 to ${samples - 1}, one less than the samples. Received ${neighbours}`,
    );
  if (!(minDist >= 0 && minDist <= 1))
    throw new RangeError(`minDist must be within 0–1. Received ${minDist}`);
  if (epochs !== undefined) checkPositiveInteger('epochs', epochs);
  const nearest = await nearestToEach(embeddings, samples, { k: neighbours, metric }, options);
  const { UMAP } = await import('umap-js');
  const random = new Random(seed, 'umap');
  const map = new UMAP({
    // Says only how the neighbours were counted; they are given.
    nNeighbors: neighbours,
    minDist,
    ...(epochs !== undefined && { nEpochs: epochs }),
    random: () => random.next(),
  });
  map.setPrecomputedKNN(nearest.indices, nearest.distances);
  // With neighbours given, it reads no more of the vectors than how many there are.
  const total = map.initializeFit(Array.from({ length: samples }, () => []));
  placeAt(map.getEmbedding(), start, random);
  const meter = new ProgressMeter('map', total * samples, onProgress);
  try {
    for (let epoch = 0; epoch < total; epoch++) {
      throwIfAborted(signal, 'Mapping');
      map.step();
      meter.add(samples);
      await yieldToEventLoop();
    }
  } finally {
    meter.end();
  }
  return Float32Array.from(map.getEmbedding().flat());
}

async function nearestToEach(
  embeddings: Embeddings,
  samples: number,
  search: { k: number; metric: EmbeddingMetric },
  { signal, onProgress }: EmbeddingMapOptions,
): Promise<{ indices: number[][]; distances: number[][] }> {
  const { embeddings: values, dim } = embeddings;
  const found: { indices: number[][]; distances: number[][] } = { indices: [], distances: [] };
  const meter = new ProgressMeter('find neighbours', samples, onProgress);
  try {
    for (let first = 0; first < samples; first += QUERIES_AT_A_TIME) {
      throwIfAborted(signal, 'Mapping');
      const queries = values.subarray(first * dim, (first + QUERIES_AT_A_TIME) * dim);
      const { indices, distances } = nearestSamples(embeddings, queries, search);
      for (let at = 0; at < indices.length; at += search.k) {
        found.indices.push([...indices.subarray(at, at + search.k)]);
        found.distances.push([...distances.subarray(at, at + search.k)]);
      }
      meter.add(queries.length / dim);
      await yieldToEventLoop();
    }
  } finally {
    meter.end();
  }
  return found;
}

/** Moves points to where they start, the range that UMAP is used to, with a trace of noise so that none coincide. */
function placeAt(points: number[][], start: Float64Array, random: Random): void {
  const largest = start.reduce((max, x) => Math.max(max, Math.abs(x)), 0) || 1;
  points.forEach((point, i) => {
    for (const axis of [0, 1])
      point[axis] = (INITIAL_RANGE * start[2 * i + axis]!) / largest + random.normal(0, 1e-4);
  });
}
