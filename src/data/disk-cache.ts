/** The cache's second level, which outlives the process: what a dataset needs of it, and how it is asked. */
import type { CellImage } from '../image/cell-image';
import type { ImageSource } from './source';

/**
 * Part of every key on disk. To be raised by whoever changes the pixels that a decoder, stacking or resizing
 * gives for the same bytes, so that older pixels are not taken for today's.
 */
export const PIXELS_VERSION = 1;

/** What an image on disk is known by. */
export interface DiskCacheKey {
  /** Source, channels and sample. */
  readonly name: string;
  /** All that is done to the content before the first random step, the version of this library's pixels included. */
  readonly preprocessing: string;
  /** While it stays the same for a name, so does the content; absent where the source has none. */
  readonly stamp: string | undefined;
  /** A digest of the content, computed once however often it is asked for. It may read the content. */
  digest(): Promise<string>;
}

/**
 * A second level for the dataset's cache, such as `openDiskCache` gives. An image may be handed out for a key
 * of the same `preprocessing`, and of the same digest or else the same name and stamp.
 *
 * @example
 * const disk: DiskCache = {
 *   get: async (key) => await store.get(key.preprocessing + (await key.digest())),
 *   set: async (key, image) => await store.put(key.preprocessing + (await key.digest()), image),
 * };
 */
export interface DiskCache {
  /** The image, which the caller owns and may keep; undefined when it isn't there. */
  get(key: DiskCacheKey): Promise<CellImage | undefined>;
  /** Keeps the image if it can. The caller leaves its pixels unchanged. */
  set(key: DiskCacheKey, image: CellImage): Promise<unknown>;
}

/** One sample to be had from disk or else from its source. */
export interface DiskCacheRequest {
  source: ImageSource;
  index: number;
  /** Size of the image, when the dataset asks for one. */
  size: readonly [height: number, width: number] | undefined;
  /** Loads and resizes the sample. */
  load: () => Promise<CellImage>;
}

/**
 * The image from disk, or else from the source and then kept on disk. It is kept only if the source says after
 * loading what it said before: pixels of a file that changed meanwhile would stand under the wrong digest.
 */
export async function loadThroughDisk(
  disk: DiskCache,
  { source, index, size, load }: DiskCacheRequest,
): Promise<{ image: CellImage; fromDisk: boolean }> {
  const key = await identify(source, index, size);
  const kept = key && (await disk.get(key).catch(unless(key.failed)));
  if (kept && fits(kept, source, size)) return { image: kept, fromDisk: true };
  const image = await load();
  if (key && !key.failed() && (await key.holds())) await disk.set(key, image).catch(unless(key.failed));
  return { image, fromDisk: false };
}

/** A key, whether its digest could not be had, and whether it is still true. */
interface CheckedKey extends DiskCacheKey {
  readonly failed: () => boolean;
  readonly holds: () => Promise<boolean>;
}

/** Undefined for a source that can't identify its samples, or not this one: loading says what is wrong with it. */
async function identify(
  source: ImageSource,
  index: number,
  size: DiskCacheRequest['size'],
): Promise<CheckedKey | undefined> {
  const look = async () => source.identify?.(index);
  const identity = await look().catch(() => undefined);
  if (!identity) return undefined;
  const { stamp } = identity;
  let digest: Promise<string> | undefined;
  let failed = false;
  /** A digest that belongs to the stamp: nothing changed while it was computed. */
  const computeDigest = async () => {
    try {
      const value = await identity.digest();
      if (stamp !== undefined && (await look())?.stamp !== stamp) throw new Error('The sample is changing');
      return value;
    } catch (error) {
      failed = true;
      throw error;
    }
  };
  const key: CheckedKey = {
    name: JSON.stringify([source.name, source.channels, source.ids[index]]),
    preprocessing: JSON.stringify({
      pixels: PIXELS_VERSION,
      channels: source.channels,
      size,
      resize: 'area',
    }),
    stamp,
    digest: () => (digest ??= computeDigest()),
    failed: () => failed,
    holds: async () => {
      try {
        const now = await look();
        return stamp === undefined ? (await now?.digest()) === (await key.digest()) : now?.stamp === stamp;
      } catch {
        return false;
      }
    },
  };
  return key;
}

/** Goes on without the disk when the sample's digest could not be had; other errors are the cache's own. */
function unless(failed: () => boolean): (error: unknown) => undefined {
  return (error) => {
    if (!failed()) throw error;
  };
}

function fits(image: CellImage, source: ImageSource, size: DiskCacheRequest['size']): boolean {
  const [height, width] = size ?? [image.height, image.width];
  return image.channels === source.channels.length && image.height === height && image.width === width;
}
