/** Decoding on several cores in Node. */
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { makeDecoderPool, type CreatePoolWorker, type DecoderPool } from '../worker/pool';

/** Options of `decoderPool`. */
export interface DecoderPoolOptions {
  /** Worker threads at most. @default the cores there are */
  workers?: number;
}

/**
 * A pool of threads that decode, stack and resize samples while this one trains. Pixels are handed over, not
 * copied, and are the same as without it. Idle threads do not keep the process alive.
 *
 * @throws RangeError unless `workers` is a positive integer. Jobs reject with what decoding throws; `worker-failed`
 *   when a thread ends, for want of memory for instance: the next job starts another
 * @example
 * const source = await openFolder('train', { labels: 'train.csv', decoder: decoderPool() });
 */
export function decoderPool({ workers = availableParallelism() }: DecoderPoolOptions = {}): DecoderPool {
  return makeDecoderPool(workers, createWorker);
}

const createWorker: CreatePoolWorker = (onResult, onFailure) => {
  const script = createRequire(import.meta.url).resolve('hpa-kit/worker');
  // Without the flags of this process, such as loaders: the script is plain JavaScript.
  const worker = new Worker(script, { execArgv: [] });
  let ended = false;
  const end = (error: Error) => {
    if (!ended) onFailure(error);
    ended = true;
  };
  worker.on('message', onResult);
  worker.on('error', end);
  worker.on('exit', (code) => {
    end(new Error(`it exited with code ${code}`));
  });
  return {
    post: (message, transfer) => {
      worker.postMessage(message, transfer);
    },
    setBusy: (busy) => {
      if (busy) worker.ref();
      else worker.unref();
    },
    terminate: () => {
      ended = true;
      void worker.terminate();
    },
  };
};
