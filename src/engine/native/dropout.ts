/** Dropout with the mask of kernels/engine/dropout.c, on a memory of its own: JavaScript takes seven times as long. */
import { tensor, util, type KernelConfig, type TensorInfo } from '@tensorflow/tfjs-core';
import type { FusedKernels } from '../fused/kernels';
import { loadBinary } from '../wasm/binaries';
import { nativeKernel } from './operations';

const PAGE_BYTES = 64 << 10;
/** The stack, then the pool of threads, which has none, then the mask. */
const POOL = PAGE_BYTES;
const MASK = 2 * PAGE_BYTES;

type DropoutExports = Record<'dropout', (...args: number[]) => void> & {
  __stack_pointer: WebAssembly.Global;
};

/** `Dropout` of the fused kernels' contract. */
export async function loadDropout(): Promise<KernelConfig> {
  const memory = new WebAssembly.Memory({ initial: MASK / PAGE_BYTES });
  const { instance } = await WebAssembly.instantiate(
    await loadBinary({ shared: false, relaxedSimd: false }),
    { env: { memory } },
  );
  const { dropout, __stack_pointer: stackPointer } = instance.exports as unknown as DropoutExports;
  stackPointer.value = POOL;

  /** The values stand until the next call. */
  const maskOf = (size: number, { rate, seed }: FusedKernels['Dropout']['attrs']): Float32Array => {
    const missing = MASK + 4 * size - memory.buffer.byteLength;
    if (missing > 0) memory.grow(Math.ceil(missing / PAGE_BYTES));
    dropout(POOL, size, 0, MASK, seed, Math.floor(rate * 2 ** 32), 1 / (1 - rate));
    return new Float32Array(memory.buffer, MASK, size);
  };
  return nativeKernel('Dropout', (operation, { inputs, attrs }) => {
    const { shape } = inputs['x'] as TensorInfo;
    const mask = maskOf(util.sizeFromShape(shape), attrs as unknown as FusedKernels['Dropout']['attrs']);
    // TensorFlow copies the mask as it multiplies.
    return operation('Mul', [inputs['x']!, tensor(mask, shape)])[0]!;
  });
}
