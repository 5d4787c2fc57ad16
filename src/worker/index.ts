/** 'hpa-kit/worker': the script of a worker thread that decodes samples for a `decoderPool`, in Node and browsers. */
import { decodeStack } from '../image/decode-stack';
import { toPlainError, type JobMessage, type ResultMessage } from './protocol';

interface Port {
  postMessage(message: ResultMessage, transfer: ArrayBuffer[]): void;
}

async function serve({ id, job }: JobMessage, port: Port): Promise<void> {
  try {
    // This thread has nothing else to do: waiting for zlib's own threads would only take others' cores.
    const image = await decodeStack(job, { inflate: 'sync' });
    port.postMessage({ id, image }, [image.data.buffer as ArrayBuffer]);
  } catch (error) {
    port.postMessage({ id, error: toPlainError(error) }, []);
  }
}

const { process } = globalThis as { process?: { getBuiltinModule?: (id: string) => unknown } };
const threads = process?.getBuiltinModule?.('node:worker_threads') as
  | { parentPort: (Port & { on(event: 'message', take: (message: JobMessage) => void): void }) | null }
  | undefined;
if (threads?.parentPort) {
  const port = threads.parentPort;
  port.on('message', (message: JobMessage) => void serve(message, port));
} else if (typeof self !== 'undefined' && 'postMessage' in self) {
  const port = self as unknown as Port & { onmessage: (event: MessageEvent<JobMessage>) => void };
  port.onmessage = ({ data }) => void serve(data, port);
}
