/** Threads of the WebAssembly engine in browsers. */
import { SERVE_SOURCE, type Thread } from '../engine/wasm/threads';

const SOURCE = `const serve = ${SERVE_SOURCE};
onmessage = ({ data }) => serve(data, () => postMessage('ready'));`;

/** Makes a thread, from a blob: a page's policy (`worker-src`) can forbid that. */
export function createWebThread(): Thread {
  const url = URL.createObjectURL(new Blob([SOURCE], { type: 'text/javascript' }));
  const worker = new Worker(url);
  return {
    start: (start) =>
      new Promise<void>((resolve, reject) => {
        worker.onerror = (event) => {
          reject(new Error(event.message));
        };
        worker.onmessage = () => {
          resolve();
        };
        worker.postMessage(start);
      }).finally(() => {
        URL.revokeObjectURL(url);
      }),
    terminate: () => {
      worker.terminate();
    },
  };
}
