/** SplitV, the gradient of a concatenation: the wasm backend's own copies its whole input for each part. */
import { backend_util, util, type KernelConfig, type TensorInfo } from '@tensorflow/tfjs-core';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';

/** Replaces SplitV for tensors of four-byte elements by one pass of copies; others stay with the stock kernel. */
export function onePassSplit(stock: KernelConfig): KernelConfig {
  return {
    ...stock,
    kernelFunc: (params) => {
      const { x } = params.inputs as { x: TensorInfo };
      const { backend } = params as unknown as { backend: BackendWasm };
      const { numOrSizeSplits, axis } = params.attrs as { numOrSizeSplits: number | number[]; axis: number };
      if (x.dtype !== 'float32' && x.dtype !== 'int32') return stock.kernelFunc(params);

      const splitAxis = util.parseAxisParam(axis, x.shape)[0]!;
      // It reads the shape alone.
      const sizes = backend_util.prepareSplitSize(x, numOrSizeSplits, splitAxis);
      const outer = util.sizeFromShape(x.shape.slice(0, splitAxis));
      const inner = util.sizeFromShape(x.shape.slice(splitAxis + 1));
      const row = x.shape[splitAxis]! * inner;
      let start = 0;
      return sizes.map((size) => {
        const part = backend.makeOutput(
          x.shape.map((extent, i) => (i === splitAxis ? size : extent)),
          x.dtype,
        );
        const width = size * inner;
        // Only now: making an output can move the memory.
        const from = backend.typedArrayFromHeap(x);
        const to = backend.typedArrayFromHeap(part);
        for (let o = 0, out = 0; o < outer; o++) {
          const begin = o * row + start;
          for (let at = begin; at < begin + width; at++) to[out++] = from[at]!;
        }
        start += width;
        return part;
      });
    },
  };
}
