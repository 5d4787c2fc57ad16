/** Threads of the WebAssembly engine in Node. */
import { Worker } from 'node:worker_threads';
import { SERVE_SOURCE, type Thread } from '../engine/wasm/threads';

const SOURCE = `const { parentPort } = require('node:worker_threads');
const serve = ${SERVE_SOURCE};
parentPort.once('message', (start) => serve(start, () => parentPort.postMessage('ready')));`;

/** Makes a thread that does not keep the process alive. */
export function createNodeThread(): Thread {
  const worker = new Worker(SOURCE, { eval: true, execArgv: [] });
  return {
    start: (start) =>
      new Promise((resolve, reject) => {
        worker.once('error', reject);
        worker.once('message', () => {
          worker.unref();
          resolve();
        });
        worker.postMessage(start);
      }),
    terminate: () => void worker.terminate(),
  };
}
