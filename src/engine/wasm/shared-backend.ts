/**
 * tfjs's WebAssembly backend on a memory that threads can share. tfjs itself has one, for pages that are
 * cross-origin isolated, and starts eight workers of its own for it; they don't start in Node. Here its kernels
 * stay on the calling thread, and the threads are ours: see threads.ts.
 */
import { BackendWasm, setThreadsCount } from '@tensorflow/tfjs-backend-wasm';
import createModule from '@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm-threaded-simd.js';
import type { WasmPaths } from './paths';

const BINARY = 'tfjs-backend-wasm-threaded-simd.wasm';

type BackendModule = ConstructorParameters<typeof BackendWasm>[0];

/** What the typings leave out. */
interface Emscripten {
  cwrap(name: string, result: null | 'number', args: 'number'[]): (...args: number[]) => number;
  tfjs: unknown;
}

/** @throws Error when the binary cannot be loaded */
export async function createSharedBackend(wasmPaths?: WasmPaths): Promise<BackendWasm> {
  const locateFile = (file: string, folder: string): string => {
    if (!file.endsWith('.wasm')) return file;
    if (typeof wasmPaths === 'string') return wasmPaths.replace(/\/?$/, '/') + file;
    return wasmPaths?.[BINARY] ?? folder + file;
  };
  const module = (await withoutItsWorkers(() =>
    withoutItsListeners(() => createModule({ locateFile })),
  )) as unknown as Emscripten;
  module.tfjs = {
    init: module.cwrap('init', null, []),
    initWithThreadsCount: module.cwrap('init_with_threads_count', null, ['number']),
    getThreadsCount: module.cwrap('get_threads_count', 'number', []),
    registerTensor: module.cwrap('register_tensor', null, ['number', 'number', 'number']),
    disposeData: module.cwrap('dispose_data', null, ['number']),
    dispose: module.cwrap('dispose', null, []),
  };
  setThreadsCount(1);
  return new BackendWasm(module as unknown as BackendModule);
}

/** Emscripten waits for each worker of its pool to answer once. */
class AbsentWorker {
  onmessage?: (event: { data: unknown }) => void;

  postMessage(): void {
    queueMicrotask(() => this.onmessage?.({ data: { cmd: 'loaded' } }));
  }
  on(): void {}
  ref(): void {}
  unref(): void {}
  terminate(): void {}
}

/** Runs `create`, which makes its workers before it returns and, in Node, sets the global class first. */
function withoutItsWorkers<T>(create: () => T): T {
  const original = Object.getOwnPropertyDescriptor(globalThis, 'Worker');
  Object.defineProperty(globalThis, 'Worker', { configurable: true, get: () => AbsentWorker, set: () => {} });
  try {
    return create();
  } finally {
    if (original) Object.defineProperty(globalThis, 'Worker', original);
    else delete (globalThis as { Worker?: unknown }).Worker;
  }
}

/** In Node, Emscripten turns each unhandled rejection of the whole process into an exception. */
function withoutItsListeners<T>(create: () => T): T {
  const { process } = globalThis as { process?: NodeJS.Process };
  if (typeof process?.rawListeners !== 'function') return create();
  const events = ['uncaughtException', 'unhandledRejection'] as const;
  const before = events.map((event) => process.rawListeners(event));
  try {
    return create();
  } finally {
    events.forEach((event, i) => {
      for (const listener of process.rawListeners(event))
        if (!before[i]!.includes(listener)) process.removeListener(event, listener as () => void);
    });
  }
}
