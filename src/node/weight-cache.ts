/** Downloaded weights in a folder: `weightCache`. */
import { createHash } from 'node:crypto';
import { join, resolve } from 'node:path';
import { emitWarning } from 'node:process';
import { isHpaError, type HpaError } from '../errors';
import type { WeightCache } from '../models/weights/weight-cache';
import { readBytes, writeFileAtomically } from './files';

/** Options of `weightCache`. */
export interface WeightCacheOptions {
  /**
   * Called where the folder can't be read or written; weights then are downloaded all the same.
   * @default process.emitWarning
   */
  onWarning?: (warning: HpaError) => void;
}

/**
 * A folder that `fetchWeights` keeps downloaded files in, a file each, made when it is needed. Nothing is ever
 * deleted but replaced: empty the folder when you like. Any number of processes may share it: a file is written beside
 * its place and then renamed, so that there are only whole ones.
 *
 * @example
 * const weights = await fetchWeights(url, { sha256, cache: weightCache('.cache/weights') });
 */
export function weightCache(dir: string, options: WeightCacheOptions = {}): WeightCache {
  const { onWarning = emitWarning } = options;
  const place = (key: string) => join(resolve(dir), fileName(key));
  const warn = (error: unknown) => {
    if (!isHpaError(error)) throw error;
    if (error.code !== 'file-missing') onWarning(error);
  };
  return {
    get: async (key) => {
      try {
        return await readBytes(place(key));
      } catch (error) {
        warn(error);
        return undefined;
      }
    },
    set: async (key, bytes) => {
      try {
        await writeFileAtomically(place(key), bytes);
      } catch (error) {
        warn(error);
      }
    },
  };
}

/** Told apart by the key's digest, and told by people by the name at the URL's end. */
function fileName(key: string): string {
  const digest = createHash('sha256').update(key).digest('hex').slice(0, 32);
  const name = /([^/#]*)(#[^/]*)?$/
    .exec(key)![1]!
    .replace(/[^\w.-]/g, '_')
    .slice(-80)
    .replace(/\.+$/, '');
  return name ? `${digest}-${name}` : digest;
}
