/** The engines of browsers and workers: WebGPU or WebGL where the page imports them, else WebAssembly. */
import { chooseEngine, type Engine, type EngineOptions } from '../engine/choose-engine';
import { importedCandidate, wasmCandidate, type WasmPaths } from '../engine/candidates';

export type { Engine, EngineDetails, EngineName, EngineOptions } from '../engine/choose-engine';
export type { WasmPaths } from '../engine/candidates';

/** Options of `useEngine` in a browser. */
export interface BrowserEngineOptions extends EngineOptions {
  /**
   * Where the .wasm files of `@tensorflow/tfjs-backend-wasm/dist` are served: their folder, or a URL for
   * each of the three. Has no effect once the WebAssembly engine has started.
   * @default beside the script
   */
  wasmPaths?: WasmPaths;
}

/**
 * Makes the fastest engine here tfjs's backend and says which it took and why: WebGPU, then WebGL, if the
 * page has imported `@tensorflow/tfjs-backend-webgpu` or `-webgl`, else WebAssembly, which comes with this
 * package. An engine that fails to start or computes wrong numbers is skipped. Plain JavaScript (`'cpu'`)
 * is taken only when asked for. Threads are used on pages that are cross-origin isolated.
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
export async function useEngine({ wasmPaths, ...options }: BrowserEngineOptions = {}): Promise<Engine> {
  return chooseEngine(
    [
      importedCandidate('webgpu', true),
      importedCandidate('webgl', true),
      wasmCandidate(
        'Serve the .wasm files of @tensorflow/tfjs-backend-wasm/dist and say where: useEngine({ wasmPaths })',
        wasmPaths,
      ),
      importedCandidate('cpu', false),
    ],
    options,
  );
}
