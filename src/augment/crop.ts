/** Random parts of an image: exact, or brought to a size of choice. */
import { unsetSamplesLike, type CellImage } from '../image/cell-image';
import { checkImage, checkPositiveInteger } from '../image/check-image';
import { resize } from '../image/resize';
import type { Augmentation } from './augmentation';
import { checkRange, type Range } from './checks';
import { warpAffine } from './warp-affine';

/** A rectangle of whole pixels. */
export interface CropBox {
  /** First row, in pixels from the top. */
  top: number;
  /** First column, in pixels from the left. */
  left: number;
  /** Rows. */
  height: number;
  /** Columns. */
  width: number;
}

/**
 * Cuts out a rectangle, sample for sample.
 *
 * @throws RangeError when it is not inside the image
 */
export function crop(image: CellImage, { top, left, height, width }: CropBox): CellImage {
  checkImage(image);
  checkPositiveInteger('height', height);
  checkPositiveInteger('width', width);
  const inside = (start: number, size: number, whole: number): boolean =>
    Number.isInteger(start) && start >= 0 && start + size <= whole;
  if (!inside(top, height, image.height) || !inside(left, width, image.width))
    throw new RangeError(
      `The crop of ${width}×${height} at (${left}, ${top}) must lie inside the image of ${image.width}×${image.height}.`,
    );
  const { channels } = image;
  const stride = width * channels;
  const data = unsetSamplesLike(image.data, height * stride);
  for (let y = 0; y < height; y++) {
    const from = ((top + y) * image.width + left) * channels;
    data.set(image.data.subarray(from, from + stride), y * stride);
  }
  return { width, height, channels, data };
}

/** Size of the result in pixels. */
export interface SizeOptions {
  /** Height of the result in pixels. */
  height: number;
  /** Width of the result in pixels. */
  width: number;
}

/** Where a crop lies: shares of the room that it has, 0 at the top and left, below 1. */
export interface RandomCropParams {
  /** Share of the room that lies above it. */
  top: number;
  /** Share of the room that lies to the left of it. */
  left: number;
}

/**
 * Cuts out a rectangle of fixed size at a random place, exact to the sample.
 *
 * @throws RangeError for a size that is none; when applied, for an image that is smaller
 */
export function randomCrop({ height, width }: SizeOptions): Augmentation<RandomCropParams> {
  checkPositiveInteger('height', height);
  checkPositiveInteger('width', width);
  return {
    name: 'randomCrop',
    sample: (random) => ({ top: random.next(), left: random.next() }),
    apply: (image, params) => crop(image, placeBox(image, { height, width }, params)),
  };
}

export interface RandomResizedCropOptions extends SizeOptions {
  /** Area of the part as a share of the image's. @default [0.25, 1] */
  areaRange?: Range;
  /** Width of the part over its height, drawn uniformly of its logarithm. @default [3 / 4, 4 / 3] */
  aspectRange?: Range;
}

/** What `randomResizedCrop` drew. */
export interface RandomResizedCropParams extends RandomCropParams {
  /** Share of the image's area. */
  area: number;
  /** Width over height. */
  aspect: number;
}

/**
 * Cuts out a random part and brings it to one size (Szegedy et al. 2015, "Inception crop"): by area
 * averaging along sides that shrink, bilinearly along sides that grow. A part that is too long for the
 * image is cut to its side, where torchvision draws again.
 *
 * @throws RangeError for a size or a range that is none
 *
 * @example
 * randomResizedCrop({ height: 224, width: 224, areaRange: [0.5, 1] })
 */
export function randomResizedCrop(options: RandomResizedCropOptions): Augmentation<RandomResizedCropParams> {
  const { height, width, areaRange = [0.25, 1], aspectRange = [3 / 4, 4 / 3] } = options;
  checkPositiveInteger('height', height);
  checkPositiveInteger('width', width);
  checkRange('areaRange', areaRange, { above: 0, most: 1 });
  checkRange('aspectRange', aspectRange, { above: 0 });
  return {
    name: 'randomResizedCrop',
    sample: (random) => ({
      area: random.range(...areaRange),
      aspect: Math.exp(random.range(Math.log(aspectRange[0]), Math.log(aspectRange[1]))),
      top: random.next(),
      left: random.next(),
    }),
    apply(image, params) {
      const pixels = params.area * image.width * image.height;
      const box = {
        height: clampSide(Math.sqrt(pixels / params.aspect), image.height),
        width: clampSide(Math.sqrt(pixels * params.aspect), image.width),
      };
      return resample(crop(image, placeBox(image, box, params)), { height, width });
    },
  };
}

function placeBox(
  image: CellImage,
  { height, width }: SizeOptions,
  { top, left }: RandomCropParams,
): CropBox {
  if (height > image.height || width > image.width)
    throw new RangeError(
      `The crop of ${width}×${height} must fit into the image of ${image.width}×${image.height}.`,
    );
  return {
    top: Math.floor(top * (image.height - height + 1)),
    left: Math.floor(left * (image.width - width + 1)),
    height,
    width,
  };
}

function clampSide(size: number, most: number): number {
  return Math.max(1, Math.min(most, Math.round(size)));
}

/** Shrinks by area averaging, then enlarges bilinearly, as OpenCV's `INTER_AREA` and `INTER_LINEAR` do. */
function resample(image: CellImage, { height, width }: SizeOptions): CellImage {
  const small = { height: Math.min(height, image.height), width: Math.min(width, image.width) };
  const shrunk = small.height === image.height && small.width === image.width ? image : resize(image, small);
  if (small.height === height && small.width === width) return shrunk;
  const [sx, sy] = [width / small.width, height / small.height];
  return warpAffine(shrunk, [sx, 0, (sx - 1) / 2, 0, sy, (sy - 1) / 2], {
    height,
    width,
    border: 'replicate',
  });
}
