/** Random changes of intensity, on the 0–1 scale of the sample type. */
import { fullScale, type CellImage } from '../image/cell-image';
import { Random } from '../random';
import type { Augmentation } from './augmentation';
import { checkRange, type Range } from './checks';
import { mapSamples } from './map-samples';

/** Options of `brightness`. */
export interface BrightnessOptions {
  /** Added to every sample, as a share of full intensity. @default [-0.1, 0.1] */
  deltaRange?: Range;
}

/**
 * Adds the same to all samples. Integers are clamped to their type; floats may leave 0–1.
 *
 * @throws RangeError for a range that is none
 */
export function brightness({ deltaRange = [-0.1, 0.1] }: BrightnessOptions = {}): Augmentation<{
  delta: number;
}> {
  checkRange('deltaRange', deltaRange);
  return {
    name: 'brightness',
    sample: (random) => ({ delta: random.range(...deltaRange) }),
    apply: (image, { delta }) => mapSamples(image, [(v) => v + delta]),
  };
}

/** Options of `contrast`. */
export interface ContrastOptions {
  /** Factor of every sample's distance from the mean of its channel. @default [0.8, 1.25] */
  factorRange?: Range;
}

/**
 * Scales the distance of every sample from the mean of its channel, as `tf.image.adjust_contrast` does.
 * Integers are clamped to their type; floats may leave 0–1.
 *
 * @throws RangeError for a range that is none, or a negative factor
 */
export function contrast({ factorRange = [0.8, 1.25] }: ContrastOptions = {}): Augmentation<{
  factor: number;
}> {
  checkRange('factorRange', factorRange, { least: 0 });
  return {
    name: 'contrast',
    sample: (random) => ({ factor: random.range(...factorRange) }),
    apply: (image, { factor }) =>
      mapSamples(
        image,
        channelMeans(image).map((mean) => (v) => mean + (v - mean) * factor),
      ),
  };
}

/** Options of `gamma`. */
export interface GammaOptions {
  /** Exponent; below 1 brightens. @default [0.8, 1.25] */
  gammaRange?: Range;
}

/**
 * Raises samples, on the 0–1 scale, to a power. Black and white stay; floats below 0 become 0.
 *
 * @throws RangeError for a range that is none, or an exponent that is not positive
 */
export function gamma({ gammaRange = [0.8, 1.25] }: GammaOptions = {}): Augmentation<{ gamma: number }> {
  checkRange('gammaRange', gammaRange, { above: 0 });
  return {
    name: 'gamma',
    sample: (random) => ({ gamma: random.range(...gammaRange) }),
    apply: (image, { gamma }) => mapSamples(image, [(v) => (v > 0 ? v ** gamma : 0)]),
  };
}

/** Options of `channelGain`. */
export interface ChannelGainOptions {
  /** Factor, drawn for each channel by itself. @default [0.8, 1.25] */
  gainRange?: Range;
}

/**
 * Multiplies each channel by a factor of its own, as stains and exposures differ. Integers are clamped to
 * their type; floats may leave 0–1. The parameters hold a seed, since they know no number of channels.
 *
 * @throws RangeError for a range that is none, or a negative factor
 */
export function channelGain({ gainRange = [0.8, 1.25] }: ChannelGainOptions = {}): Augmentation<{
  seed: number;
}> {
  checkRange('gainRange', gainRange, { least: 0 });
  return {
    name: 'channelGain',
    sample: (random) => ({ seed: random.uint32() }),
    apply(image, { seed }) {
      const random = new Random('channelGain', seed);
      const gains = Array.from({ length: image.channels }, () => random.range(...gainRange));
      return mapSamples(
        image,
        gains.map((gain) => (v) => v * gain),
      );
    },
  };
}

/** Means of the channels on the 0–1 scale. */
function channelMeans({ data, channels, width, height }: CellImage): number[] {
  const sums = new Float64Array(channels);
  for (let at = 0; at < data.length; at += channels)
    for (let c = 0; c < channels; c++) sums[c]! += data[at + c]!;
  return Array.from(sums, (sum) => sum / (width * height * fullScale(data)));
}
