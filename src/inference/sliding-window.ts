/** Fields larger than what a network saw in training: windows slide over them, and each has its own say. */
import { crop, type CropBox } from '../augment/crop';
import { HpaError, throwIfAborted } from '../errors';
import type { HeatMap } from '../explain/heat-map';
import type { CellImage } from '../image/cell-image';
import { windowStarts } from '../image/window-starts';
import { ProgressMeter, yieldToEventLoop, type OnProgress } from '../progress';
import { checkPositiveInteger } from '../scores/checks';
import type { Prediction } from './predictor/prediction';
import type { Predictor } from './predictor/predictor';
import { checkCombine, combineViews, countViews, type CombineScores } from './test-time';

/** Options of `predictWindows`. */
export interface PredictWindowsOptions {
  /** Pixels of a side of the square windows, such as the size of the images of the training. */
  windowSize: number;
  /** Pixels from one window to the next; the last of a row or column ends with the field. @default half a window */
  stride?: number | undefined;
  /** How the windows' probabilities become the field's. @default 'maximum' */
  combine?: CombineScores | undefined;
  /** Images that go through the network at a time, all views counted. @default 32 */
  batchSize?: number | undefined;
  /** What to call the field. @default '0' */
  id?: string | undefined;
  /** Stops with an `HpaError` of code `aborted`. */
  signal?: AbortSignal | undefined;
  /** Called after each batch. */
  onProgress?: OnProgress | undefined;
}

/** What was found where. */
export interface WindowPredictions {
  /** Of the field as a whole. */
  prediction: Prediction;
  /** Where the windows lie, row by row. */
  windows: readonly CropBox[];
  /** Rows of windows. */
  rows: number;
  /** Columns of windows. */
  columns: number;
  /** Calibrated probabilities `[rows, columns, classes]`: a map for each class, a value a window. */
  probabilities: Float32Array;
  /** Size of the field. */
  width: number;
  /** Height of the field in pixels. */
  height: number;
  /** Names of the classes. */
  classes: readonly string[];
}

/**
 * Predicts each window of a field. Each is resized to what the network takes, so `windowSize` sets how large a cell
 * looks to it. Windows overlap by default, so that a cell that one cuts is whole in another.
 *
 * @param field - with the predictor's channels, such as `[2048, 2048, 4]`
 * @throws RangeError for windows larger than the field and for options that can't be; what `probabilities` throws
 * @example
 * const found = await predictWindows(predictor, field, { windowSize: 512 });
 * found.prediction.labels; // of the whole field
 * const map = windowMap(found, 'Nucleoli'); // where they are
 */
export async function predictWindows(
  predictor: Predictor,
  field: CellImage,
  options: PredictWindowsOptions,
): Promise<WindowPredictions> {
  const { windowSize, stride = Math.ceil(windowSize / 2), combine = 'maximum', batchSize = 32 } = options;
  const { id = '0', signal, onProgress } = options;
  checkPositiveInteger('windowSize', windowSize);
  checkPositiveInteger('stride', stride);
  checkPositiveInteger('batchSize', batchSize);
  checkCombine(combine);
  const { width, height } = field;
  if (windowSize > Math.min(width, height))
    throw new RangeError(
      `windowSize must be at most the field's ${width}×${height} pixels. Received ${windowSize}`,
    );
  if (stride > windowSize)
    throw new RangeError(
      `stride must be at most windowSize, ${windowSize}, or parts of the field are never seen. Received ${stride}`,
    );
  const tops = windowStarts(height, windowSize, stride);
  const lefts = windowStarts(width, windowSize, stride);
  const windows = tops.flatMap((top) =>
    lefts.map((left) => ({ top, left, height: windowSize, width: windowSize })),
  );
  const numClasses = predictor.classes.length;
  const probabilities = new Float32Array(windows.length * numClasses);
  const atOnce = Math.max(1, Math.floor(batchSize / countViews(predictor.testTime)));
  const meter = new ProgressMeter('predict', windows.length, onProgress);
  try {
    for (let first = 0; first < windows.length; first += atOnce) {
      throwIfAborted(signal, 'Predicting');
      const batch = windows.slice(first, first + atOnce);
      const ids = batch.map(({ top, left }) => `${id}, window at (${left}, ${top})`);
      const images = batch.map((box) => crop(field, box));
      probabilities.set(await predictor.probabilities(images, ids), first * numClasses);
      meter.add(batch.length);
      await yieldToEventLoop();
    }
  } finally {
    meter.end();
  }
  const whole = combineViews(probabilities, { views: windows.length, numClasses, combine });
  return {
    prediction: predictor.decide([id], whole)[0]!,
    windows,
    rows: tops.length,
    columns: lefts.length,
    probabilities,
    width,
    height,
    classes: predictor.classes,
  };
}

/**
 * A class's probability at each pixel of the field: the mean over the windows that cover it.
 *
 * @param className - one of the predictor's classes
 * @returns values from 0 to 1, `[height, width]`
 * @throws HpaError `label-invalid` for another name
 * @example
 * drawHeatMap(compositeRgb(field), windowMap(found, 'Nucleoli'));
 */
export function windowMap(found: WindowPredictions, className: string): HeatMap {
  const { windows, probabilities, width, height, classes } = found;
  const k = classes.indexOf(className);
  if (k < 0)
    throw new HpaError('label-invalid', `"${className}" is none of the classes: ${classes.join(', ')}.`);
  const data = new Float32Array(width * height);
  const counts = new Uint16Array(width * height);
  windows.forEach(({ top, left, height: side }, i) => {
    const probability = probabilities[i * classes.length + k]!;
    for (let y = top; y < top + side; y++)
      for (let x = left; x < left + side; x++) {
        data[y * width + x]! += probability;
        counts[y * width + x]!++;
      }
  });
  for (let i = 0; i < data.length; i++) data[i]! /= counts[i]!;
  return { width, height, data };
}
