/** The dataset's cache: anything with `get` and `set` serves; ours is bounded in bytes. */
import { LRUCache } from 'lru-cache';
import type { CellImage } from '../image/cell-image';

/** What a dataset needs of a cache. A plain `Map<string, CellImage>` fits, and is unbounded. */
export interface ImageCache {
  /** The image kept under a key, if it is still there. */
  get(key: string): CellImage | undefined;
  /** Keeps an image; it may drop others, or this one. */
  set(key: string, image: CellImage): unknown;
}

/** An `ImageCache` that holds at most `maxBytes` of pixels and drops the least recently used first. */
export class LruImageCache implements ImageCache {
  /** The bound, in bytes of pixels. */
  readonly maxBytes: number;
  private readonly lru: LRUCache<string, CellImage>;

  /** @throws RangeError unless `maxBytes` is a positive integer */
  constructor(maxBytes: number) {
    if (!Number.isSafeInteger(maxBytes) || maxBytes < 1)
      throw new RangeError(`maxBytes must be a positive integer. Received ${maxBytes}.`);
    this.maxBytes = maxBytes;
    // An image counts with its whole buffer: a view on a larger one would keep all of it alive.
    this.lru = new LRUCache({ maxSize: maxBytes, sizeCalculation: ({ data }) => data.buffer.byteLength });
  }

  /** The image kept under a key, if it is still there; it counts as used. */
  get(key: string): CellImage | undefined {
    return this.lru.get(key);
  }

  /** Stores the image, unless it is larger than the whole cache. */
  set(key: string, image: CellImage): void {
    this.lru.set(key, image);
  }

  /** Bytes of pixels held now. */
  get bytes(): number {
    return this.lru.calculatedSize;
  }

  /** Images held now. */
  get entries(): number {
    return this.lru.size;
  }
}
