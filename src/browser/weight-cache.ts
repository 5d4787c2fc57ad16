/** Downloaded weights in the browser's CacheStorage: `weightCache`. */
import { HpaError } from '../errors';
import type { WeightCache } from '../models/weights/weight-cache';

/** Options of `weightCache`. */
export interface WeightCacheOptions {
  /** Name of the cache in CacheStorage. @default 'hpa-kit-weights' */
  name?: string;
  /**
   * Called where the browser can't read or keep weights, say because the page's quota is used up; they then are
   * downloaded all the same.
   * @default console.warn
   */
  onWarning?: (warning: HpaError) => void;
}

/**
 * A cache that `fetchWeights` keeps downloaded files in, for all pages and workers of this origin, until the browser
 * clears it or `caches.delete('hpa-kit-weights')` does.
 *
 * @throws HpaError `engine-unavailable` on pages that are neither served by HTTPS nor from this machine
 * @example
 * const weights = await fetchWeights(url, { sha256, cache: weightCache() });
 */
export function weightCache(options: WeightCacheOptions = {}): WeightCache {
  const { name = 'hpa-kit-weights', onWarning = console.warn } = options;
  const { caches } = globalThis as { caches?: CacheStorage };
  if (!caches)
    throw new HpaError(
      'engine-unavailable',
      'Keeping weights needs CacheStorage, which browsers keep for pages served by HTTPS or from localhost',
    );
  const attempt = async <T>(what: string, work: (cache: Cache) => Promise<T>): Promise<T | undefined> => {
    try {
      return await work(await caches.open(name));
    } catch (cause) {
      const reason = `The weights can't be ${what} the browser's cache: ${(cause as Error).message}`;
      onWarning(new HpaError('file-unwritable', reason, { file: name, cause }));
      return undefined;
    }
  };
  return {
    get: (key) =>
      attempt('read from', async (cache) => {
        const response = await cache.match(requestFor(key));
        return response && new Uint8Array(await response.arrayBuffer());
      }),
    set: (key, bytes) =>
      attempt('kept in', (cache) =>
        cache.put(requestFor(key), new Response(bytes as Uint8Array<ArrayBuffer>)),
      ),
  };
}

/** CacheStorage has URLs for keys, of which it leaves out what follows a #. Nothing is ever fetched from this one. */
const requestFor = (key: string) => `https://hpa-kit.invalid/${encodeURIComponent(key)}`;
