/** Gaussian noise of random strength, the same for the same seed. */
import { fullScale, samplesLike } from '../image/cell-image';
import { Random } from '../random';
import type { Augmentation } from './augmentation';
import { checkRange, type Range } from './checks';
import { normalQuantiles } from './normal-quantiles';

/** Options of `gaussianNoise`. */
export interface GaussianNoiseOptions {
  /** Standard deviation as a share of full intensity. @default [0, 0.05] */
  deviationRange?: Range;
}

/** What `gaussianNoise` drew. */
export interface GaussianNoiseParams {
  /** Standard deviation, as a share of full intensity. */
  deviation: number;
  /** Seeds the noise itself, so that the same parameters give the same samples. */
  seed: number;
}

/**
 * Adds normally distributed noise, independent for every sample. Integers are rounded and clamped to their
 * type; floats may leave 0–1. Normal numbers are the 65,536 quantiles in the middle of equally probable
 * intervals, the outermost at 4.3 standard deviations.
 *
 * @throws RangeError for a range that is none or negative
 */
export function gaussianNoise({
  deviationRange = [0, 0.05],
}: GaussianNoiseOptions = {}): Augmentation<GaussianNoiseParams> {
  checkRange('deviationRange', deviationRange, { least: 0 });
  return {
    name: 'gaussianNoise',
    sample: (random) => ({ deviation: random.range(...deviationRange), seed: random.uint32() }),
    apply(image, { deviation, seed }) {
      const { data } = image;
      const out = samplesLike(data, data.length);
      const random = new Random('gaussianNoise', seed);
      const quantiles = normalQuantiles();
      const full = fullScale(data);
      const scale = deviation * full;
      const isFloat = data instanceof Float32Array;
      for (let i = 0, bits = 0; i < data.length; i++, bits >>>= 16) {
        // Each draw serves two samples.
        if (i % 2 === 0) bits = random.uint32();
        const value = data[i]! + scale * quantiles[bits & 0xffff]!;
        out[i] = isFloat ? value : Math.min(full, Math.max(0, Math.floor(value + 0.5)));
      }
      return { ...image, data: out };
    },
  };
}
