/** Test-time augmentation: an image scored in several views, and what the scores say together. */
import { crop, type CropBox } from '../augment/crop';
import { testTimeViews, type TestTimeViews } from '../augment/test-time-views';
import type { CellImage } from '../image/cell-image';
import { checkOneOf } from '../scores/checks';

/** How the scores of several views become one: `geometricMean` is 0 where one of them is. */
export type CombineScores = 'mean' | 'maximum' | 'geometricMean';

/** Where crops lie: one in the centre, four in the corners, or these five. */
export type CropPlaces = 'centre' | 'corners' | 'five';

/** Options of test-time augmentation. */
export interface TestTimeOptions {
  /** Symmetries of the square in which each image, or each crop, is seen. @default 'none' */
  views?: TestTimeViews | undefined;
  /** Parts that are seen instead of the whole image, before resizing; `share` is of its height and width. @default none */
  crops?: { readonly share: number; readonly places: CropPlaces } | undefined;
  /** @default 'mean' */
  combine?: CombineScores | undefined;
}

const PLACES: Record<CropPlaces, readonly (readonly [top: number, left: number])[]> = {
  centre: [[0.5, 0.5]],
  corners: [
    [0, 0],
    [0, 1],
    [1, 0],
    [1, 1],
  ],
  five: [
    [0.5, 0.5],
    [0, 0],
    [0, 1],
    [1, 0],
    [1, 1],
  ],
};

/** Throws a TypeError for another word. */
export function checkCombine(combine: CombineScores): void {
  checkOneOf('combine', combine, ['mean', 'maximum', 'geometricMean']);
}

/** Throws a TypeError or RangeError for options that can't be. */
export function checkTestTime(
  options: TestTimeOptions,
  [height, width]: readonly [height: number, width: number],
): void {
  const { views = 'none', crops, combine = 'mean' } = options;
  checkCombine(combine);
  testTimeViews(views);
  if (views === 'dihedral' && height !== width)
    throw new RangeError(
      `views 'dihedral' turn the image by 90°, for which the model must take square images. It takes ${height}×${width}`,
    );
  if (!crops) return;
  checkOneOf('crops.places', crops.places, Object.keys(PLACES));
  if (!(crops.share > 0 && crops.share < 1))
    throw new RangeError(`crops.share must be above 0 and below 1. Received ${crops.share}`);
}

/** How many views an image has. */
export function countViews({ views = 'none', crops }: TestTimeOptions): number {
  return testTimeViews(views).length * (crops ? PLACES[crops.places].length : 1);
}

/** The image in all views, the whole image or the first crop upright first; `prepare` brings each to the network's input. */
export function viewImage(
  image: CellImage,
  { views = 'none', crops }: TestTimeOptions,
  prepare: (image: CellImage) => CellImage,
): CellImage[] {
  const parts = crops ? boxesOf(image, crops).map((box) => crop(image, box)) : [image];
  const symmetries = testTimeViews(views);
  return parts.map(prepare).flatMap((part) => symmetries.map(({ apply }) => apply(part)));
}

function boxesOf(image: CellImage, { share, places }: NonNullable<TestTimeOptions['crops']>): CropBox[] {
  const height = Math.max(1, Math.round(share * image.height));
  const width = Math.max(1, Math.round(share * image.width));
  return PLACES[places].map(([top, left]) => ({
    top: Math.round(top * (image.height - height)),
    left: Math.round(left * (image.width - width)),
    height,
    width,
  }));
}

/**
 * One row of scores for each `views` rows that follow one another.
 *
 * @param scores - `[samples · views, numClasses]`; for `geometricMean` from 0 on
 * @returns `[samples, numClasses]`
 * @example
 * combineViews(Float32Array.of(0.2, 0.9, 0.6, 0.1), { views: 2, numClasses: 2, combine: 'maximum' }); // [0.6, 0.9]
 */
export function combineViews(
  scores: Float32Array,
  { views, numClasses, combine }: { views: number; numClasses: number; combine: CombineScores },
): Float32Array {
  if (views === 1) return scores;
  const combined = new Float32Array(scores.length / views);
  for (let i = 0; i < combined.length; i++) {
    const first = Math.floor(i / numClasses) * views * numClasses + (i % numClasses);
    combined[i] = combineOne(combine, views, (view) => scores[first + view * numClasses]!);
  }
  return combined;
}

function combineOne(combine: CombineScores, count: number, scoreOf: (view: number) => number): number {
  let total = combine === 'maximum' ? -Infinity : 0;
  for (let view = 0; view < count; view++) {
    const score = scoreOf(view);
    if (combine === 'maximum') total = Math.max(total, score);
    else total += combine === 'mean' ? score : Math.log(score);
  }
  if (combine === 'maximum') return total;
  return combine === 'mean' ? total / count : Math.exp(total / count);
}
