/**
 * Decoding in worker threads: jobs and pixels change hands without being copied. Whoever makes a pool says how a
 * worker is made; Node's and browsers' ways are in `node/` and `browser/`.
 */
import { HpaError, throwIfAborted } from '../errors';
import type { CellImage } from '../image/cell-image';
import type { StackDecoder, StackJob } from '../image/decode-stack';
import { fromPlainError, type JobMessage, type ResultMessage } from './protocol';

/** A worker as the pool sees it. */
export interface PoolWorker {
  post(message: JobMessage, transfer: ArrayBuffer[]): void;
  /** Whether it has work: an idle one should not keep the process alive. */
  setBusy(busy: boolean): void;
  terminate(): void;
}

export type CreatePoolWorker = (
  onResult: (message: ResultMessage) => void,
  onFailure: (reason: Error) => void,
) => PoolWorker;

/** A `StackDecoder` that works in other threads: pass it as the `decoder` of a source. */
export interface DecoderPool extends StackDecoder {
  /** How many workers there are at most; they start with the first jobs. */
  readonly workers: number;
  /** Ends the workers; jobs that are not done fail. Optional in Node, where idle workers end with the process. */
  close(): void;
}

interface Task {
  job: StackJob;
  signal: AbortSignal | undefined;
  resolve: (image: CellImage) => void;
  reject: (error: unknown) => void;
}

interface Slot {
  worker: PoolWorker | undefined;
  tasks: Map<number, Task>;
}

// One under way, and the next already there, so that the worker need not wait for this thread.
const TASKS_AT_A_WORKER = 2;

/** @throws RangeError unless `workers` is a positive integer */
export function makeDecoderPool(workers: number, createWorker: CreatePoolWorker): DecoderPool {
  if (!Number.isInteger(workers) || workers < 1)
    throw new RangeError(`workers must be a positive integer. Received ${workers}.`);
  const slots = Array.from({ length: workers }, (): Slot => ({ worker: undefined, tasks: new Map() }));
  const waiting: Task[] = [];
  let nextId = 0;
  let closed = false;

  /** The worker is gone: what it had fails, and the next job starts another. */
  const lose = (slot: Slot, error: Error) => {
    slot.worker?.terminate();
    slot.worker = undefined;
    const lost = [...slot.tasks.values()];
    slot.tasks.clear();
    for (const { job, reject } of lost)
      reject(
        new HpaError('worker-failed', `The worker that decoded it ended: ${error.message}`, {
          sample: job.sample,
          cause: error,
        }),
      );
  };

  const start = (slot: Slot): PoolWorker =>
    createWorker(
      (message) => {
        const task = slot.tasks.get(message.id);
        slot.tasks.delete(message.id);
        if (slot.tasks.size === 0) slot.worker?.setBusy(false);
        if ('image' in message) task?.resolve(message.image);
        else task?.reject(fromPlainError(message.error));
        dispatch();
      },
      (error) => {
        lose(slot, error);
        dispatch();
      },
    );

  const dispatch = () => {
    while (waiting.length > 0) {
      const slot = slots.reduce((least, other) => (other.tasks.size < least.tasks.size ? other : least));
      if (slot.tasks.size >= TASKS_AT_A_WORKER) return;
      const task = waiting.shift()!;
      const id = nextId++;
      // Jobs take milliseconds: one under way ends by itself, and needs no listener on its signal.
      if (task.signal?.aborted) {
        task.reject(new HpaError('aborted', 'Loading an image was aborted', { cause: task.signal.reason }));
        continue;
      }
      slot.tasks.set(id, task);
      try {
        slot.worker ??= start(slot);
        slot.worker.setBusy(true);
        const { message, transfer } = pack(id, task.job);
        slot.worker.post(message, transfer);
      } catch (error) {
        slot.tasks.delete(id);
        task.reject(error);
      }
    }
  };

  const decode: StackDecoder = async (job, { signal } = {}) => {
    throwIfAborted(signal, 'Loading an image');
    if (closed) throw new Error('The decoder pool is closed. Make another with decoderPool().');
    const image = await new Promise<CellImage>((resolve, reject) => {
      waiting.push({ job, signal, resolve, reject });
      dispatch();
    });
    throwIfAborted(signal, 'Loading an image');
    return image;
  };
  return Object.assign(decode, {
    workers,
    close: () => {
      closed = true;
      for (const slot of slots) lose(slot, new Error('the pool was closed'));
      for (const task of waiting.splice(0)) task.reject(new Error('The decoder pool was closed.'));
    },
  });
}

/** Buffers are handed over where the file's bytes are all that they hold; else the bytes are copied. */
function pack(id: number, job: StackJob): { message: JobMessage; transfer: ArrayBuffer[] } {
  const files = job.files.map(({ name, bytes }) => {
    const whole = bytes.byteLength === bytes.buffer.byteLength && bytes.buffer instanceof ArrayBuffer;
    return { name, bytes: whole ? new Uint8Array(bytes.buffer) : new Uint8Array(bytes) };
  });
  const transfer = new Set(files.map(({ bytes }) => bytes.buffer));
  return { message: { id, job: { ...job, files } }, transfer: [...transfer] };
}
