/** Decoding on several cores in a page. */
import { makeDecoderPool, type CreatePoolWorker, type DecoderPool } from '../worker/pool';

/** Options of `decoderPool`. */
export interface DecoderPoolOptions {
  /** Worker threads at most. @default the cores there are */
  workers?: number;
  /**
   * Makes a worker that runs 'hpa-kit/worker', for pages whose bundler does not find it by itself.
   * @default () => new Worker(new URL('./worker.js', import.meta.url), { type: 'module' })
   */
  createWorker?: () => Worker;
}

/**
 * A pool of workers that decode, stack and resize samples, so that the page stays responsive. Pixels are handed over,
 * not copied, and are the same as without it. Call `close()` when it is no longer needed.
 *
 * @throws RangeError unless `workers` is a positive integer. Jobs reject with what decoding throws, or `worker-failed`
 * @example
 * const source = await openFiles(input.files!, { decoder: decoderPool() });
 */
export function decoderPool(options: DecoderPoolOptions = {}): DecoderPool {
  const { workers = navigator.hardwareConcurrency, createWorker = defaultWorker } = options;
  return makeDecoderPool(workers, wrap(createWorker));
}

// This very form is what bundlers look for.
const defaultWorker = () => new Worker(new URL('./worker.js', import.meta.url), { type: 'module' });

const wrap =
  (create: () => Worker): CreatePoolWorker =>
  (onResult, onFailure) => {
    const worker = create();
    worker.onmessage = ({ data }) => {
      onResult(data as Parameters<typeof onResult>[0]);
    };
    worker.onerror = (event) => {
      event.preventDefault();
      onFailure(new Error(event.message || 'its script could not be loaded'));
    };
    return {
      post: (message, transfer) => {
        worker.postMessage(message, transfer);
      },
      setBusy: () => undefined,
      terminate: () => {
        worker.terminate();
      },
    };
  };
