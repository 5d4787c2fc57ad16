/** The engines that Node and browsers share. */
import * as tf from '@tensorflow/tfjs-core';
import type { EngineCandidate } from './choose-engine';
import type { WasmPaths } from './wasm/paths';
import { runtimeOf, type ThreadOptions } from './wasm/runtime';

interface WasmOptions extends ThreadOptions {
  readonly wasmPaths?: WasmPaths | undefined;
}

/** WebAssembly, with the kernels that training needs. Imported only when it is wanted. */
export function wasmCandidate(remedy: string, { wasmPaths, ...threads }: WasmOptions): EngineCandidate {
  return {
    name: 'wasm',
    backend: 'wasm',
    automatic: true,
    remedy,
    load: async () => {
      const { prepareWasmBackend } = await import('./wasm/prepare');
      await prepareWasmBackend(threads, wasmPaths);
    },
    details: () => {
      const runtime = runtimeOf(tf.backend());
      if (!runtime) return { simd: false, relaxedSimd: false, threads: 1 };
      return { simd: true, relaxedSimd: runtime.relaxedSimd, threads: runtime.threads };
    },
  };
}

/** A backend that the user imports: taken when it is registered. */
export function importedCandidate(name: 'webgl' | 'cpu', automatic: boolean): EngineCandidate {
  const specifier = `@tensorflow/tfjs-backend-${name}`;
  return {
    name,
    backend: name,
    automatic,
    remedy: `Install ${specifier} and import '${specifier}' before useEngine`,
    load: () => {
      // The typings leave out the null.
      const factory = tf.findBackendFactory(name) as unknown;
      if (!factory) throw new Error(`${specifier} is not imported`);
    },
  };
}
