/** 'hpa-kit/worker' in Node: the script of a thread that decodes samples for a `decoderPool`. */
import { parentPort } from 'node:worker_threads';
import type { JobMessage } from '../worker/protocol';
import { serve, type ReadFile } from '../worker/serve';
import { readBytes } from './files';

const read: ReadFile = ({ name, unread, maxFileBytes }) => {
  if (typeof unread !== 'string') throw new TypeError(`${name} must be a path. Received a Blob.`);
  return readBytes(unread, undefined, maxFileBytes);
};

parentPort?.on('message', (message: JobMessage) => {
  void serve(message, read, (result, transfer) => {
    parentPort!.postMessage(result, transfer);
  });
});
