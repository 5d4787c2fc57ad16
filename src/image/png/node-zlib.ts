/**
 * Node's zlib without importing it, so that the same file runs in browsers. There the web's compression streams do
 * the work.
 */
import { HpaError } from '../../errors';
import { nodeBuiltin } from '../../node-builtin';

interface ZlibOptions {
  chunkSize?: number;
  maxOutputLength?: number;
  info?: true;
}

/** The part of `node:zlib` that is used here. */
export interface NodeZlib {
  inflate(
    data: Uint8Array,
    options: ZlibOptions,
    done: (error: Error | null, result: { buffer: Uint8Array; engine: { bytesWritten: number } }) => void,
  ): void;
  inflateSync(
    data: Uint8Array,
    options: ZlibOptions,
  ): { buffer: Uint8Array; engine: { bytesWritten: number } };
  deflate(
    data: Uint8Array,
    options: ZlibOptions,
    done: (error: Error | null, result: Uint8Array) => void,
  ): void;
  crc32?(data: Uint8Array, value?: number): number;
}

/**
 * Which implementation of deflate to use: `'auto'` takes Node's zlib where it is there. `'sync'` inflates with it on
 * the calling thread, for workers that have nothing else to do, and is `'auto'` where there is no zlib.
 */
export type DeflateEngine = 'auto' | 'zlib' | 'web' | 'sync';

/** Node's zlib, or `undefined` for the web path. */
export function chooseZlib(engine: DeflateEngine): NodeZlib | undefined {
  if (engine === 'web') return undefined;
  const zlib = nodeBuiltin('node:zlib') as NodeZlib | undefined;
  if (engine === 'zlib' && zlib === undefined) {
    throw new HpaError(
      'engine-unavailable',
      "node:zlib is not there: use 'auto' or 'web', or Node 20.16 or later",
    );
  }
  return zlib;
}
