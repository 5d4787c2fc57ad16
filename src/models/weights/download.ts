/** Files from a server whose digests are known, through a cache and with progress. */
import { fetchBytes, type FetchOptions } from '../../data/sources/fetch-bytes';
import { sha256 } from '../../data/sources/sha256';
import { HpaError, throwIfAborted, withContext } from '../../errors';
import type { DownloadProgress } from '../../progress';
import { isFileName } from './tfjs-manifest';
import type { WeightCache } from './weight-cache';

export interface DownloadOptions extends FetchOptions {
  /** Where to look first and what to keep the files in, such as `weightCache` of the platform. @default none */
  cache?: WeightCache | undefined;
  /** Stops with an `HpaError` of code `aborted`. */
  signal?: AbortSignal | undefined;
  /** Called for each piece that comes, and at the end of each file. Not for files that the cache had. */
  onProgress?: ((progress: DownloadProgress) => void) | undefined;
}

/** The URL of a file in the same folder. A model.json from a stranger must not have others fetched. */
export function besides(url: string, name: string): string {
  if (!isFileName(name))
    throw new HpaError(
      'weights-invalid',
      `Shards must lie beside the model. Received ${JSON.stringify(name)}`,
      {
        file: url,
      },
    );
  const sibling = new URL(url);
  sibling.pathname = sibling.pathname.replace(/[^/]*$/, '') + encodeURIComponent(name);
  return sibling.href;
}

/**
 * The file with this digest: from the cache, if it has it unharmed, or downloaded, checked and kept.
 *
 * @throws HpaError `file-checksum`, and what `download` throws
 */
export async function fetchOrKept(
  url: string,
  hash: string,
  maxBytes: number,
  options: DownloadOptions,
): Promise<Uint8Array> {
  const { cache, signal } = options;
  const key = keyOf(url, hash);
  const kept = await cache?.get(key);
  if (kept && (await sha256(kept)) === hash) return kept;

  throwIfAborted(signal, 'Fetching weights');
  const bytes = await download(url, maxBytes, options);
  const actual = await sha256(bytes);
  if (actual !== hash)
    throw new HpaError('file-checksum', `${otherKind(bytes)}Its SHA-256 is ${actual}, not ${hash}`, {
      file: url,
    });
  await cache?.set(key, bytes);
  return bytes;
}

/** Without what may be secret or changes from day to day. */
function keyOf(url: string, hash: string): string {
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname}#sha256=${hash}`;
}

/** The bytes at a URL. @throws HpaError of `fetchBytes`, with the URL */
export async function download(
  url: string,
  maxBytes: number,
  { onProgress, signal, ...options }: DownloadOptions,
): Promise<Uint8Array> {
  const start = performance.now();
  let [done, total]: [number, number | undefined] = [0, undefined];
  const report = (ended: boolean) => {
    const seconds = (performance.now() - start) / 1000;
    const bytesPerSecond = seconds > 0 ? done / seconds : 0;
    const isKnown = total !== undefined && bytesPerSecond > 0;
    const secondsLeft = isKnown ? Math.max(0, total! - done) / bytesPerSecond : Infinity;
    onProgress?.({ phase: 'download', file: url, done, total, bytesPerSecond, secondsLeft, ended });
  };
  const onReceived = (received: number, announced: number | undefined) => {
    [done, total] = [received, announced];
    report(false);
  };
  try {
    return await fetchBytes(url, maxBytes, options, signal, { onReceived, boundName: 'maxBytes' });
  } catch (error) {
    throw withContext(error, { file: url });
  } finally {
    report(true);
  }
}

/** What servers are known to send in the place of a file. */
function otherKind(bytes: Uint8Array): string {
  const start = new TextDecoder().decode(bytes.subarray(0, 64)).trimStart();
  if (start.startsWith('version https://git-lfs'))
    return 'This is a pointer of Git LFS, not the file itself. ';
  return start.startsWith('<')
    ? 'This is a web page, not the file. '
    : 'This is another file than expected. ';
}
