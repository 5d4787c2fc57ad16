/** The engines of Node: a GPU or native TensorFlow where they are installed, else WebAssembly. */
import { availableParallelism } from 'node:os';
import util from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { chooseEngine, type Engine, type EngineCandidate, type EngineOptions } from '../engine/choose-engine';
import { installFusedOperations } from '../engine/fused/install';
import { registerNativeTrainingKernels } from '../engine/native/register';
import { importedCandidate, wasmCandidate } from '../engine/candidates';
import { hasRelaxedSimd } from '../engine/wasm/features';
import { importOptional } from './optional-package';
import { createNodeThread } from './wasm-thread';
import { nodeWebgpu } from './webgpu';

export type { Engine, EngineDetails, EngineName, EngineOptions } from '../engine/choose-engine';

// Not a literal, so that bundlers leave the optional package alone.
const TFJS_NODE = ['@tensorflow', 'tfjs-node'].join('/');

/**
 * Makes the best engine here tfjs's backend and says which it took and why: WebGPU if there is a GPU and the
 * optional `webgpu` and `@tensorflow/tfjs-backend-webgpu` are installed, native TensorFlow if the optional
 * `@tensorflow/tfjs-node` can be loaded, else WebAssembly, which comes with this package. That is their order by
 * speed on large networks; on small ones WebAssembly can be ahead of native: `npx hpa-kit doctor` times them. An
 * engine that fails to load or computes wrong numbers is skipped. Plain JavaScript (`'cpu'`, tens of times slower) is
 * taken only when asked for, and so is a WebGPU adapter that computes on the CPU.
 *
 * Once it resolves, tfjs is ready: no `tf.ready()` is needed. Calling it again changes the engine; tensors
 * move to it when used, except from WebGPU, which in Node has no synchronous reads: await `tensor.data()` there.
 *
 * @throws HpaError `engine-unavailable`, with the remedy, when the engine asked for, or any, can't be had;
 * `aborted` by the signal. RangeError for a name that is no engine.
 * @example
 * const engine = await useEngine();
 * engine.name; // 'wasm'
 * engine.reason; // "Took 'wasm', the first choice of those available. 'native' was not taken: … is not installed."
 * await useEngine({ engine: 'native' }); // insists
 */
export async function useEngine(options: EngineOptions = {}): Promise<Engine> {
  allowRelaxedSimd();
  return chooseEngine(
    [
      await nodeWebgpu(options.engine),
      native,
      wasmCandidate("Reinstall '@tensorflow/tfjs-backend-wasm'; in a bundle of your own, keep it external", {
        threads: options.threads ?? availableParallelism(),
        createThread: createNodeThread,
      }),
      importedCandidate('cpu', false),
    ],
    options,
  );
}

const native: EngineCandidate = {
  name: 'native',
  backend: 'tensorflow',
  automatic: true,
  remedy: `Run \`npm install ${TFJS_NODE}\` or, where that can't download TensorFlow's C library, \`npx hpa-kit native\`. 'wasm' needs neither`,
  load: async () => {
    restoreUtil();
    // TensorFlow's own switch: 1 leaves out what is only information.
    process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '1';
    // By itself TensorFlow takes oneDNN on the newest of Intel's processors only; it is twice as fast on others too.
    if (process.arch === 'x64') process.env['TF_ENABLE_ONEDNN_OPTS'] ??= '1';
    await importOptional(TFJS_NODE);
    await registerNativeTrainingKernels();
    installFusedOperations();
  },
};

/** Node 20 has relaxed SIMD behind a flag, which may be set as long as no WebAssembly asks for it. */
function allowRelaxedSimd(): void {
  if (process.versions.node.startsWith('20.') && !hasRelaxedSimd())
    setFlagsFromString('--experimental-wasm-relaxed-simd');
}

/** tfjs-node 4.22 calls two functions that Node 22 warns of and Node 23 took away. */
function restoreUtil(): void {
  const legacy = util as unknown as Record<string, unknown>;
  legacy['isNullOrUndefined'] = (value: unknown) => value === null || value === undefined;
  legacy['isArray'] = Array.isArray;
}
