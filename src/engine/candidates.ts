/** The engines that Node and browsers share. */
import * as tf from '@tensorflow/tfjs-core';
import type { EngineCandidate } from './choose-engine';
import { registerWasmTrainingKernels } from './wasm/register';

/** Where the .wasm files are: their folder, or a path or URL for each file. */
export type WasmPaths = string | Readonly<Record<WasmFile, string>>;

type WasmFile =
  'tfjs-backend-wasm.wasm' | 'tfjs-backend-wasm-simd.wasm' | 'tfjs-backend-wasm-threaded-simd.wasm';

/** WebAssembly, with the kernels that training needs. Imported only when it is wanted. */
export function wasmCandidate(remedy: string, wasmPaths?: WasmPaths): EngineCandidate {
  return {
    name: 'wasm',
    backend: 'wasm',
    automatic: true,
    remedy,
    load: async () => {
      const wasm = await import('@tensorflow/tfjs-backend-wasm');
      if (wasmPaths !== undefined && !('wasm' in tf.engine().registry)) {
        wasm.setWasmPaths(typeof wasmPaths === 'string' ? wasmPaths.replace(/\/?$/, '/') : wasmPaths);
      }
      registerWasmTrainingKernels();
    },
    details: async () => {
      const { getThreadsCount } = await import('@tensorflow/tfjs-backend-wasm');
      return { simd: Boolean(await tf.env().getAsync('WASM_HAS_SIMD_SUPPORT')), threads: getThreadsCount() };
    },
  };
}

/** A backend that the user imports: taken when it is registered. */
export function importedCandidate(name: 'webgpu' | 'webgl' | 'cpu', automatic: boolean): EngineCandidate {
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
