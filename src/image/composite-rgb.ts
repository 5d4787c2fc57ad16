/** Four stains → a picture for people, in the colours of the Human Protein Atlas. */
import { fullScale, samplesLike, type CellImage } from './cell-image';
import { checkImage } from './check-image';

/** A lower and a higher number for all channels, or one pair each; a channel without a pair is not stretched. */
export type ChannelRanges =
  readonly [low: number, high: number] | readonly (readonly [low: number, high: number] | undefined)[];

/** Options of `compositeRgb`. */
export interface CompositeRgbOptions {
  /**
   * Stretch each channel so that these percentiles, 0–100, become black and full intensity, such as
   * `[0, 99.5]` for dim stains. A channel of one value stays as it is.
   * @default undefined, no stretch
   */
  contrastPercentiles?: ChannelRanges | undefined;
  /**
   * Stretch each channel so that these samples become black and full intensity, in the image's own unit, such as
   * `[0, 4095]` for 12 bits in 16: the same for every image, so that they can be compared.
   * @default undefined, no stretch
   */
  contrastRanges?: ChannelRanges | undefined;
}

/**
 * An RGB image of a cell: red + yellow, green + yellow and blue, clipped at full intensity. Yellow, which is
 * red and green light, shows the endoplasmic reticulum.
 *
 * @param image channels red, green, blue and, if there are four, yellow; any sample type.
 * @returns `Uint8Array` `[height, width, 3]`, for showing only.
 * @throws RangeError for another number of channels, percentiles that do not rise within 0–100, ranges that do not
 * rise, a list that is not one pair a channel, or a channel with both.
 *
 * @example
 * const cell = { width: 1, height: 1, channels: 4, data: Uint8Array.of(10, 20, 30, 240) };
 * compositeRgb(cell).data; // Uint8Array [250, 255, 30]
 */
export function compositeRgb(image: CellImage, options: CompositeRgbOptions = {}): CellImage {
  checkImage(image);
  const { width, height, channels, data } = image;
  if (channels !== 3 && channels !== 4) {
    throw new RangeError(
      `compositeRgb needs the channels red, green, blue and, if there are four, yellow. Received ${channels}`,
    );
  }
  const percentiles = onePerChannel('contrastPercentiles', options.contrastPercentiles, channels);
  const given = onePerChannel('contrastRanges', options.contrastRanges, channels);
  const ranges = Array.from({ length: channels }, (_, c) => findRange(image, c, percentiles[c], given[c]));
  const intensity = (pixel: number, c: number) => {
    const { low, high } = ranges[c]!;
    return Math.min(1, Math.max(0, (data[pixel * channels + c]! - low) / (high - low)));
  };

  const rgb = new Uint8ClampedArray(width * height * 3);
  for (let pixel = 0; pixel < width * height; pixel++) {
    const yellow = channels === 4 ? intensity(pixel, 3) : 0;
    rgb[3 * pixel] = 255 * (intensity(pixel, 0) + yellow);
    rgb[3 * pixel + 1] = 255 * (intensity(pixel, 1) + yellow);
    rgb[3 * pixel + 2] = 255 * intensity(pixel, 2);
  }
  return { width, height, channels: 3, data: new Uint8Array(rgb.buffer) };
}

function onePerChannel(name: string, ranges: ChannelRanges | undefined, channels: number) {
  if (!ranges) return [];
  if (isPair(ranges)) return new Array<readonly [number, number]>(channels).fill(ranges);
  if (ranges.length !== channels)
    throw new RangeError(
      `${name} must be a pair or have ${channels} of them, one a channel. Received ${ranges.length}`,
    );
  return ranges;
}

const isPair = (ranges: ChannelRanges): ranges is readonly [number, number] => typeof ranges[0] === 'number';

/** The samples that become 0 and 1. */
function findRange(
  { channels, data }: CellImage,
  channel: number,
  percentiles: readonly [number, number] | undefined,
  given: readonly [number, number] | undefined,
) {
  const all = { low: 0, high: fullScale(data) };
  if (given) {
    const [low, high] = given;
    if (percentiles)
      throw new RangeError(
        `a channel must have either contrastPercentiles or contrastRanges. Channel ${channel} has both`,
      );
    if (!(low < high && high - low < Infinity))
      throw new RangeError(`contrastRanges must be [low, high] with low < high. Received [${low}, ${high}]`);
    return { low, high };
  }
  if (!percentiles) return all;
  const [lowPercent, highPercent] = percentiles;
  if (!(lowPercent >= 0 && lowPercent < highPercent && highPercent <= 100)) {
    throw new RangeError(
      `contrastPercentiles must rise within 0–100. Received [${lowPercent}, ${highPercent}]`,
    );
  }
  const sorted = samplesLike(data, data.length / channels);
  for (let i = 0; i < sorted.length; i++) sorted[i] = data[i * channels + channel]!;
  sorted.sort();
  const [low, high] = [percentile(sorted, lowPercent), percentile(sorted, highPercent)];
  return high > low ? { low, high } : all;
}

/** Linear between the two nearest ranks, as NumPy's default. */
function percentile(sorted: CellImage['data'], percent: number): number {
  const rank = (percent / 100) * (sorted.length - 1);
  const below = sorted[Math.floor(rank)]!;
  return below + (rank % 1) * (sorted[Math.ceil(rank)]! - below);
}
