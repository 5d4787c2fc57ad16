/** The page's worker: reads, predicts and explains, so that the page never waits. */
import wasm from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url';
import wasmSimd from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url';
import wasmThreads from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm?url';
import { loadPredictor, type Predictor } from 'hpa-kit';
import { useEngine, type Engine } from 'hpa-kit/browser';
import { explain, predict, readSample, type Sample } from './cells';
import type { CallMessage, Calls, WorkerMessage } from './protocol';

const port = globalThis as unknown as {
  postMessage(message: WorkerMessage, transfer?: Transferable[]): void;
  onmessage: (event: { data: CallMessage }) => void;
};

const wasmPaths = {
  'tfjs-backend-wasm.wasm': wasm,
  'tfjs-backend-wasm-simd.wasm': wasmSimd,
  'tfjs-backend-wasm-threaded-simd.wasm': wasmThreads,
};

let predictor: Predictor | undefined;
let current: Sample | undefined;

const calls: Calls = {
  async load(folder) {
    const engine = await useEngine({ wasmPaths });
    predictor = await loadPredictor(folder, {
      onProgress: ({ done, total }) => {
        port.postMessage({ progress: total && done / total });
      },
    });
    return describeEngine(engine);
  },
  async predict(files) {
    current = await readSample(files, predictor!.preprocessing.channels);
    return predict(predictor!, current);
  },
  explain: (classIndex) => explain(predictor!, current!, classIndex),
};

function describeEngine({ name, details }: Engine): string {
  const { threads = 1, simd = false } = details;
  return `${name}, ${threads} ${threads === 1 ? 'thread' : 'threads'}${simd ? ', SIMD' : ''}`;
}

async function answer({ call, name, argument }: CallMessage): Promise<void> {
  try {
    port.postMessage({ call, value: await (calls[name] as (argument: unknown) => unknown)(argument) });
  } catch (error) {
    port.postMessage({ call, error: (error as Error).message });
  }
}

let queue = Promise.resolve();
port.onmessage = ({ data }) => {
  queue = queue.then(() => answer(data));
};
