/** Parts of an image taken away: whole channels, or rectangles. */
import type { CellImage } from '../image/cell-image';
import { Random } from '../random';
import type { Augmentation } from './augmentation';
import { checkRange, type Range } from './checks';
import { checkFill, fillSamples } from './resampling';

/** Options of `channelDropout`. */
export interface ChannelDropoutOptions {
  /** How many channels to take away, whole numbers. @default [1, 1] */
  countRange?: Range;
  /** Channels that may go, by index. @default all */
  channels?: readonly number[];
  /** What stands in their place, as a share of full intensity. @default 0 */
  fill?: number;
}

/** What `channelDropout` drew; which channels go follows from the seed and their number in the image. */
export interface ChannelDropoutParams {
  /** How many channels go. */
  count: number;
  /** Decides which ones. */
  seed: number;
}

/**
 * Fills some channels, drawn without repetition. One channel is always left: asked for more, it takes
 * away all but one.
 *
 * @throws RangeError for a range that is none or not of whole numbers; when applied, for a channel that
 * the image lacks
 *
 * @example
 * channelDropout({ channels: [0, 2, 3] }) // never the protein
 */
export function channelDropout(options: ChannelDropoutOptions = {}): Augmentation<ChannelDropoutParams> {
  const { countRange = [1, 1], channels, fill = 0 } = options;
  checkCounts(countRange);
  checkFill(fill);
  if (channels && (channels.length === 0 || !channels.every((c) => Number.isInteger(c) && c >= 0)))
    throw new RangeError(`channels must be a list of indices. Received [${channels.join(', ')}].`);
  return {
    name: 'channelDropout',
    sample: (random) => ({ count: drawCount(random, countRange), seed: random.uint32() }),
    apply(image, { count, seed }) {
      const allowed = channels ?? [...Array(image.channels).keys()];
      const missing = allowed.find((c) => c >= image.channels);
      if (missing !== undefined)
        throw new RangeError(`channels must be below ${image.channels}, the image's. Received ${missing}.`);
      const dropped = new Random('channelDropout', seed)
        .shuffle([...new Set(allowed)])
        .slice(0, Math.min(count, image.channels - 1));
      const data = image.data.slice();
      const [value] = fillSamples(fill, data, 1);
      for (const c of dropped) for (let at = c; at < data.length; at += image.channels) data[at] = value!;
      return { ...image, data };
    },
  };
}

/** Options of `coarseDropout`. */
export interface CoarseDropoutOptions {
  /** How many rectangles, whole numbers. @default [1, 8] */
  countRange?: Range;
  /** Sides of a rectangle as a share of the image's, drawn for each side. @default [0.05, 0.2] */
  sizeRange?: Range;
  /** What stands in their place, as a share of full intensity. @default 0 */
  fill?: number | readonly number[];
}

/** A rectangle in shares of the image: its size, and its place in the room that this leaves. */
export interface Hole {
  /** Share of the room that lies above it. */
  top: number;
  /** Share of the room that lies to the left of it. */
  left: number;
  /** Share of the image's height. */
  height: number;
  /** Share of the image's width. */
  width: number;
}

/**
 * Fills rectangles that lie wholly inside the image (DeVries and Taylor 2017, "Cutout"; Zhong et al. 2017,
 * "Random erasing").
 *
 * @throws RangeError for a range that is none, counts that are not whole, or sizes outside 0–1
 */
export function coarseDropout(options: CoarseDropoutOptions = {}): Augmentation<{ holes: Hole[] }> {
  const { countRange = [1, 8], sizeRange = [0.05, 0.2], fill = 0 } = options;
  checkCounts(countRange);
  checkRange('sizeRange', sizeRange, { above: 0, most: 1 });
  checkFill(fill);
  return {
    name: 'coarseDropout',
    sample: (random) => ({
      holes: Array.from({ length: drawCount(random, countRange) }, () => ({
        top: random.next(),
        left: random.next(),
        height: random.range(...sizeRange),
        width: random.range(...sizeRange),
      })),
    }),
    apply(image, { holes }) {
      const data = image.data.slice();
      const pixel = fillSamples(fill, data, image.channels);
      for (const hole of holes) fillHole({ ...image, data }, hole, pixel);
      return { ...image, data };
    },
  };
}

function fillHole({ width, height, channels, data }: CellImage, hole: Hole, pixel: Float64Array): void {
  const [tall, wide] = [
    Math.max(1, Math.round(hole.height * height)),
    Math.max(1, Math.round(hole.width * width)),
  ];
  const top = Math.floor(hole.top * (height - tall + 1));
  const left = Math.floor(hole.left * (width - wide + 1));
  for (let y = top; y < top + tall; y++)
    for (let x = left; x < left + wide; x++) data.set(pixel, (y * width + x) * channels);
}

function checkCounts(range: Range): void {
  checkRange('countRange', range, { least: 0 });
  if (!range.every(Number.isInteger))
    throw new RangeError(`countRange must be whole numbers. Received [${range.join(', ')}].`);
}

function drawCount(random: Random, [least, most]: Range): number {
  return least + random.int(most - least + 1);
}
