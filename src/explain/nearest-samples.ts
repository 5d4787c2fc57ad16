/** The samples that a network finds most alike, exactly. */
import { checkOneOf, checkPositiveInteger } from '../scores/checks';
import type { Embeddings } from './embed-dataset';

/** `1 − cos(a, b)`, which only looks at the direction, or `|a − b|`. */
export type EmbeddingMetric = 'cosine' | 'euclidean';

/** Options of `nearestSamples`. */
export interface NearestSamplesOptions {
  /** How many for each query. @default 5 */
  k?: number | undefined;
  /** @default 'cosine' */
  metric?: EmbeddingMetric | undefined;
}

/** Neighbours of each sample, the nearest first. */
export interface NearestSamples {
  /** Rows of the embeddings, `[queries, k]`, the nearest first, of equally near ones the lower. */
  indices: Uint32Array;
  /** `[queries, k]`; cosine distances are from 0 to 2, and 1 to a vector of zeros. */
  distances: Float64Array;
  /** Neighbours that a sample has. */
  k: number;
}

/** Queries that go through all rows at a time. */
const TOGETHER = 4;

/**
 * The `k` nearest samples to each query, by comparison with all of them. A query that is one of the samples finds
 * itself too. As scikit-learn's `NearestNeighbors`, with a rule for ties.
 *
 * @param query - one vector or several, row-major `[queries, dim]`
 * @throws RangeError for a `k` that is no positive integer or more than there are samples, rows that are not whole,
 * and values that are not finite; TypeError for another metric
 * @example
 * const samples = { embeddings: Float32Array.of(1, 0, 0, 1, 1, 1), dim: 2 };
 * nearestSamples(samples, [2, 0], { k: 2 }); // indices [0, 2], distances [0, 0.29…]
 */
export function nearestSamples(
  { embeddings, dim }: Embeddings,
  query: ArrayLike<number>,
  options: NearestSamplesOptions = {},
): NearestSamples {
  const { k = 5, metric = 'cosine' } = options;
  checkOneOf('metric', metric, ['cosine', 'euclidean']);
  checkPositiveInteger('k', k);
  const samples = checkRows('embeddings', embeddings, dim);
  const queries = checkRows('query', query, dim);
  if (k > samples) throw new RangeError(`k must be at most the ${samples} samples. Received ${k}`);
  const rows = Float64Array.from(embeddings);
  // Whole groups, the last of them filled up with zeros.
  const from = new Float64Array(Math.ceil(queries / TOGETHER) * TOGETHER * dim);
  from.set(query);
  if (metric === 'cosine') for (const vectors of [rows, from]) toUnitRows(vectors, dim);
  const squares = [from, rows].map((vectors) => squaredLengths(vectors, dim)) as [Float64Array, Float64Array];

  const indices = new Uint32Array(queries * k);
  const distances = new Float64Array(queries * k);
  const products = new Float64Array(TOGETHER);
  for (let first = 0; first < queries; first += TOGETHER) {
    const best = Array.from({ length: Math.min(TOGETHER, queries - first) }, (_, q) => {
      const [start, end] = [(first + q) * k, (first + q + 1) * k];
      return new Nearest(indices.subarray(start, end), distances.subarray(start, end));
    });
    for (let row = 0; row < samples; row++) {
      multiply(from, first * dim, rows, row * dim, dim, products);
      for (let q = 0; q < best.length; q++) {
        const product = products[q]!;
        const distance =
          metric === 'cosine' ? 1 - product : squares[0][first + q]! + squares[1][row]! - 2 * product;
        // Rounding may leave equal vectors a little below 0.
        best[q]!.add(row, Math.max(0, distance));
      }
    }
  }
  if (metric === 'euclidean') distances.forEach((squared, i) => (distances[i] = Math.sqrt(squared)));
  return { indices, distances, k };
}

/** The number of rows; a RangeError unless they are whole and finite. */
export function checkRows(name: string, values: ArrayLike<number>, dim: number): number {
  checkPositiveInteger('dim', dim);
  if (values.length === 0 || values.length % dim !== 0)
    throw new RangeError(`${name} must hold whole rows of ${dim} values. Received ${values.length} values`);
  for (let i = 0; i < values.length; i++)
    if (!Number.isFinite(values[i]!))
      throw new RangeError(
        `${name} must be finite. Received ${values[i]} in row ${Math.floor(i / dim)} (counted from 0)`,
      );
  return values.length / dim;
}

/** Keeps the nearest samples sorted; they come by rising index, so that a later one must be nearer to pass. */
class Nearest {
  private count = 0;

  constructor(
    private readonly indices: Uint32Array,
    private readonly distances: Float64Array,
  ) {}

  add(index: number, distance: number): void {
    const { indices, distances, count } = this;
    if (count === distances.length && distance >= distances[count - 1]!) return;
    let [low, high] = [0, count];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (distances[middle]! <= distance) low = middle + 1;
      else high = middle;
    }
    // What is pushed over the end is no longer among the nearest.
    indices.copyWithin(low + 1, low, count);
    distances.copyWithin(low + 1, low, count);
    indices[low] = index;
    distances[low] = distance;
    if (count < distances.length) this.count++;
  }
}

/** Makes rows of length 1, in place; zeros stay. */
function toUnitRows(rows: Float64Array, dim: number): void {
  squaredLengths(rows, dim).forEach((square, row) => {
    const length = Math.sqrt(square) || 1;
    for (let i = row * dim; i < (row + 1) * dim; i++) rows[i]! /= length;
  });
}

/** In the order in which `multiply` adds, so that a vector is exactly 0 from its equal. */
function squaredLengths(rows: Float64Array, dim: number): Float64Array {
  return Float64Array.from({ length: rows.length / dim }, (_, row) => {
    let sum = 0;
    for (let i = row * dim; i < (row + 1) * dim; i++) sum += rows[i]! * rows[i]!;
    return sum;
  });
}

/** Scalar products of a row with four queries: each number of the row is read from memory once for all of them. */
function multiply(
  from: Float64Array,
  first: number,
  rows: Float64Array,
  row: number,
  dim: number,
  out: Float64Array,
): void {
  let [a, b, c, d] = [0, 0, 0, 0];
  const [second, third, fourth] = [first + dim, first + 2 * dim, first + 3 * dim];
  for (let i = 0; i < dim; i++) {
    const value = rows[row + i]!;
    a += value * from[first + i]!;
    b += value * from[second + i]!;
    c += value * from[third + i]!;
    d += value * from[fourth + i]!;
  }
  out[0] = a;
  out[1] = b;
  out[2] = c;
  out[3] = d;
}
