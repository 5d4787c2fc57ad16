/** 'hpa-kit/worker' in browsers: the script of a worker that decodes samples for a `decoderPool`. */
import type { JobMessage, ResultMessage } from '../worker/protocol';
import { serve, type ReadFile } from '../worker/serve';
import { readBlob } from '../data/sources/read-blob';

const port = globalThis as unknown as {
  postMessage(message: ResultMessage, transfer: ArrayBuffer[]): void;
  onmessage: (event: { data: JobMessage }) => void;
};

const read: ReadFile = ({ name, unread, maxFileBytes }) => {
  if (typeof unread === 'string') throw new TypeError(`${name} must be a File. Received a path.`);
  return readBlob(unread, { file: name, maxFileBytes });
};

port.onmessage = ({ data }) => {
  void serve(data, read, (message, transfer) => {
    port.postMessage(message, transfer);
  });
};
