/** Gets tfjs's WebAssembly backend ready to be set: on shared memory where there is such, with the kernels of our own. */
import * as tf from '@tensorflow/tfjs-core';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { installFusedOperations } from '../fused/install';
import { hasSharedMemory, hasSimd } from './features';
import type { WasmPaths } from './paths';
import { registerWasmFusedKernels, registerWasmTrainingKernels } from './register';
import { attachRuntime, type ThreadOptions } from './runtime';
import { runConvolution } from './simd/conv2d';

/**
 * Imports the backend, registers the kernels, and sees to it that the backend, once it starts, has them in C: with
 * threads on shared memory, else on one thread with SIMD, else as tfjs's own operations.
 */
export async function prepareWasmBackend(options: ThreadOptions, wasmPaths?: WasmPaths): Promise<void> {
  const wasm = await import('@tensorflow/tfjs-backend-wasm');
  registerWasmTrainingKernels();
  installFusedOperations();
  if ('wasm' in tf.engine().registry) return;
  if (wasmPaths !== undefined) {
    wasm.setWasmPaths(typeof wasmPaths === 'string' ? wasmPaths.replace(/\/?$/, '/') : wasmPaths);
  }
  const entry = tf.engine().registryFactory['wasm']!;
  const stockFactory = (stockFactories.get(entry) ?? entry.factory) as () => Promise<BackendWasm>;
  stockFactories.set(entry, stockFactory);
  entry.factory = async () => {
    const backend = await createBackend(stockFactory, options.threads > 1, wasmPaths);
    if (
      await attachRuntime(backend, options, (runtime, convolution, output) => {
        runConvolution(runtime, convolution, runtime.addressOf(output), convolution.info.outChannels);
      })
    )
      registerWasmFusedKernels();
    return backend;
  };
}

const stockFactories = new WeakMap<object, unknown>();

async function createBackend(
  stockFactory: () => Promise<BackendWasm>,
  shared: boolean,
  wasmPaths?: WasmPaths,
): Promise<BackendWasm> {
  if (shared && hasSimd() && hasSharedMemory()) {
    try {
      const { createSharedBackend } = await import('./shared-backend');
      return await createSharedBackend(wasmPaths);
    } catch {
      // One step down: memory of its own, and one thread.
    }
  }
  tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
  return stockFactory();
}
