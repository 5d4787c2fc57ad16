/** Weights from a server, which are used only if they are those that they should be. */
import { checkFetchOptions, resolveUrl } from '../../data/sources/fetch-bytes';
import { fileBound } from '../../data/sources/file-size';
import { subtleCrypto } from '../../data/sources/sha256';
import { withContext } from '../../errors';
import { besides, fetchOrKept, type DownloadOptions } from './download';
import { readWeights } from './read-weights';
import { tfjsShardPaths } from './tfjs-manifest';
import { readTfjsWeights } from './tfjs-weights';
import type { WeightFile } from './weight-file';

/** Options of `fetchWeights`. */
export interface FetchWeightsOptions extends DownloadOptions {
  /**
   * The SHA-256 that the file must have, as 64 hexadecimal digits, as `sha256sum` prints it. Of a `model.json` of
   * tfjs: an object with those of all its files by name, `model.json` and the shards.
   */
  sha256: string | Readonly<Record<string, string>>;
  /** The most that all files together may have. @default 2 ** 30 */
  maxBytes?: number;
}

/**
 * Downloads a file of weights, or takes it from the cache, and reads it as `readWeights` does. Nothing else in this
 * package downloads weights, and there is no list of them: the URL and the hash are the caller's.
 *
 * The hash is checked before the file is read or kept. The shards of a `model.json` must lie beside it; a query of
 * its URL is used for them too.
 *
 * @param url - absolute, or from the page's on
 * @throws HpaError `file-checksum` for another file than expected, `file-missing` for 404 and 410, `fetch-failed` for
 *   other refusals, cut-off answers and servers that stall, when the retries are used up, `file-too-large`, `aborted`,
 *   `engine-unavailable` on pages that have no `crypto.subtle`, all with the URL; and what reading throws. TypeError
 *   for a `sha256` that is none; RangeError for other options that can't be
 * @example
 * const weights = await fetchWeights('https://example.org/densenet121.safetensors', {
 *   sha256: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
 *   cache: weightCache('weights'), // of 'hpa-kit/node'
 *   onProgress: terminalProgress(),
 * });
 * const model = await buildModel('densenet121', { weights });
 */
export async function fetchWeights(url: string | URL, options: FetchWeightsOptions): Promise<WeightFile> {
  checkFetchOptions(options);
  let bytesLeft = fileBound(options.maxBytes, 'maxBytes');
  const hashes = hashesOf((options as Partial<FetchWeightsOptions>).sha256);
  const { href } = resolveUrl(String(url));
  // Not after a long download.
  named(href, subtleCrypto);
  const take = async (file: string, hash: string) => {
    const bytes = await fetchOrKept(file, hash, bytesLeft, options);
    bytesLeft = Math.max(0, bytesLeft - bytes.length);
    return bytes;
  };
  if (typeof hashes === 'string') return readWeights(await take(href, hashes), { file: href });

  const hashFor = (name: string) => {
    if (Object.hasOwn(hashes, name)) return hashes[name]!;
    throw new TypeError(`sha256 must have the hash of "${name}". It has ${Object.keys(hashes).join(', ')}`);
  };
  const modelJson = await take(href, hashFor(nameOf(href)));
  const shards = tfjsShardPaths(modelJson, href).map((path) => ({
    path,
    url: besides(href, path),
    hash: hashFor(path),
  }));
  const get = (path: string) => {
    const shard = shards.find((other) => other.path === path)!;
    return take(shard.url, shard.hash);
  };
  return readTfjsWeights(modelJson, { get }, { file: href });
}

function hashesOf(given: unknown): string | Record<string, string> {
  if (typeof given === 'object' && given !== null)
    return Object.fromEntries(Object.entries(given).map(([name, hash]) => [name, checkHash(hash, name)]));
  return checkHash(given, 'sha256');
}

function checkHash(hash: unknown, name: string): string {
  if (typeof hash === 'string' && /^[0-9a-f]{64}$/i.test(hash)) return hash.toLowerCase();
  throw new TypeError(`${name} must be 64 hexadecimal digits. Received ${JSON.stringify(hash)}`);
}

/** The last part of a URL's path. */
function nameOf(url: string): string {
  const name = new URL(url).pathname.split('/').at(-1)!;
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

function named<T>(file: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw withContext(error, { file });
  }
}
