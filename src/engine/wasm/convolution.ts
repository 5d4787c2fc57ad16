/** Convolutions that wait: ReLU or batch normalization joins them, and Concat lets them write where it belongs. */
import type { backend_util, TensorInfo } from '@tensorflow/tfjs-core';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { Deferred } from '../deferred';

/** A convolution and what follows it, in this order: bias, ReLU, scale and shift of each channel, ReLU. */
export interface Convolution {
  readonly info: backend_util.Conv2DInfo;
  readonly x: TensorInfo;
  readonly filter: TensorInfo;
  /** [channels] */
  readonly bias?: TensorInfo | undefined;
  readonly relu: boolean;
  /** [2, channels]: scales, then shifts. */
  readonly scaleAndShift?: TensorInfo;
  readonly lastRelu?: boolean;
}

/** @param run - computes a convolution into an output that lies there */
export function deferredConvolutions(
  backend: BackendWasm,
  run: (convolution: Convolution, output: TensorInfo) => void,
): Deferred<Convolution> {
  const { dataIdMap } = backend as unknown as { dataIdMap: { get(dataId: object): unknown } };
  return new Deferred(backend, dataIdMap, inputsOf, (convolution: Convolution, dataId) => {
    run(convolution, { dataId, shape: convolution.info.outShape, dtype: 'float32' });
  });
}

function inputsOf({ x, filter, bias, scaleAndShift }: Convolution): TensorInfo[] {
  return [x, filter, bias, scaleAndShift].filter((info) => info !== undefined);
}
