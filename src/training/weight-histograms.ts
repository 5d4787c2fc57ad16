/** How a model's weights are distributed: what shows layers that do not learn, die or blow up. */
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { namedWeights } from '../models/named-weights';
import { checkPositiveInteger } from '../scores/checks';

/** Options of `weightHistograms`. */
export interface WeightHistogramOptions {
  /**
   * How many bins of one width each histogram has.
   * @default 30
   */
  bins?: number;
}

/** The distribution of one weight. Plain numbers, so that it can be kept as JSON. */
export interface WeightHistogram {
  /** `layer/weight`, within nested models `model/layer/weight`. */
  name: string;
  /** Size of the weight along each axis. */
  shape: number[];
  /** How many values it holds. */
  size: number;
  /** How many of them are NaN or infinite; all that follows is of the others. */
  nonFinite: number;
  /** Where bins begin, and where the last one ends: `[bins + 1]`. Empty without a finite value. */
  edges: number[];
  /** How many values lie in each bin, its upper edge left to the next one but for the last: `[bins]`. */
  counts: number[];
  /** `null` without a finite value. */
  mean: number | null;
  /** Standard deviation of the values themselves, dividing by their number; `null` without a finite value. */
  deviation: number | null;
  /** The share of values that are exactly 0, in 0–1; `null` without a finite value. */
  zeros: number | null;
}

/**
 * A histogram of each weight of a model, trained or not, from its lowest to its highest value; where these are equal,
 * half a unit to both sides of it. As `numpy.histogram`. Take one before and one after training to see what moved.
 * Leaves no tensor behind.
 *
 * @throws RangeError for `bins` that is no positive integer.
 * @example
 * const before = await weightHistograms(model);
 * await trainModel(model, options);
 * renderReport({ title, weights: { before, after: await weightHistograms(model) } });
 */
export async function weightHistograms(
  model: LayersModel,
  options: WeightHistogramOptions = {},
): Promise<WeightHistogram[]> {
  const { bins = 30 } = options;
  checkPositiveInteger('bins', bins);
  const weights = [...namedWeights(model)];
  return Promise.all(
    weights.map(async ([name, weight]) => {
      const values = await weight.read().data();
      return { name, shape: weight.shape.map(Number), ...describeValues(values, bins) };
    }),
  );
}

function describeValues(all: ArrayLike<number>, bins: number): Omit<WeightHistogram, 'name' | 'shape'> {
  const values = Float64Array.from(all).filter(Number.isFinite);
  const size = all.length;
  const nonFinite = size - values.length;
  if (values.length === 0)
    return { size, nonFinite, edges: [], counts: [], mean: null, deviation: null, zeros: null };
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  const edges = findEdges(values, bins);
  return {
    size,
    nonFinite,
    edges,
    counts: countBins(values, edges),
    mean,
    deviation: Math.sqrt(variance),
    zeros: values.reduce((count, value) => count + Number(value === 0), 0) / values.length,
  };
}

function findEdges(values: Float64Array, bins: number): number[] {
  let min = values.reduce((a, b) => Math.min(a, b));
  let max = values.reduce((a, b) => Math.max(a, b));
  if (min === max) [min, max] = [min - 0.5, max + 0.5];
  const width = (max - min) / bins;
  return Array.from({ length: bins + 1 }, (_, i) => (i === bins ? max : min + i * width));
}

function countBins(values: Float64Array, edges: readonly number[]): number[] {
  const bins = edges.length - 1;
  const counts = new Array<number>(bins).fill(0);
  const perUnit = bins / (edges[bins]! - edges[0]!);
  for (const value of values) {
    let bin = Math.min(Math.floor((value - edges[0]!) * perUnit), bins - 1);
    // The product is rounded, so that a value at an edge may come out beside it.
    if (value < edges[bin]!) bin--;
    else if (bin < bins - 1 && value >= edges[bin + 1]!) bin++;
    counts[bin]!++;
  }
  return counts;
}
