/** Decoded and resized images on disk, for the next epoch, run or process: `openDiskCache`. */
import { resolve } from 'node:path';
import { emitWarning } from 'node:process';
import type { DiskCache, DiskCacheKey } from '../data/disk-cache';
import { HpaError } from '../errors';
import type { CellImage } from '../image/cell-image';
import { listFolder } from './disk-cache/folder';
import { PackStore } from './disk-cache/pack-store';
import { hashOf, NO_STAMP } from './disk-cache/record';

/** Options of `openDiskCache`. */
export interface DiskCacheOptions {
  /** Bytes that all files of the cache may have together, whichever process wrote them. */
  maxBytes: number;
  /**
   * Files used within this time are not dropped for new images, which then are not kept. A dataset larger than
   * the bound so keeps what fits, instead of dropping each image just before its next turn.
   *
   * @default 600000, ten minutes
   */
  keepUsedMs?: number;
  /**
   * Called once if the folder can't be read or written, say because the disk is full. Training goes on without
   * keeping images. @default process.emitWarning
   */
  onWarning?: (warning: HpaError) => void;
}

/** How a disk cache has done so far in this process, and what it holds. */
export interface DiskCacheStats {
  /** Images that were found. */
  hits: number;
  /** Images that were not. */
  misses: number;
  /** Of the misses, samples whose content had changed. */
  stale: number;
  /** Images that can be served. */
  entries: number;
  /** Bytes of the files, of all processes. */
  bytes: number;
  /** The bound in bytes. */
  maxBytes: number;
  /** Records and files found damaged, which are not served. */
  discarded: number;
  /** Files in the folder that are not the cache's, which are left alone. */
  foreign: number;
  /** Why images are no longer kept; undefined while they are. */
  disabled: HpaError | undefined;
}

/**
 * Opens a folder as the second level of a dataset's cache, and makes it if it isn't there. Images lie packed in
 * a few append-only files, each with a checksum. Any number of processes may share the folder: they see each
 * other's images, and together keep the bound at every moment. A process that is killed, or a power cut, costs
 * at most the images being written. Nothing is synced to the platter: what is lost or torn is found by its
 * checksum, and a miss.
 *
 * An image is served for the same preprocessing, and for the same stamp or else the same digest of its source.
 * Sources without `identify` are not cached on disk. The folder must be local, and written to only by those
 * whose pixels you trust.
 *
 * @param dir - path of the folder; give it to the cache alone
 * @throws RangeError for a `maxBytes` that is not a positive integer or a negative `keepUsedMs`. A folder that
 *   can't be used is a warning.
 * @example
 * const disk = await openDiskCache('.cache/hpa', { maxBytes: 20e9 });
 * const dataset = new HpaDataset(source, { imageSize: 192, cache: { maxBytes: 2e9, disk } });
 */
export async function openDiskCache(dir: string, options: DiskCacheOptions): Promise<PackedDiskCache> {
  const cache = new PackedDiskCache(dir, options);
  await cache.open();
  return cache;
}

/** What `openDiskCache` gives. Its promises never reject for what is wrong with the folder. */
export class PackedDiskCache implements DiskCache {
  private readonly store: PackStore;
  private readonly options: DiskCacheOptions;
  private closed = false;
  private disabled: HpaError | undefined;
  private hits = 0;
  private misses = 0;
  private stale = 0;

  constructor(dir: string, options: DiskCacheOptions) {
    const { maxBytes, keepUsedMs = 600_000 } = options;
    if (!Number.isSafeInteger(maxBytes) || maxBytes < 1)
      throw new RangeError(`maxBytes must be a positive integer. Received ${maxBytes}.`);
    if (!(keepUsedMs >= 0)) throw new RangeError(`keepUsedMs must be 0 or more. Received ${keepUsedMs}.`);
    this.options = options;
    this.store = new PackStore(resolve(dir), { maxBytes, keepUsedMs });
  }

  /** Indexes what is in the folder; `openDiskCache` has done so. */
  async open(): Promise<void> {
    await this.store.open().catch(this.disable);
  }

  /** What it holds, and how often it had what was asked for. */
  get stats(): DiskCacheStats {
    const { hits, misses, stale, disabled, store } = this;
    const { packs, foreign } = listOrNothing(store.dir);
    return {
      hits,
      misses,
      stale,
      entries: store.index.size,
      bytes: packs.reduce((sum, { size }) => sum + size, 0),
      maxBytes: this.options.maxBytes,
      discarded: store.discarded,
      foreign,
      disabled,
    };
  }

  /**
   * The image of the key, which is the caller's; undefined when it isn't there, damaged or stale. A hit by name
   * and stamp does not ask for the digest.
   *
   * @throws what the key's `digest` throws
   */
  async get(key: DiskCacheKey): Promise<CellImage | undefined> {
    if (this.closed) return undefined;
    const { index } = this.store;
    const { name, stamp } = namesOf(key);
    const readByStamp = () => this.read(index.contentAt(name, stamp));
    let image = await readByStamp();
    if (!image) {
      await this.store.refresh().catch(this.disable);
      image = await readByStamp();
    }
    // Without anything to find or to keep, the content need not be read.
    if (!image && !(this.disabled && index.size === 0)) {
      const content = await contentOf(key);
      image = await this.read(content);
      if (image && stamp !== NO_STAMP) await this.append({ name, stamp, content }, undefined);
      if (!image && (index.contentOf(name) ?? content) !== content) this.stale++;
    }
    if (image) this.hits++;
    else this.misses++;
    return image;
  }

  /**
   * Keeps the image, unless it is larger than the bound or only files in use could make room for it.
   *
   * @throws what the key's `digest` throws
   */
  async set(key: DiskCacheKey, image: CellImage): Promise<void> {
    if (this.closed || this.disabled) return;
    await this.append({ ...namesOf(key), content: await contentOf(key) }, image);
  }

  /** Deletes all images, also those that other processes keep here. */
  async clear(): Promise<void> {
    await this.store.clear().catch(this.disable);
  }

  /** Gives the files back once what is being written is there. The cache then has nothing and keeps nothing. */
  async close(): Promise<void> {
    this.closed = true;
    await this.store.close().catch(() => undefined);
  }

  private async read(content: string | undefined): Promise<CellImage | undefined> {
    return content === undefined ? undefined : this.store.read(content);
  }

  private async append(...record: Parameters<PackStore['append']>): Promise<void> {
    if (this.closed || this.disabled) return;
    await this.store.append(...record).catch(this.disable);
  }

  private readonly disable = (cause: unknown): void => {
    if (this.disabled || this.closed) return;
    const file = this.store.dir;
    const reason = `The disk cache keeps no more images: ${(cause as Error).message}`;
    this.disabled = new HpaError('file-unwritable', reason, { file, cause });
    const { onWarning = emitWarning } = this.options;
    onWarning(this.disabled);
  };
}

function namesOf({ name, preprocessing, stamp }: DiskCacheKey): { name: string; stamp: string } {
  return {
    name: hashOf('name', name, preprocessing),
    stamp: stamp === undefined ? NO_STAMP : hashOf('stamp', stamp),
  };
}

async function contentOf(key: DiskCacheKey): Promise<string> {
  return hashOf('content', await key.digest(), key.preprocessing);
}

function listOrNothing(dir: string): ReturnType<typeof listFolder> {
  try {
    return listFolder(dir);
  } catch {
    return { packs: [], foreign: 0 };
  }
}
