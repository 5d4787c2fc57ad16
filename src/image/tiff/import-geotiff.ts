/**
 * geotiff, in any thread. Its package `web-worker` takes a thread of Node's for one that it started itself: it reads
 * `workerData`, fails where that is null, and runs what `workerData.mod` names.
 */
import type * as Geotiff from 'geotiff';
import { nodeBuiltin } from '../../node-builtin';

interface WorkerThreads {
  isMainThread: boolean;
  workerData: unknown;
}

let geotiff: Promise<typeof Geotiff> | undefined;

export function importGeotiff(): Promise<typeof Geotiff> {
  return (geotiff ??= withoutWorkerData(() => import('geotiff')));
}

async function withoutWorkerData<T>(work: () => Promise<T>): Promise<T> {
  const threads = nodeBuiltin('node:worker_threads') as WorkerThreads | undefined;
  if (!threads || threads.isMainThread) return work();
  const { workerData } = threads;
  threads.workerData = {};
  try {
    return await work();
  } finally {
    threads.workerData = workerData;
  }
}
