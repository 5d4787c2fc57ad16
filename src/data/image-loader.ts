/** Loads a dataset's images through its cache: everything before the first random step. */
import { HpaError, isHpaError, withContext } from '../errors';
import { samplesLike, type CellImage } from '../image/cell-image';
import { resize } from '../image/resize';
import { loadThroughDisk, type DiskCache } from './disk-cache';
import { LruImageCache, type ImageCache } from './image-cache';
import type { ImageSource } from './source';

/** How the cache has done so far. */
export interface CacheStats {
  /** Images that were in memory. */
  hits: number;
  /** Images that were read from disk; undefined without a disk cache. */
  diskHits: number | undefined;
  /** Images that were loaded from the source. */
  misses: number;
  /** Bytes and images held now, and the bound; for a cache of the user's own, undefined. */
  bytes: number | undefined;
  /** Images held; undefined for a cache that does not tell. */
  entries: number | undefined;
  /** The bound in bytes; undefined for a cache that does not tell. */
  maxBytes: number | undefined;
}

/** Options of a dataset's image loading. */
export interface ImageLoaderOptions {
  /** Pixels of the square image that models see, or `[height, width]`. @default as the source gives it */
  imageSize?: number | readonly [height: number, width: number];
  /**
   * Where decoded and resized images are kept: in memory, with a bound in bytes, and on `disk` if there is one,
   * such as `openDiskCache` of 'hpa-kit/node' gives; in any object with `get` and `set`; or `false` for nowhere.
   *
   * @default { maxBytes: 536870912 }
   */
  cache?: { maxBytes?: number; disk?: DiskCache } | ImageCache | false;
  /**
   * What to do with a sample whose image can't be read: `error` stops with an `HpaError`; `skip` leaves
   * it out of its batch and reports it in `dataset.skipped`.
   *
   * @default 'error'
   */
  onBroken?: 'error' | 'skip';
}

const DEFAULT_CACHE_BYTES = 512 * 1024 * 1024;

/** One for a dataset and all its views, so that splits and augmented views share a cache and a report. */
export class ImageLoader {
  /** Samples that can't be read, by id. */
  readonly skipped = new Map<string, HpaError>();
  private readonly cache: ImageCache | undefined;
  private readonly disk: DiskCache | undefined;
  private readonly loading = new Map<string, Promise<CellImage>>();
  private readonly size: readonly [height: number, width: number] | undefined;
  private hits = 0;
  private diskHits = 0;
  private misses = 0;

  /** @throws RangeError for an `imageSize` or `maxBytes` that is not a positive integer */
  constructor(
    private readonly source: ImageSource,
    private readonly options: ImageLoaderOptions,
  ) {
    const { imageSize, cache } = options;
    this.size = typeof imageSize === 'number' ? [imageSize, imageSize] : imageSize;
    if (this.size && !this.size.every((pixels) => Number.isInteger(pixels) && pixels > 0))
      throw new RangeError(
        `imageSize must be a positive integer or [height, width]. Received ${String(imageSize)}.`,
      );
    this.cache = makeCache(cache);
    this.disk = cache && !('get' in cache) ? cache.disk : undefined;
  }

  /** The same source and cache, and images of another size. */
  resized(imageSize: number | readonly [height: number, width: number]): ImageLoader {
    const { source, options, cache, disk } = this;
    const resized = new ImageLoader(source, { ...options, imageSize, cache: cache ?? false });
    return Object.assign(resized, { disk, skipped: this.skipped });
  }

  get cacheStats(): CacheStats {
    const { cache, hits, misses } = this;
    const own = cache instanceof LruImageCache ? cache : undefined;
    const diskHits = this.disk && this.diskHits;
    return { hits, diskHits, misses, bytes: own?.bytes, entries: own?.entries, maxBytes: own?.maxBytes };
  }

  /** Records a broken sample and answers whether to go on without it. */
  skips(id: string, error: unknown): boolean {
    if (this.options.onBroken !== 'skip' || !isHpaError(error) || error.code === 'aborted') return false;
    this.skipped.set(id, error);
    return true;
  }

  /** The image of the source's sample `index`, shared with the cache: not to be changed. */
  async load(index: number): Promise<CellImage> {
    const { source, cache, loading } = this;
    const id = source.ids[index]!;
    const broken = this.skipped.get(id);
    if (broken) throw broken;
    const key = `${source.name}#${numberOf(source)}/${id}@${this.size?.join('x') ?? ''}`;
    const kept = cache?.get(key) ?? loading.get(key);
    if (kept) {
      this.hits++;
      return kept;
    }
    const loaded = this.disk ? this.loadFromDisk(this.disk, index, id) : this.loadFromSource(index, id);
    loading.set(key, loaded);
    try {
      const image = await loaded;
      cache?.set(key, image);
      return image;
    } finally {
      loading.delete(key);
    }
  }

  private async loadFromDisk(disk: DiskCache, index: number, id: string): Promise<CellImage> {
    const { source, size } = this;
    const load = () => this.loadFromSource(index, id);
    const { image, fromDisk } = await loadThroughDisk(disk, { source, index, size, load });
    if (fromDisk) this.diskHits++;
    return image;
  }

  private async loadFromSource(index: number, sample: string): Promise<CellImage> {
    this.misses++;
    try {
      const image = await this.source.load(index, { size: this.size });
      const expected = this.source.channels.length;
      if (image.channels !== expected)
        throw new HpaError('image-shape', `Expected ${expected} channels, received ${image.channels}`);
      const [height, width] = this.size ?? [image.height, image.width];
      if (width !== image.width || height !== image.height) return resize(image, { width, height });
      // The source may go on using what it gave; the cache keeps bytes that nobody else can change.
      const data = samplesLike(image.data, image.data.length);
      data.set(image.data);
      return { ...image, data };
    } catch (error) {
      throw withContext(error, { sample });
    }
  }
}

const numbers = new WeakMap<ImageSource, number>();
let sources = 0;

/** Tells sources of one name apart that read other channels or planes, where datasets share a cache. */
function numberOf(source: ImageSource): number {
  const number = numbers.get(source) ?? sources++;
  numbers.set(source, number);
  return number;
}

function makeCache(cache: ImageLoaderOptions['cache']): ImageCache | undefined {
  if (cache === false) return undefined;
  if (cache && 'get' in cache) return cache;
  return new LruImageCache(cache?.maxBytes ?? DEFAULT_CACHE_BYTES);
}
