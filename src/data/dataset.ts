/**
 * `HpaDataset`: samples with their labels, decoded, resized and cached once, then split, augmented and
 * handed out as batches of tensors.
 */
import { augment, type Augmentation } from '../augment/augmentation';
import { compose } from '../augment/combine';
import type { HpaError } from '../errors';
import type { CellImage } from '../image/cell-image';
import { checkNormalization, type Normalization } from '../image/normalize';
import { pickRows } from '../labels';
import { Random } from '../random';
import type { BatchSource, Visit } from './batch';
import { BatchStream, type BatchOptions } from './batches';
import { kFoldPositions, splitPositions } from './splits/dataset-split';
import type { DatasetKFoldOptions, DatasetSplitOptions } from './splits/dataset-split';
import { ImageLoader, type CacheStats, type ImageLoaderOptions } from './image-loader';
import type { ImageSource } from './source';
import { datasetStatistics, type DatasetStatistics, type StatisticsOptions } from './statistics/statistics';

/** Options of `HpaDataset`. */
export interface HpaDatasetOptions extends ImageLoaderOptions {
  /** Mean and standard deviation on the 0–1 scale. @default { mean: 0, std: 1 } */
  normalization?: Normalization;
}

/**
 * A list of samples from a source. Everything before the first random step is cached, nothing after it.
 *
 * @throws RangeError for an `imageSize` or `maxBytes` that is not a positive integer
 * @example
 * const all = new HpaDataset(source, { imageSize: 192, cache: { maxBytes: 2e9 } });
 * const { train, valid, test } = all.split({ valid: 0.2, test: 0.2, seed: 7 });
 * for await (const { xs, ys } of train.augmented([flip(), rotate90()]).batches({ batchSize: 16 })) …
 */
export class HpaDataset implements BatchSource {
  /** Where the images come from. */
  readonly source: ImageSource;
  /** How pixels become numbers when a batch is made. */
  readonly normalization: Normalization;
  private readonly loader: ImageLoader;
  private readonly indices: readonly number[];
  private readonly augmentation: Augmentation | undefined;

  constructor(source: ImageSource, options: HpaDatasetOptions = {}) {
    const { normalization = {}, ...loading } = options;
    checkNormalization(normalization, source.channels.length);
    const { ids, classes, labels } = source;
    if (labels && labels.length !== ids.length * classes.length)
      throw new RangeError(
        `labels of ${source.name} must have ids × classes = ${ids.length * classes.length} values. Received ${labels.length}.`,
      );
    this.source = source;
    this.normalization = normalization;
    this.loader = new ImageLoader(source, loading);
    this.indices = ids.map((_, i) => i);
  }

  /** Number of samples. */
  get size(): number {
    return this.indices.length;
  }

  /** Ids in the dataset's order. */
  get ids(): string[] {
    return this.indices.map((index) => this.source.ids[index]!);
  }

  /** Names of the classes. */
  get classes(): readonly string[] {
    return this.source.classes;
  }

  /** Multi-hot labels `[size, classes.length]`, a copy; undefined when the source has none. */
  get labels(): Uint8Array | undefined {
    const { labels, classes } = this.source;
    return labels && pickRows(labels, this.indices, classes.length);
  }

  /** Samples left out so far because their image can't be read (`onBroken: 'skip'`), by id. */
  get skipped(): ReadonlyMap<string, HpaError> {
    return this.loader.skipped;
  }

  /** What the cache has done, over all views of this dataset. */
  get cacheStats(): CacheStats {
    return this.loader.cacheStats;
  }

  /**
   * The image at a position: decoded, stacked and resized, not augmented. A copy: changing it changes
   * nothing here.
   *
   * @throws HpaError that names the sample when its image can't be read
   */
  async image(position: number): Promise<CellImage> {
    const image = await this.loader.load(this.indexAt(position));
    return { ...image, data: image.data.slice() };
  }

  /** The image of one visit, augmented as (seed, epoch, sample) say; it may be the cache's own: not to be changed. */
  async visit({ position, occurrence }: Visit, seed: number, epoch: number): Promise<CellImage> {
    if (!this.augmentation) return this.loader.load(this.indexAt(position));
    const random = new Random(seed, 'augment', epoch, this.idAt(position), occurrence);
    return augment(this.augmentation, await this.image(position), random);
  }

  /** Id of the sample at a position. */
  idAt(position: number): string {
    return this.source.ids[this.indexAt(position)]!;
  }

  /** Labels of the sample at a position; undefined when the source has none. */
  labelsAt(position: number): Uint8Array | undefined {
    const { labels, classes } = this.source;
    return labels && pickRows(labels, [this.indexAt(position)], classes.length);
  }

  /** The samples at the given positions, in that order. */
  subset(positions: Iterable<number>): HpaDataset {
    return this.view({ indices: Array.from(positions, (position) => this.indexAt(position)) });
  }

  /**
   * Parts in which each class has its share, and no group stands in two: see `stratifiedSplit`. A part
   * whose share is 0 is empty.
   *
   * @throws RangeError when the shares are negative or sum to 1 or more, or there are more parts than
   *   samples or groups
   */
  split(options: DatasetSplitOptions): { train: HpaDataset; valid: HpaDataset; test: HpaDataset } {
    const parts = splitPositions(this.source, this.indices, options);
    const [train, valid, test] = parts.map((positions) => this.subset(positions));
    return { train: train!, valid: valid!, test: test! };
  }

  /**
   * `k` pairs of a training and a validation part, for cross-validation: each sample is in one validation
   * part, folds have equal shares of each class, and no group stands in two. See `kFold`.
   *
   * @throws RangeError when `k` is no integer of at least 2, or more than there are samples or groups
   * @example
   * for (const { train, valid } of all.kFold({ k: 5, seed: 7 })) …
   */
  kFold(options: DatasetKFoldOptions): { train: HpaDataset; valid: HpaDataset }[] {
    return kFoldPositions(this.source, this.indices, options).map(({ train, valid }) => ({
      train: this.subset(train),
      valid: this.subset(valid),
    }));
  }

  /** The same samples, changed at random each time they are visited, after what is there already. */
  augmented(augmentations: Augmentation | readonly Augmentation[]): HpaDataset {
    const added = 'sample' in augmentations ? [augmentations] : augmentations;
    const all = this.augmentation ? [this.augmentation, ...added] : added;
    return this.view({ augmentation: all.length === 1 ? all[0]! : compose(all) });
  }

  /**
   * The same samples with images of another size, through the same cache: for training on small images first.
   *
   * @param imageSize - pixels of the square image, or `[height, width]`
   * @throws RangeError for what is no positive integer
   */
  withImageSize(imageSize: number | readonly [height: number, width: number]): HpaDataset {
    return this.view({ loader: this.loader.resized(imageSize) });
  }

  /**
   * Batches `{ xs, ys, ids }` of one epoch, or, given to `model.fitDataset`, of one epoch after the other.
   *
   * @example
   * for await (const { xs, ys, ids } of dataset.batches({ batchSize: 16, order: 'shuffled', seed: 1 })) {
   *   // xs [batch, height, width, channels] float32, ys [batch, classes] float32
   *   tf.dispose([xs, ys]);
   * }
   */
  batches(options: BatchOptions = {}): BatchStream {
    return new BatchStream(this, options);
  }

  /**
   * Mean, standard deviation, range and percentiles of each channel, and how often labels occur alone and
   * together: one pass over the images, through the cache, before augmentation. What is returned can be given
   * to `normalization` as it is, unless a channel is constant: its deviation is 0.
   *
   * @throws RangeError for an empty dataset or percentiles out of range, HpaError `pixel-invalid` for floats
   *   that are not finite, `aborted`, and what reading the samples throws
   * @example
   * const normalization = await new HpaDataset(source, { imageSize: 192 }).split({ valid: 0.2 }).train.statistics();
   * const all = new HpaDataset(source, { imageSize: 192, normalization });
   */
  statistics(options: StatisticsOptions = {}): Promise<DatasetStatistics> {
    return datasetStatistics(this, (position) => this.loader.load(this.indexAt(position)), options);
  }

  /** Records a broken sample and answers whether to go on without it. */
  skips(position: number, error: unknown): boolean {
    return this.loader.skips(this.idAt(position), error);
  }

  private indexAt(position: number): number {
    const index = this.indices[position];
    if (index === undefined)
      throw new RangeError(`position must be an integer from 0 to ${this.size - 1}. Received ${position}.`);
    return index;
  }

  private view(changes: {
    indices?: readonly number[];
    augmentation?: Augmentation;
    loader?: ImageLoader;
  }): HpaDataset {
    return Object.assign(Object.create(HpaDataset.prototype) as HpaDataset, this, changes);
  }
}
