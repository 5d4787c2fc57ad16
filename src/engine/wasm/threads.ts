/** Threads that help the calling one: each holds an instance of the kernels on the same memory and waits for work. */

/** What a thread needs to begin. */
export interface ThreadStart {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  /** Where its stack ends; it grows downwards. */
  readonly stackTop: number;
  readonly pool: number;
}

/** A worker thread of this platform. */
export interface Thread {
  /** Hands `start` to the thread; resolves when it calls `ready`. */
  start(start: ThreadStart): Promise<void>;
  terminate(): void;
}

/** Makes a thread that runs `SERVE_SOURCE` with what it is handed. */
export type CreateThread = () => Thread;

/** The source of a function (start, ready) that serves the pool and never returns to its event loop. */
export const SERVE_SOURCE = `async ({ module, memory, stackTop, pool }, ready) => {
  const { exports } = await WebAssembly.instantiate(module, { env: { memory } });
  exports.__stack_pointer.value = stackTop;
  ready();
  exports.worker_loop(pool);
}`;

/** How long a thread may take to start before the engine goes on without it. */
const START_MILLISECONDS = 10_000;

/**
 * Starts threads that serve `pool`.
 *
 * @param stackTops one address for each thread wanted
 * @returns how many serve, fewer where the host has none to give (a page's policy can forbid workers), and how to end them
 */
export async function startThreads(
  createThread: CreateThread,
  start: Omit<ThreadStart, 'stackTop'>,
  stackTops: readonly number[],
): Promise<{ count: number; terminate: () => void }> {
  const threads: Thread[] = [];
  const starts = await Promise.allSettled(
    stackTops.map(async (stackTop) => {
      const thread = createThread();
      threads.push(thread);
      await within(START_MILLISECONDS, thread.start({ ...start, stackTop }));
    }),
  );
  const terminate = () => {
    for (const thread of threads) thread.terminate();
  };
  const count = starts.filter(({ status }) => status === 'fulfilled').length;
  return { count, terminate };
}

function within<T>(milliseconds: number, promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new Error(`no answer in ${milliseconds} ms`));
    }, milliseconds);
    promise.then(resolve, reject).finally(() => {
      clearTimeout(timer);
    });
  });
}

/** Whether the calling thread may sleep while it waits: a browser's main thread may not. */
export function mayBlock(): boolean {
  return typeof (globalThis as { document?: unknown }).document === 'undefined';
}
