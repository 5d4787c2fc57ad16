/** Where downloaded weights are kept: anything with `get` and `set`. */

/**
 * What `fetchWeights` needs of a cache, synchronous or not; a `Map` will do. Keys are strings made of URL and
 * SHA-256. What it gives is checked by its SHA-256 each time, so that a damaged entry is only fetched again.
 */
export interface WeightCache {
  /** The bytes kept under a key, if there are any. */
  get: (key: string) => Uint8Array | undefined | Promise<Uint8Array | undefined>;
  /** Keeps the bytes in the place of what was there. */
  set: (key: string, bytes: Uint8Array) => unknown;
}
