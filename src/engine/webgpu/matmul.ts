/** Matrix products with a transposed second matrix: tfjs's split program reads it as if it were not. */
import type { KernelConfig } from '@tensorflow/tfjs-core';
import { callKernel, replacement } from './program';

/** From this size on tfjs 4.22 may split the inner dimension. */
const SPLIT_FROM = 2000;

/**
 * `BatchMatMul` and `_FusedMatMul` for matrices that tfjs may multiply by its MatMulSplitKProgram: its variant for
 * four columns at once ignores `transposeB`. Here b is transposed first.
 */
export function transposedMatMul(stock: KernelConfig): KernelConfig {
  return replacement(stock, (call, multiply) => {
    const b = call.inputs['b']!;
    const rank = b.shape.length;
    if (!call.attrs['transposeB'] || b.shape[rank - 1]! < SPLIT_FROM) return multiply(call);
    const perm = b.shape.map((_, axis) => axis);
    [perm[rank - 2], perm[rank - 1]] = [rank - 1, rank - 2];
    const transposed = callKernel('Transpose', { ...call, inputs: { x: b }, attrs: { perm } });
    const result = multiply({
      ...call,
      inputs: { ...call.inputs, b: transposed },
      attrs: { ...call.attrs, transposeB: false },
    });
    call.backend.disposeData(transposed.dataId);
    return result;
  });
}
