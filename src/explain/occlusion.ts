/** Occlusion: which parts of an image a class's score falls without. */
import { throwIfAborted } from '../errors';
import { samplesLike, fullScale, type CellImage, type Samples } from '../image/cell-image';
import { checkImage } from '../image/check-image';
import { windowStarts } from '../image/window-starts';
import { ProgressMeter, yieldToEventLoop, type OnProgress } from '../progress';
import { checkClassIndex, checkPositiveInteger } from '../scores/checks';
import { scaleToOne, type ClassHeatMap } from './heat-map';

/** Options of `occlusionMap`. */
export interface OcclusionOptions {
  /** Which classes to explain. @default the one of the highest score */
  classIndices?: readonly number[] | undefined;
  /** Pixels of a side of the square that is covered. @default an eighth of the image's shorter side */
  patchSize?: number | undefined;
  /** Pixels from one square to the next. @default half a patch */
  stride?: number | undefined;
  /**
   * What covers it: each channel's mean over the image, or an intensity from 0 to 1, such as 0 for no stain.
   * @default 'mean'
   */
  fill?: 'mean' | number | undefined;
  /** Images scored at a time. @default 32 */
  batchSize?: number | undefined;
  /** Stops with an `HpaError` of code `aborted`. */
  signal?: AbortSignal | undefined;
  /** Called after each batch of covered images, in the phase `explain`. */
  onProgress?: OnProgress | undefined;
}

/** Scores of images, `[images.length, classes]`, row-major: by any engine, or of an ensemble with all that follows. */
export type ScoreImages = (images: readonly CellImage[]) => Promise<Float32Array>;

/**
 * Covers one square of the image after the other and looks how far the score falls: `score(image) − score(covered)`,
 * at each pixel the mean over the squares that cover it. It needs no gradient, so that it explains whatever gives
 * scores. It costs an image scored for each square, some 225 by default. Zeiler and Fergus 2014,
 * https://arxiv.org/abs/1311.2901
 *
 * @param score - such as `(images) => predictor.probabilities(images)`
 * @param image - of any size that `score` takes
 * @returns a map a class, in the order of `classIndices`: `raw` holds the drops, negative where the score rose; `data` is
 * 0 to 1, the largest drop
 * @throws RangeError for a patch larger than the image, a stride larger than the patch, a class that isn't there, a fill
 * outside 0–1, or scores that are not as many for each image; HpaError `aborted`, and what `score` throws
 * @example
 * const [map] = await occlusionMap((images) => predictor.probabilities(images), image, { patchSize: 24 });
 * await encodePng(drawHeatMap(compositeRgb(image), map));
 */
export async function occlusionMap(
  score: ScoreImages,
  image: CellImage,
  options: OcclusionOptions = {},
): Promise<ClassHeatMap[]> {
  checkImage(image);
  const { width, height } = image;
  const { patchSize = Math.ceil(Math.min(width, height) / 8), stride = Math.ceil(patchSize / 2) } = options;
  const { fill = 'mean', batchSize = 32, signal, onProgress } = options;
  for (const [name, value] of Object.entries({ patchSize, stride, batchSize }))
    checkPositiveInteger(name, value);
  if (patchSize > Math.min(width, height))
    throw new RangeError(
      `patchSize must be at most the image's ${width}×${height} pixels. Received ${patchSize}`,
    );
  if (stride > patchSize)
    throw new RangeError(
      `stride must be at most patchSize, ${patchSize}, or pixels are never covered. Received ${stride}`,
    );
  const cover = coverOf(image, fill);

  throwIfAborted(signal, 'Explaining');
  const whole = await score([image]);
  const numClasses = whole.length;
  const highest = whole.indexOf(whole.reduce((a, b) => Math.max(a, b), -Infinity));
  const classIndices = options.classIndices ?? [highest];
  classIndices.forEach((k) => {
    checkClassIndex(k, numClasses);
  });
  const lefts = windowStarts(width, patchSize, stride);
  const patches = windowStarts(height, patchSize, stride).flatMap((top) =>
    lefts.map((left) => ({ top, left })),
  );
  const drops = classIndices.map(() => new Float64Array(width * height));
  const counts = new Uint32Array(width * height);
  const meter = new ProgressMeter('explain', patches.length, onProgress);
  try {
    for (let first = 0; first < patches.length; first += batchSize) {
      throwIfAborted(signal, 'Explaining');
      const batch = patches.slice(first, first + batchSize);
      const scores = await score(batch.map(({ top, left }) => covered(image, cover, top, left, patchSize)));
      if (scores.length !== batch.length * numClasses)
        throw new RangeError(
          `score must give ${numClasses} scores for each of ${batch.length} images. Received ${scores.length}`,
        );
      batch.forEach(({ top, left }, i) => {
        eachPixel(width, top, left, patchSize, (pixel) => {
          counts[pixel]!++;
          classIndices.forEach((k, at) => (drops[at]![pixel]! += whole[k]! - scores[i * numClasses + k]!));
        });
      });
      meter.add(batch.length);
      await yieldToEventLoop();
    }
  } finally {
    meter.end();
  }
  return classIndices.map((classIndex, at) => {
    const raw = { width, height, data: Float32Array.from(drops[at]!, (sum, i) => sum / counts[i]!) };
    return { ...scaleToOne(raw), classIndex, score: whole[classIndex]!, raw };
  });
}

/** The pixel that covers. */
function coverOf({ channels, data }: CellImage, fill: 'mean' | number): Samples {
  const pixel = samplesLike(data, channels);
  if (fill !== 'mean') {
    if (!(fill >= 0 && fill <= 1))
      throw new RangeError(`fill must be 'mean' or an intensity within 0–1. Received ${fill}`);
    return pixel.fill(fill * fullScale(data));
  }
  const sums = new Float64Array(channels);
  for (let i = 0; i < data.length; i++) sums[i % channels]! += data[i]!;
  const half = data instanceof Float32Array ? 0 : 0.5;
  sums.forEach((sum, c) => (pixel[c] = sum / (data.length / channels) + half));
  return pixel;
}

function covered(image: CellImage, cover: Samples, top: number, left: number, size: number): CellImage {
  const data = image.data.slice();
  eachPixel(image.width, top, left, size, (pixel) => {
    data.set(cover, pixel * image.channels);
  });
  return { ...image, data };
}

function eachPixel(width: number, top: number, left: number, size: number, visit: (pixel: number) => void) {
  for (let y = top; y < top + size; y++) for (let x = left; x < left + size; x++) visit(y * width + x);
}
