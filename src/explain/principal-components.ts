/** The plane in which points spread most. */
import { Random } from '../random';

/** More directions than are wanted are followed: the wanted ones then converge sooner. */
const SPARE = 8;
const MOST_STEPS = 100;
const TOLERANCE = 1e-7;

/**
 * Coordinates of the points along their first principal components, by subspace iteration (Halko, Martinsson and Tropp
 * 2011, https://arxiv.org/abs/0909.4061). Of each component the largest weight is positive, as in scikit-learn.
 *
 * @param values - row-major `[points, dim]`
 * @returns row-major `[points, count]`, centred; 0 along directions that the points don't have
 */
export function principalComponents(values: ArrayLike<number>, dim: number, count: number): Float64Array {
  const n = values.length / dim;
  const centred = centre(values, dim);
  const size = Math.min(count + SPARE, dim);
  const random = new Random('principal components');
  let basis: Float64Array[] = Array.from({ length: size }, () =>
    Float64Array.from({ length: dim }, () => random.normal()),
  );
  orthonormalize(basis);
  let before = 0;
  for (let step = 0; step < MOST_STEPS; step++) {
    const along = basis.map((direction) => project(centred, direction));
    const { values: variances, vectors } = eigenOf(along.map((a) => along.map((b) => sumOfProducts(a, b))));
    basis = combine(basis, vectors);
    const explained = variances.slice(0, count).reduce((sum, variance) => sum + variance, 0);
    if (Math.abs(explained - before) <= TOLERANCE * explained) break;
    before = explained;
    const next = combine(along, vectors).map((coordinates) => weigh(centred, coordinates, dim));
    orthonormalize(next);
    basis = next;
  }
  const points = new Float64Array(n * count);
  basis.slice(0, count).forEach((direction, c) => {
    const largest = direction.reduce((a, b) => (Math.abs(b) > Math.abs(a) ? b : a));
    project(centred, direction).forEach((x, i) => (points[i * count + c] = x * Math.sign(largest)));
  });
  return points;
}

function centre(values: ArrayLike<number>, dim: number): Float64Array {
  const centred = Float64Array.from(values);
  const means = new Float64Array(dim);
  for (let i = 0; i < centred.length; i++) means[i % dim]! += centred[i]! / (centred.length / dim);
  for (let i = 0; i < centred.length; i++) centred[i]! -= means[i % dim]!;
  return centred;
}

/** Coordinates of all points along a direction. */
function project(points: Float64Array, direction: Float64Array): Float64Array {
  const dim = direction.length;
  return Float64Array.from({ length: points.length / dim }, (_, row) => {
    let sum = 0;
    for (let i = 0, at = row * dim; i < dim; i++, at++) sum += points[at]! * direction[i]!;
    return sum;
  });
}

/** The sum of the points, each times its weight. */
function weigh(points: Float64Array, weights: Float64Array, dim: number): Float64Array {
  const sum = new Float64Array(dim);
  weights.forEach((weight, row) => {
    for (let i = 0, at = row * dim; i < dim; i++, at++) sum[i]! += weight * points[at]!;
  });
  return sum;
}

function sumOfProducts(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

/** Gram–Schmidt in place, each direction twice against rounding; what depends on others becomes 0. */
function orthonormalize(directions: readonly Float64Array[]): void {
  directions.forEach((direction, i) => {
    const before = Math.sqrt(sumOfProducts(direction, direction));
    for (const other of [...directions.slice(0, i), ...directions.slice(0, i)]) {
      const share = sumOfProducts(direction, other);
      for (let d = 0; d < direction.length; d++) direction[d]! -= share * other[d]!;
    }
    const length = Math.sqrt(sumOfProducts(direction, direction));
    const scale = length > 1e-10 * before ? 1 / length : 0;
    for (let d = 0; d < direction.length; d++) direction[d]! *= scale;
  });
}

/** For each vector of weights the sum of the columns, each times its weight. */
function combine(columns: readonly Float64Array[], vectors: readonly (readonly number[])[]): Float64Array[] {
  return vectors.map((weights) =>
    columns[0]!.map((_, i) => weights.reduce((sum, weight, c) => sum + weight * columns[c]![i]!, 0)),
  );
}

/** Eigenvalues of a small symmetric matrix, the largest first, and their vectors, by Jacobi's rotations. */
function eigenOf(matrix: number[][]): { values: number[]; vectors: number[][] } {
  const a = matrix.map((row) => [...row]);
  const n = a.length;
  // Rows are the vectors.
  const v = a.map((_, i) => a.map((__, j) => Number(i === j)));
  const total = a.flat().reduce((sum, x) => sum + x * x, 0);
  const offDiagonal = () =>
    a.reduce((sum, row, i) => row.reduce((s, x, j) => s + (i === j ? 0 : x * x), sum), 0);
  for (let sweep = 0; sweep < 30 && offDiagonal() > 1e-28 * total; sweep++)
    for (let p = 0; p < n; p++)
      for (let q = p + 1; q < n; q++) {
        if (a[p]![q] === 0) continue;
        const theta = (a[q]![q]! - a[p]![p]!) / (2 * a[p]![q]!);
        const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
        const c = 1 / Math.sqrt(t * t + 1);
        const s = t * c;
        for (let k = 0; k < n; k++) {
          const [x, y] = [a[k]![p]!, a[k]![q]!];
          [a[k]![p], a[k]![q]] = [c * x - s * y, s * x + c * y];
        }
        for (const m of [a, v])
          for (let k = 0; k < n; k++) {
            const [x, y] = [m[p]![k]!, m[q]![k]!];
            [m[p]![k], m[q]![k]] = [c * x - s * y, s * x + c * y];
          }
      }
  const order = [...a.keys()].sort((i, j) => a[j]![j]! - a[i]![i]!);
  return { values: order.map((i) => a[i]![i]!), vectors: order.map((i) => v[i]!) };
}
