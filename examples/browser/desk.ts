/** The worker as functions that the page can call. */
import type { CallName, Calls, CallMessage, WorkerMessage } from './protocol';

export interface DeskOptions {
  /** Called with how much of a file has come, from 0 to 1, or undefined where that isn't known. */
  onProgress: (part: number | undefined) => void;
  /** Called when the worker can't go on. */
  onFailure: (message: string) => void;
}

/** Starts the worker. */
export function openDesk({ onProgress, onFailure }: DeskOptions): Calls {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
  const waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
  worker.onmessage = ({ data }: MessageEvent<WorkerMessage>) => {
    if ('progress' in data) {
      onProgress(data.progress);
      return;
    }
    const { resolve, reject } = waiting.get(data.call)!;
    waiting.delete(data.call);
    if ('error' in data) reject(new Error(data.error));
    else resolve(data.value);
  };
  worker.onerror = ({ message }) => {
    onFailure(`The worker stopped: ${message || 'its script could not be loaded'}`);
  };
  let calls = 0;
  const caller =
    <Name extends CallName>(name: Name) =>
    (argument: Parameters<Calls[Name]>[0]) =>
      new Promise<unknown>((resolve, reject) => {
        const message: CallMessage = { call: calls++, name, argument };
        waiting.set(message.call, { resolve, reject });
        worker.postMessage(message);
      }) as ReturnType<Calls[Name]>;
  return { load: caller('load'), predict: caller('predict'), explain: caller('explain') };
}
