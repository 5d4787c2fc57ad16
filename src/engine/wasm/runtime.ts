/** The C kernels (see kernels/) on the memory of tfjs's WebAssembly backend: where tensors lie, and scratch space. */
import {
  util,
  type DataType,
  type KernelConfig,
  type NamedAttrMap,
  type TensorInfo,
} from '@tensorflow/tfjs-core';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { loadBinary } from './binaries';
import type { Deferred } from '../deferred';
import { deferredConvolutions, type Convolution } from './convolution';
import { hasRelaxedSimd, hasSimd } from './features';
import { mayBlock, startThreads, type CreateThread } from './threads';

/** What the kernels' module exports: C functions, whose pointers are addresses in the memory. */
export type KernelExports = Record<string, (...args: number[]) => number>;

const STACK_BYTES = 64 << 10;

/** The kernels, bound to one backend. */
export class WasmRuntime {
  /** The pool of threads, which each function that shares work takes first. */
  readonly pool: number;
  /** Convolutions that wait until their output is read. */
  readonly deferred: Deferred<Convolution>;
  #scratch = { address: 0, bytes: 0 };
  #ints: Int32Array;

  constructor(
    readonly backend: BackendWasm,
    readonly memory: WebAssembly.Memory,
    readonly exports: KernelExports,
    /** Threads that compute, the calling one among them. */
    readonly threads: number,
    readonly relaxedSimd: boolean,
    pool: number,
    readonly terminate: () => void,
    runDeferred: (runtime: WasmRuntime, convolution: Convolution, output: TensorInfo) => void,
  ) {
    this.pool = pool;
    this.deferred = deferredConvolutions(backend, (convolution, output) => {
      runDeferred(this, convolution, output);
    });
    this.#ints = new Int32Array(memory.buffer);
  }

  /** Where a tensor's values lie. */
  addressOf({ dataId }: TensorInfo): number {
    return this.backend.getMemoryOffset(dataId);
  }

  /** A float32 tensor's values in place, until the memory next grows. */
  floats(info: TensorInfo): Float32Array {
    return this.backend.typedArrayFromHeap(info) as Float32Array;
  }

  /** A new tensor, its values not yet written, and where they lie. */
  output(shape: readonly number[], dtype: DataType = 'float32'): { info: TensorInfo; address: number } {
    const info = this.backend.makeOutput([...shape], dtype);
    return { info, address: this.addressOf(info) };
  }

  /** Memory for the kernel under way, aligned to 64 bytes. The next call gives the same memory again. */
  scratch(bytes: number): number {
    if (bytes > this.#scratch.bytes) {
      if (this.#scratch.address) this.#module._free(this.#scratch.address);
      this.#scratch = { address: allocate(this.backend, bytes), bytes };
    }
    return (this.#scratch.address + 63) & ~63;
  }

  /** Writes integers, such as a struct of sizes, at an address. */
  writeInts(address: number, values: readonly number[]): void {
    if (this.#ints.buffer !== this.memory.buffer) this.#ints = new Int32Array(this.memory.buffer);
    this.#ints.set(values, address >>> 2);
  }

  get #module(): EmscriptenModule {
    return moduleOf(this.backend);
  }
}

interface EmscriptenModule {
  _malloc(bytes: number): number;
  _free(address: number): void;
  wasmMemory?: WebAssembly.Memory;
  asm: { memory?: WebAssembly.Memory };
}

const moduleOf = (backend: BackendWasm) => backend.wasm as unknown as EmscriptenModule;

function allocate(backend: BackendWasm, bytes: number): number {
  const address = moduleOf(backend)._malloc(bytes + 64) >>> 0;
  if (address === 0) throw new Error(`WebAssembly memory has no ${bytes} bytes left. Use smaller batches`);
  return address;
}

// On the backend itself, so that a second copy of the package finds it.
const RUNTIME = Symbol.for('hpa-kit.wasm-runtime');

/** The kernels bound to a backend; none where the host has no SIMD, or the backend was made without `useEngine`. */
export function runtimeOf(backend: object): WasmRuntime | undefined {
  return (backend as { [RUNTIME]?: WasmRuntime })[RUNTIME];
}

/** How many threads, the calling one among them, and how the platform makes one. */
export interface ThreadOptions {
  readonly threads: number;
  readonly createThread: CreateThread;
}

/**
 * Binds the kernels to a backend, with `threads` threads where its memory is shared.
 *
 * @returns undefined where the host has no SIMD, or the backend keeps its memory to itself
 */
export async function attachRuntime(
  backend: BackendWasm,
  { threads, createThread }: ThreadOptions,
  runDeferred: (runtime: WasmRuntime, convolution: Convolution, output: TensorInfo) => void,
): Promise<WasmRuntime | undefined> {
  const { wasmMemory, asm } = moduleOf(backend);
  const memory = wasmMemory ?? asm.memory;
  if (!memory || !hasSimd()) return undefined;
  const shared = typeof SharedArrayBuffer !== 'undefined' && memory.buffer instanceof SharedArrayBuffer;
  const relaxedSimd = hasRelaxedSimd();
  const module = await WebAssembly.compile(await loadBinary({ shared, relaxedSimd }));
  const instance = await WebAssembly.instantiate(module, { env: { memory } });
  const { __stack_pointer: stackPointer, ...functions } = instance.exports;
  const exports = functions as unknown as KernelExports;

  const stackTop = () => ((allocate(backend, STACK_BYTES) + 63) & ~63) + STACK_BYTES;
  (stackPointer as WebAssembly.Global<'i32'>).value = stackTop();
  const poolBytes = exports['pool_bytes']!();
  const pool = (allocate(backend, poolBytes) + 63) & ~63;
  new Uint8Array(memory.buffer).fill(0, pool, pool + poolBytes);

  let workers = { count: 0, terminate: () => {} };
  if (shared && threads > 1) {
    const stackTops = Array.from({ length: threads - 1 }, stackTop);
    workers = await startThreads(createThread, { module, memory, pool }, stackTops);
    exports['set_workers']!(pool, workers.count, Number(mayBlock()));
  }
  const runtime = new WasmRuntime(
    backend,
    memory,
    exports,
    1 + workers.count,
    relaxedSimd,
    pool,
    workers.terminate,
    runDeferred,
  );
  (backend as { [RUNTIME]?: WasmRuntime })[RUNTIME] = runtime;
  return runtime;
}

/** Computes an input that waits; optional ones may be null. */
function settle(runtime: WasmRuntime, input: TensorInfo | null | undefined): void {
  if (input) runtime.deferred.settle(input);
}

/** What a kernel gets: its inputs, its attributes and the runtime. */
export interface RuntimeArguments<Inputs extends string> {
  readonly inputs: Record<Inputs, TensorInfo>;
  readonly attrs: Readonly<NamedAttrMap>;
  readonly runtime: WasmRuntime;
}

/**
 * A kernel for backend 'wasm' that runs in C where the runtime is there and `compute` takes the case (it returns
 * undefined where it does not), and else runs `otherwise`. With `takesDeferred`, inputs may be convolutions that wait.
 */
export function runtimeKernel<Inputs extends string>(
  kernelName: string,
  compute: (args: RuntimeArguments<Inputs>) => TensorInfo | TensorInfo[] | undefined,
  otherwise?: KernelConfig,
  { takesDeferred = false }: { takesDeferred?: boolean } = {},
): KernelConfig {
  return {
    ...otherwise,
    kernelName,
    backendName: 'wasm',
    kernelFunc: (params) => {
      const {
        inputs,
        attrs = {},
        backend,
      } = params as unknown as {
        inputs: Record<Inputs, TensorInfo>;
        attrs?: NamedAttrMap;
        backend: BackendWasm;
      };
      const runtime = runtimeOf(backend);
      // Before the kernel takes scratch space, which a convolution needs too.
      if (runtime && !takesDeferred)
        for (const input of Object.values<TensorInfo>(inputs)) settle(runtime, input);
      const result = runtime && compute({ inputs, attrs, runtime });
      if (result) return result;
      if (!otherwise)
        throw new Error(`${kernelName} needs WebAssembly with SIMD and, before it, useEngine().`);
      return otherwise.kernelFunc(params);
    },
  };
}

/** Whether all are float32 with at least one element. */
export function areFloats(...infos: (TensorInfo | undefined)[]): boolean {
  return infos.every((info) => !info || (info.dtype === 'float32' && util.sizeFromShape(info.shape) > 0));
}
