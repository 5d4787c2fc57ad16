/**
 * `HpaDataset`: samples with their labels, decoded, resized and cached once, then split, augmented and
 * handed out as batches of tensors.
 */
import { augment, compose, type Augmentation } from '../augment/augmentation';
import { isHpaError, withContext, HpaError } from '../errors';
import { samplesLike, type CellImage } from '../image/cell-image';
import { checkNormalization, type Normalization } from '../image/normalize';
import { resize } from '../image/resize';
import { Random } from '../random';
import { BatchStream, type BatchOptions } from './batches';
import { LruImageCache, type ImageCache } from './image-cache';
import type { Visit } from './sampler';
import type { ImageSource } from './source';
import { stratifiedSplit } from './split';

export interface HpaDatasetOptions {
  /** Pixels of the square image that models see, or `[height, width]`. @default as the source gives it */
  imageSize?: number | readonly [height: number, width: number];
  /** Mean and standard deviation on the 0–1 scale. @default { mean: 0, std: 1 } */
  normalization?: Normalization;
  /**
   * Where decoded and resized images are kept: a bound in bytes, any object with `get` and `set`, or
   * `false` for none.
   *
   * @default { maxBytes: 536870912 }
   */
  cache?: { maxBytes: number } | ImageCache | false;
  /**
   * What to do with a sample whose image can't be read: `error` stops with an `HpaError`; `skip` leaves
   * it out of its batch and reports it in `dataset.skipped`.
   *
   * @default 'error'
   */
  onBroken?: 'error' | 'skip';
}

/** How the cache has done so far. */
export interface CacheStats {
  /** Images that needed no loading. */
  hits: number;
  /** Images that were loaded. */
  misses: number;
  /** Bytes and images held now, and the bound; for a cache of the user's own, undefined. */
  bytes: number | undefined;
  entries: number | undefined;
  maxBytes: number | undefined;
}

export interface DatasetSplitOptions {
  /** Share of the validation part. @default 0 */
  valid?: number;
  /** Share of the test part. @default 0 */
  test?: number;
  /** @default 0 */
  seed?: number;
  /** Whether samples of one group of the source stay in one part. @default true */
  keepGroups?: boolean;
}

/** What all views of one dataset share: splits and augmented views use one cache and one report. */
interface Shared {
  source: ImageSource;
  cache: ImageCache | undefined;
  loading: Map<string, Promise<CellImage>>;
  skipped: Map<string, HpaError>;
  hits: number;
  misses: number;
}

const DEFAULT_CACHE_BYTES = 512 * 1024 * 1024;

/**
 * A list of samples from a source. Everything before the first random step is cached, nothing after it.
 *
 * @throws RangeError for an `imageSize` or `maxBytes` that is not a positive integer
 * @example
 * const all = new HpaDataset(source, { imageSize: 192, cache: { maxBytes: 2e9 } });
 * const { train, valid, test } = all.split({ valid: 0.2, test: 0.2, seed: 7 });
 * for await (const { xs, ys } of train.augmented([flip(), rotate90()]).batches({ batchSize: 16 })) …
 */
export class HpaDataset {
  readonly source: ImageSource;
  readonly options: Readonly<HpaDatasetOptions>;
  private readonly shared: Shared;
  private readonly indices: readonly number[];
  private readonly augmentation: Augmentation | undefined;
  private readonly imageHeight: number | undefined;
  private readonly imageWidth: number | undefined;

  constructor(source: ImageSource, options: HpaDatasetOptions = {}) {
    const { imageSize } = options;
    [this.imageHeight, this.imageWidth] =
      typeof imageSize === 'number' ? [imageSize, imageSize] : (imageSize ?? []);
    for (const size of [this.imageHeight, this.imageWidth])
      if (size !== undefined && !(Number.isInteger(size) && size > 0))
        throw new RangeError(
          `imageSize must be a positive integer or [height, width]. Received ${String(imageSize)}.`,
        );
    if (options.normalization) checkNormalization(options.normalization, source.channels.length);
    const labels = source.labels?.length;
    if (labels !== undefined && labels !== source.ids.length * source.classes.length)
      throw new RangeError(
        `labels of ${source.name} must have ids × classes = ${source.ids.length * source.classes.length} values. Received ${labels}.`,
      );
    this.source = source;
    this.options = options;
    this.indices = source.ids.map((_, i) => i);
    this.shared = {
      source,
      cache: makeCache(options.cache),
      loading: new Map(),
      skipped: new Map(),
      hits: 0,
      misses: 0,
    };
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
    if (!labels) return undefined;
    const own = new Uint8Array(this.size * classes.length);
    this.indices.forEach((index, i) => {
      own.set(labels.subarray(index * classes.length, (index + 1) * classes.length), i * classes.length);
    });
    return own;
  }

  /** Samples left out so far because their image can't be read (`onBroken: 'skip'`), by id. */
  get skipped(): ReadonlyMap<string, HpaError> {
    return this.shared.skipped;
  }

  /** What the cache has done, over all views of this dataset. */
  get cacheStats(): CacheStats {
    const { cache, hits, misses } = this.shared;
    const own = cache instanceof LruImageCache ? cache : undefined;
    return { hits, misses, bytes: own?.bytes, entries: own?.entries, maxBytes: own?.maxBytes };
  }

  /**
   * The image at a position: decoded, stacked and resized, not augmented. A copy: changing it changes
   * nothing here.
   *
   * @throws HpaError that names the sample when its image can't be read
   */
  async image(position: number): Promise<CellImage> {
    const image = await this.load(this.indexAt(position));
    return { ...image, data: image.data.slice() };
  }

  /** The image of one visit, a copy, augmented as (seed, epoch, sample) say. */
  async visit({ position, occurrence }: Visit, seed: number, epoch: number): Promise<CellImage> {
    const image = await this.image(position);
    if (!this.augmentation) return image;
    const random = new Random(seed, 'augment', epoch, this.idAt(position), occurrence);
    return augment(this.augmentation, image, random);
  }

  /** Id of the sample at a position. */
  idAt(position: number): string {
    return this.source.ids[this.indexAt(position)]!;
  }

  /** Labels of the sample at a position; undefined when the source has none. */
  labelsAt(position: number): Uint8Array | undefined {
    const { labels, classes } = this.source;
    const index = this.indexAt(position);
    return labels?.slice(index * classes.length, (index + 1) * classes.length);
  }

  /** The samples at the given positions, in that order. */
  subset(positions: Iterable<number>): HpaDataset {
    return this.view({ indices: Array.from(positions, (position) => this.indexAt(position)) });
  }

  /**
   * Parts in which each class has its share, and no group stands in two: see `stratifiedSplit`. A part
   * whose share is 0 is empty.
   *
   * @throws RangeError when the shares are negative or sum to 1 or more
   */
  split({ valid = 0, test = 0, seed = 0, keepGroups = true }: DatasetSplitOptions): {
    train: HpaDataset;
    valid: HpaDataset;
    test: HpaDataset;
  } {
    if (!(valid >= 0 && test >= 0 && valid + test < 1))
      throw new RangeError(
        `valid and test must be 0 or more and sum to less than 1. Received ${valid} and ${test}.`,
      );
    const { groups, classes } = this.source;
    const parts = stratifiedSplit({
      size: this.size,
      labels: this.labels,
      numClasses: classes.length,
      fractions: [1 - valid - test, valid, test],
      groups: keepGroups && groups ? this.indices.map((index) => groups[index]!) : undefined,
      seed,
    });
    const [trainPart, validPart, testPart] = parts.map((positions) => this.subset(positions));
    return { train: trainPart!, valid: validPart!, test: testPart! };
  }

  /** The same samples, changed at random each time they are visited, after what is there already. */
  augmented(augmentations: Augmentation | readonly Augmentation[]): HpaDataset {
    const added = 'sample' in augmentations ? [augmentations] : augmentations;
    const all = this.augmentation ? [this.augmentation, ...added] : added;
    return this.view({ augmentation: all.length === 1 ? all[0]! : compose(all) });
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

  /** Records a broken sample and answers whether to go on without it. */
  skips(position: number, error: unknown): boolean {
    if (this.options.onBroken !== 'skip' || !isHpaError(error)) return false;
    this.shared.skipped.set(this.idAt(position), error);
    return true;
  }

  private indexAt(position: number): number {
    const index = this.indices[position];
    if (index === undefined)
      throw new RangeError(`position must be an integer from 0 to ${this.size - 1}. Received ${position}.`);
    return index;
  }

  private view(changes: { indices?: readonly number[]; augmentation?: Augmentation }): HpaDataset {
    return Object.assign(Object.create(HpaDataset.prototype) as HpaDataset, this, changes);
  }

  private async load(index: number): Promise<CellImage> {
    const { source, cache, loading, skipped } = this.shared;
    const id = source.ids[index]!;
    const broken = skipped.get(id);
    if (broken) throw broken;
    const key = `${source.name}/${id}@${this.imageHeight ?? ''}x${this.imageWidth ?? ''}`;
    const kept = cache?.get(key) ?? loading.get(key);
    if (kept) {
      this.shared.hits++;
      return kept;
    }
    this.shared.misses++;
    const loaded = this.loadUncached(index);
    loading.set(key, loaded);
    try {
      const image = await loaded;
      cache?.set(key, image);
      return image;
    } finally {
      loading.delete(key);
    }
  }

  private async loadUncached(index: number): Promise<CellImage> {
    const id = this.source.ids[index]!;
    try {
      const image = await this.source.load(index);
      if (image.channels !== this.source.channels.length)
        throw new HpaError(
          'image-shape',
          `Expected ${this.source.channels.length} channels, received ${image.channels}`,
        );
      const width = this.imageWidth ?? image.width;
      const height = this.imageHeight ?? image.height;
      if (width !== image.width || height !== image.height) return resize(image, { width, height });
      // The source may go on using what it gave; the cache keeps bytes that nobody else can change.
      const data = samplesLike(image.data, image.data.length);
      data.set(image.data);
      return { ...image, data };
    } catch (error) {
      throw withContext(error, { sample: id });
    }
  }
}

function makeCache(cache: HpaDatasetOptions['cache']): ImageCache | undefined {
  if (cache === false) return undefined;
  if (cache && 'get' in cache) return cache;
  return new LruImageCache(cache?.maxBytes ?? DEFAULT_CACHE_BYTES);
}
