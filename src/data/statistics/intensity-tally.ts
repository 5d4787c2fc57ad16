/** Counts of sample values by channel, of which mean, deviation and percentiles are made. */
import { fullScale, type CellImage, type Samples } from '../../image/cell-image';

/** Count, mean and spread of values on the 0–1 scale. */
export interface Moments {
  count: number;
  mean: number;
  /** Sum of squared distances from the mean. */
  squares: number;
  min: number;
  max: number;
}

/** A value on the 0–1 scale, and how many samples have it. */
export type Level = readonly [value: number, count: number];

export interface IntensityTally {
  add(image: CellImage): void;
  moments(channel: number): Moments;
  /** The values that occur, ascending. */
  levels(channel: number): Level[];
}

/** @param scale - the sample value that counts as 1; by default the full scale of the type */
export function makeTally(like: Samples, channels: number, scale = fullScale(like)): IntensityTally {
  if (like instanceof Float32Array) return new FloatTally(channels, scale);
  return new IntegerTally(channels, fullScale(like) + 1, scale);
}

/** Exact: one count for each value of 8 or 16 bits. */
class IntegerTally implements IntensityTally {
  private readonly counts: Float64Array;

  constructor(
    private readonly channels: number,
    private readonly values: number,
    private readonly scale: number,
  ) {
    this.counts = new Float64Array(channels * values);
  }

  add({ data }: CellImage): void {
    const { counts, channels, values } = this;
    for (let c = 0; c < channels; c++)
      for (let i = c, base = c * values; i < data.length; i += channels) counts[base + data[i]!]!++;
  }

  moments(channel: number): Moments {
    const present = this.present(channel);
    const count = present.reduce((sum, [, n]) => sum + n, 0);
    // Sums of integers are exact up to 2⁵³: 10¹¹ pixels of 16 bits.
    const mean = present.reduce((sum, [value, n]) => sum + value * n, 0) / count;
    const squares = present.reduce((sum, [value, n]) => sum + n * (value - mean) ** 2, 0);
    const { scale } = this;
    return {
      count,
      mean: mean / scale,
      squares: squares / scale ** 2,
      min: present[0]![0] / scale,
      max: present.at(-1)![0] / scale,
    };
  }

  levels(channel: number): Level[] {
    return this.present(channel).map(([value, count]) => [value / this.scale, count]);
  }

  private present(channel: number): Level[] {
    const own = this.counts.subarray(channel * this.values, (channel + 1) * this.values);
    const present: Level[] = [];
    own.forEach((count, value) => {
      if (count > 0) present.push([value, count]);
    });
    return present;
  }
}

/** Bins of floats between 0 and 1. */
const BINS = 65536;

/**
 * Moments image by image, each in two passes, put together as Chan, Golub and LeVeque 1979 do. Levels are the
 * middles of 65,536 bins between 0 and 1, no further than 2⁻¹⁷ from what they stand for; values below 0 and
 * above 1 go by the least and the largest value.
 */
class FloatTally implements IntensityTally {
  private readonly bins: Float64Array[];
  private readonly all: Moments[];

  constructor(
    private readonly channels: number,
    private readonly scale: number,
  ) {
    this.bins = Array.from({ length: channels }, () => new Float64Array(BINS + 2));
    this.all = this.bins.map(() => ({ count: 0, mean: 0, squares: 0, min: Infinity, max: -Infinity }));
  }

  add({ data }: CellImage): void {
    const { channels, scale } = this;
    for (let c = 0; c < channels; c++) {
      const bins = this.bins[c]!;
      const own: Moments = {
        count: data.length / channels,
        mean: 0,
        squares: 0,
        min: Infinity,
        max: -Infinity,
      };
      for (let i = c; i < data.length; i += channels) {
        const value = data[i]! / scale;
        own.mean += value;
        if (value < own.min) own.min = value;
        if (value > own.max) own.max = value;
        bins[value < 0 ? 0 : value > 1 ? BINS + 1 : Math.min(Math.floor(value * BINS), BINS - 1) + 1]!++;
      }
      own.mean /= own.count;
      for (let i = c; i < data.length; i += channels) own.squares += (data[i]! / scale - own.mean) ** 2;
      this.all[c] = mergeMoments(this.all[c]!, own);
    }
  }

  moments(channel: number): Moments {
    return this.all[channel]!;
  }

  levels(channel: number): Level[] {
    const { min, max } = this.all[channel]!;
    const levels: Level[] = [];
    this.bins[channel]!.forEach((count, bin) => {
      const value = bin === 0 ? min : bin > BINS ? max : (bin - 0.5) / BINS;
      if (count > 0) levels.push([Math.min(Math.max(value, min), max), count]);
    });
    return levels;
  }
}

/** The moments of both sets of values together. */
export function mergeMoments(a: Moments, b: Moments): Moments {
  const count = a.count + b.count;
  const apart = b.mean - a.mean;
  return {
    count,
    mean: a.mean + (apart * b.count) / count,
    squares: a.squares + b.squares + (apart ** 2 * a.count * b.count) / count,
    min: Math.min(a.min, b.min),
    max: Math.max(a.max, b.max),
  };
}
