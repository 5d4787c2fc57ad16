/** The engines of browsers and workers: WebGPU or WebGL where the page brings them, else WebAssembly. */
import { chooseEngine, type Engine, type EngineOptions } from '../engine/choose-engine';
import { importedCandidate, wasmCandidate } from '../engine/candidates';
import type { WasmPaths } from '../engine/wasm/paths';
import { createWebThread } from './wasm-thread';
import { browserWebgpu } from './webgpu';

export type { Engine, EngineDetails, EngineName, EngineOptions } from '../engine/choose-engine';
export type { WasmPaths } from '../engine/wasm/paths';

/** Options of `useEngine` in a browser. */
export interface BrowserEngineOptions extends EngineOptions {
  /**
   * Where the .wasm files of `@tensorflow/tfjs-backend-wasm/dist` are served: their folder, or a URL for
   * each of the three. Has no effect once the WebAssembly engine has started.
   * @default beside the script
   */
  wasmPaths?: WasmPaths;
  /**
   * Imports the optional `@tensorflow/tfjs-backend-webgpu`, and is called only where there is a GPU. Written in
   * the page, `() => import('@tensorflow/tfjs-backend-webgpu')`, so that its bundler makes a chunk of it.
   * @default what the page has imported already, or finds by an import map
   */
  webgpu?: () => Promise<unknown>;
}

/**
 * Makes the best engine here tfjs's backend and says which it took and why: WebGPU if there is a GPU and the
 * page gives or has imported `@tensorflow/tfjs-backend-webgpu`, then WebGL if it has imported
 * `@tensorflow/tfjs-backend-webgl`, else WebAssembly, which comes with this package. An engine that fails to
 * start or computes wrong numbers is skipped. Plain JavaScript (`'cpu'`) is taken only when asked for, and so
 * is a WebGPU adapter that computes on the CPU. Threads are used on pages that are cross-origin isolated.
 *
 * Once it resolves, tfjs is ready: no `tf.ready()` is needed.
 *
 * @throws HpaError `engine-unavailable`, with the remedy, when the engine asked for, or any, can't be had;
 * `aborted` by the signal. RangeError for a name that is no engine.
 * @example
 * const engine = await useEngine({ wasmPaths: '/assets/tfjs/' });
 * engine.name; // 'wasm'
 * engine.details; // { simd: true, threads: 4 }
 */
export async function useEngine({
  wasmPaths,
  webgpu,
  ...options
}: BrowserEngineOptions = {}): Promise<Engine> {
  return chooseEngine(
    [
      browserWebgpu(options.engine === 'webgpu', webgpu),
      importedCandidate('webgl', true),
      wasmCandidate(
        'Serve the .wasm files of @tensorflow/tfjs-backend-wasm/dist and say where: useEngine({ wasmPaths })',
        {
          wasmPaths,
          threads: options.threads ?? cores(),
          createThread: createWebThread,
        },
      ),
      importedCandidate('cpu', false),
    ],
    options,
  );
}

/** Cores of this machine; one where the script runs outside of a browser. */
function cores(): number {
  const { navigator } = globalThis as { navigator?: Navigator };
  return navigator?.hardwareConcurrency ?? 1;
}
