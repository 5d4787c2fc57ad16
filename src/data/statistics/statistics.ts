/** What a dataset holds: intensities by channel and labels, in one pass over its images. */
import { allSkipped } from '../all-skipped';
import { HpaError, throwIfAborted } from '../../errors';
import { fullScale, type CellImage, type Samples } from '../../image/cell-image';
import type { Normalization } from '../../image/normalize';
import { pickRows } from '../../labels';
import { ProgressMeter, yieldToEventLoop, type OnProgress } from '../../progress';
import { makeTally, mergeMoments, type IntensityTally, type Level } from './intensity-tally';
import { labelStatistics, type LabelStatistics } from './label-statistics';
import type { ImageSource } from '../source';

/** Options of a dataset's `statistics`. */
export interface StatisticsOptions {
  /** Which percentiles to give, from 0 to 100. @default [1, 5, 25, 50, 75, 95, 99, 99.9] */
  percentiles?: readonly number[];
  /** Images loaded at a time. @default 8 */
  concurrency?: number;
  /** Stops with an `HpaError` of code `aborted`. */
  signal?: AbortSignal | undefined;
  /** Called after each image, in the phase `statistics`. */
  onProgress?: OnProgress | undefined;
}

/**
 * Plain data: JSON keeps it. Values are on the 0–1 scale of `normalization`, so that all of it can be given
 * to `normalization`. Lists have one value a channel; pixels of all images count alike.
 */
export interface DatasetStatistics {
  /** Images counted. */
  images: number;
  /** Ids of the samples left out because their image can't be read (`onBroken: 'skip'`). */
  skipped: string[];
  /** Names of the channels. */
  channels: string[];
  /** Mean over all pixels. */
  mean: number[];
  /** Standard deviation over all pixels (divided by their number). */
  std: number[];
  /** Least value. */
  min: number[];
  /** Largest value. */
  max: number[];
  /**
   * Between neighbouring values by linear interpolation, as NumPy does. Exact for 8 and 16 bits; for floats
   * between 0 and 1 within 2⁻¹⁷, and for floats outside that range the least or the largest value.
   */
  percentiles: { percentile: number; values: number[] }[];
  /** The sample value that is 1 here, where the dataset's normalization has one. */
  scale?: number;
  /** Names of the classes. */
  classes: string[];
  /** Of the images counted; absent when the source has no labels. */
  labels?: LabelStatistics;
}

/** What statistics are made of: a dataset. */
export interface StatisticsSource {
  readonly size: number;
  readonly source: Pick<ImageSource, 'channels'>;
  readonly classes: readonly string[];
  readonly labels: Uint8Array | undefined;
  readonly normalization: Normalization;
  idAt(position: number): string;
  skips(position: number, error: unknown): boolean;
}

type Load = (position: number) => Promise<CellImage>;

/** Statistics of all images of a dataset, before augmentation: see `HpaDataset.statistics`. */
export async function datasetStatistics(
  dataset: StatisticsSource,
  load: Load,
  options: StatisticsOptions,
): Promise<DatasetStatistics> {
  const { percentiles = [1, 5, 25, 50, 75, 95, 99, 99.9], signal, onProgress } = options;
  for (const percentile of percentiles)
    if (!(percentile >= 0 && percentile <= 100))
      throw new RangeError(`percentiles must be from 0 to 100. Received ${percentile}.`);
  if (dataset.size === 0) throw new RangeError('The dataset is empty.');

  const channels = [...dataset.source.channels];
  const { scale } = dataset.normalization;
  const tallies = new Map<number, IntensityTally>();
  const counted: number[] = [];
  const skipped: string[] = [];
  const meter = new ProgressMeter('statistics', dataset.size, onProgress);
  try {
    for await (const { position, image } of imagesInOrder(dataset, load, options)) {
      throwIfAborted(signal, 'Computing statistics');
      if (image) {
        checkFinite(image.data, channels, dataset.idAt(position));
        const type = fullScale(image.data);
        const tally = tallies.get(type) ?? makeTally(image.data, channels.length, scale);
        tallies.set(type, tally);
        tally.add(image);
        counted.push(position);
      } else skipped.push(dataset.idAt(position));
      meter.add(1);
    }
  } finally {
    meter.end();
  }
  if (counted.length === 0) throw allSkipped('dataset');

  const perChannel = channels.map((_, c) => summarise([...tallies.values()], c, percentiles));
  const labels = dataset.labels;
  const numClasses = dataset.classes.length;
  return {
    images: counted.length,
    skipped,
    channels,
    mean: perChannel.map(({ mean }) => mean),
    std: perChannel.map(({ std }) => std),
    min: perChannel.map(({ min }) => min),
    max: perChannel.map(({ max }) => max),
    percentiles: percentiles.map((percentile, p) => ({
      percentile,
      values: perChannel.map(({ cuts }) => cuts[p]!),
    })),
    ...(scale !== undefined && { scale }),
    classes: [...dataset.classes],
    ...(labels && { labels: labelStatistics(pickRows(labels, counted, numClasses), numClasses) }),
  };
}

/** All images in the dataset's order, some loaded ahead; undefined for one that is skipped. */
async function* imagesInOrder(
  dataset: StatisticsSource,
  load: Load,
  { concurrency = 8 }: StatisticsOptions,
): AsyncGenerator<{ position: number; image: CellImage | undefined }> {
  if (!Number.isInteger(concurrency) || concurrency < 1)
    throw new RangeError(`concurrency must be a positive integer. Received ${concurrency}.`);
  const pending: Promise<CellImage | undefined>[] = [];
  const loadOrSkip = async (position: number): Promise<CellImage | undefined> => {
    try {
      return await load(position);
    } catch (error) {
      if (dataset.skips(position, error)) return undefined;
      throw error;
    }
  };
  for (let position = 0; position < dataset.size; position++) {
    while (pending.length < concurrency && position + pending.length < dataset.size) {
      const loading = loadOrSkip(position + pending.length);
      // Awaited only when its turn comes; until then a failure must not count as unhandled.
      loading.catch(() => undefined);
      pending.push(loading);
    }
    // Images from a cache come without a turn of the event loop, and an abort would wait for the end.
    if (position % 32 === 0) await yieldToEventLoop();
    yield { position, image: await pending.shift()! };
  }
}

function checkFinite(data: Samples, channels: readonly string[], sample: string): void {
  if (!(data instanceof Float32Array)) return;
  const at = data.findIndex((value) => !Number.isFinite(value));
  if (at >= 0)
    throw new HpaError('pixel-invalid', `A pixel is ${data[at]}`, {
      sample,
      channel: channels[at % channels.length],
    });
}

function summarise(tallies: readonly IntensityTally[], channel: number, percentiles: readonly number[]) {
  const { count, mean, squares, min, max } = tallies
    .map((tally) => tally.moments(channel))
    .reduce(mergeMoments);
  const levels = tallies.flatMap((tally) => tally.levels(channel)).sort(([a], [b]) => a - b);
  const cuts = percentiles.map((percentile) => percentileOf(levels, count, percentile));
  return { mean, std: Math.sqrt(squares / count), min, max, cuts };
}

function percentileOf(levels: readonly Level[], count: number, percentile: number): number {
  const rank = ((count - 1) * percentile) / 100;
  const lower = valueAt(levels, Math.floor(rank));
  const upper = valueAt(levels, Math.min(Math.floor(rank) + 1, count - 1));
  return lower + (upper - lower) * (rank - Math.floor(rank));
}

/** The value at that place among all values, ascending, from 0. */
function valueAt(levels: readonly Level[], place: number): number {
  let before = 0;
  for (const [value, count] of levels) {
    before += count;
    if (place < before) return value;
  }
  return levels.at(-1)![0];
}
