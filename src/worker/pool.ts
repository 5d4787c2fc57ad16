/**
 * Decoding in worker threads: jobs and pixels change hands without being copied. Whoever makes a pool says how a
 * worker is made; Node's and browsers' ways are in `node/` and `browser/`.
 */
import { HpaError, throwIfAborted } from '../errors';
import type { CellImage } from '../image/cell-image';
import type { StackDecoder, StackDecoderOptions } from '../image/decode-stack';
import { fromPlainError, type JobMessage, type RemoteJob, type ResultMessage } from './protocol';

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
  sample: string;
  resolve: (image: CellImage) => void;
  reject: (error: unknown) => void;
}

interface Slot {
  worker: PoolWorker | undefined;
  tasks: Map<number, Task>;
}

/** @throws RangeError unless `workers` is a positive integer */
export function makeDecoderPool(workers: number, createWorker: CreatePoolWorker): DecoderPool {
  if (!Number.isInteger(workers) || workers < 1)
    throw new RangeError(`workers must be a positive integer. Received ${workers}.`);
  const slots = Array.from({ length: workers }, (): Slot => ({ worker: undefined, tasks: new Map() }));
  let nextId = 0;
  let closed = false;

  /** The worker is gone: what it had fails, and the next job starts another. */
  const lose = (slot: Slot, error: Error) => {
    slot.worker?.terminate();
    slot.worker = undefined;
    const lost = [...slot.tasks.values()];
    slot.tasks.clear();
    const reason = `The worker that decoded it ended: ${error.message}`;
    for (const { sample, reject } of lost)
      reject(new HpaError('worker-failed', reason, { sample, cause: error }));
  };

  const start = (slot: Slot): PoolWorker =>
    createWorker(
      (message) => {
        const task = slot.tasks.get(message.id);
        slot.tasks.delete(message.id);
        if (slot.tasks.size === 0) slot.worker?.setBusy(false);
        if ('image' in message) task?.resolve(message.image);
        else task?.reject(fromPlainError(message.error));
      },
      (error) => {
        lose(slot, error);
      },
    );

  // A job goes to a worker at once, however many wait there: while this thread computes, it could hand out no other.
  const post = (job: RemoteJob): Promise<CellImage> =>
    new Promise((resolve, reject) => {
      const slot = slots.reduce((least, other) => (other.tasks.size < least.tasks.size ? other : least));
      slot.worker ??= start(slot);
      const { message, transfer } = pack(nextId++, job);
      slot.worker.post(message, transfer);
      slot.tasks.set(message.id, { sample: job.sample, resolve, reject });
      slot.worker.setBusy(true);
    });

  const decode = async (job: RemoteJob, { signal }: StackDecoderOptions = {}): Promise<CellImage> => {
    throwIfAborted(signal, 'Loading an image');
    if (closed) throw new Error('The decoder pool is closed. Make another with decoderPool().');
    const image = await post(job);
    throwIfAborted(signal, 'Loading an image');
    return image;
  };
  return Object.assign(decode, {
    readAndDecode: decode,
    workers,
    close: () => {
      closed = true;
      for (const slot of slots) lose(slot, new Error('the pool was closed'));
    },
  });
}

/** Buffers are handed over where the file's bytes are all that they hold; else the bytes are copied. */
function pack(id: number, job: RemoteJob): { message: JobMessage; transfer: ArrayBuffer[] } {
  const transfer = new Set<ArrayBuffer>();
  const files = job.files.map((file) => {
    if ('unread' in file) return file;
    const { name, bytes } = file;
    const whole = bytes.byteLength === bytes.buffer.byteLength && bytes.buffer instanceof ArrayBuffer;
    const own = whole ? new Uint8Array(bytes.buffer) : new Uint8Array(bytes);
    transfer.add(own.buffer);
    return { name, bytes: own };
  });
  return { message: { id, job: { ...job, files } }, transfer: [...transfer] };
}
