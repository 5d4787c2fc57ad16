/** Identity, Cast to the dtype that a tensor has and Slice of all of it without a copy: they share the data, as Reshape does. */
import { slice_util, util, type KernelConfig, type SliceAttrs, type TensorInfo } from '@tensorflow/tfjs-core';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';

/** tfjs clones each tensor that a gradient saves; its own kernel copies the values. */
export const sharingIdentity = (stock: KernelConfig): KernelConfig => ({
  ...stock,
  kernelFunc: (params) => share(params.backend, params.inputs['x']!),
});

export const sharingCast = (stock: KernelConfig): KernelConfig => ({
  ...stock,
  kernelFunc: (params) => {
    const x = params.inputs['x']!;
    return params.attrs?.['dtype'] === x.dtype ? share(params.backend, x) : stock.kernelFunc(params);
  },
});

/** `predict` slices its inputs even where one batch holds them all. */
export const sharingSlice = (stock: KernelConfig): KernelConfig => ({
  ...stock,
  kernelFunc: (params) => {
    const x = params.inputs['x']!;
    const { begin, size } = params.attrs as unknown as SliceAttrs;
    const [starts, sizes] = slice_util.parseSliceParams(x, begin, size);
    const isWhole = starts!.every((start) => start === 0) && util.arraysEqual(sizes!, x.shape);
    return isWhole ? share(params.backend, x) : stock.kernelFunc(params);
  },
});

function share(backend: object, { dataId, shape, dtype }: TensorInfo): TensorInfo {
  (backend as Pick<BackendWasm, 'incRef'>).incRef(dataId);
  return { dataId, shape, dtype };
}
