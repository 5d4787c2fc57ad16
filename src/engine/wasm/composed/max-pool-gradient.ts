/** MaxPoolGrad: the wasm backend's own drops the gradient of every window whose maximum is not positive. */
import type { KernelConfig, TensorInfo } from '@tensorflow/tfjs-core';
import { backend_util } from '@tensorflow/tfjs-core';
import { composedKernel, zeros } from './compose';

/**
 * dX gets each value of dY at the position of its window's maximum, the first one where several are equal.
 *
 * The kernel of tfjs 4.22 starts its search at the smallest positive float instead of −∞, so that what
 * comes after a batch normalization is trained wrongly. A plain loop over the backend's memory.
 */
export const maxPoolGrad: KernelConfig = composedKernel<'dy' | 'input'>(
  'MaxPoolGrad',
  ({ backend, run }, { inputs, attrs }) => {
    const { dy, input } = inputs;
    const info = backend_util.computePool2DInfo(
      input.shape as [number, number, number, number],
      attrs['filterSize'] as number | [number, number],
      attrs['strides'] as number | [number, number],
      1,
      attrs['pad'] as 'same' | 'valid' | number,
      attrs['dimRoundingMode'] as 'floor' | 'round' | 'ceil' | undefined,
    );
    const { batchSize, inHeight, inWidth, inChannels: channels, outHeight, outWidth } = info;
    const { filterHeight, filterWidth, strideHeight, strideWidth, padInfo } = info;
    const dx: TensorInfo = zeros(run, input.shape);
    const xs = backend.typedArrayFromHeap(input);
    const dys = backend.typedArrayFromHeap(dy);
    const dxs = backend.typedArrayFromHeap(dx);

    for (let b = 0, out = 0; b < batchSize; b++) {
      for (let y = 0; y < outHeight; y++) {
        const top = y * strideHeight - padInfo.top;
        const firstRow = Math.max(0, top);
        const lastRow = Math.min(inHeight, top + filterHeight);
        for (let x = 0; x < outWidth; x++) {
          const left = x * strideWidth - padInfo.left;
          const firstColumn = Math.max(0, left);
          const lastColumn = Math.min(inWidth, left + filterWidth);
          for (let c = 0; c < channels; c++, out++) {
            let largest = -Infinity;
            let position = -1;
            for (let row = firstRow; row < lastRow; row++) {
              let at = ((b * inHeight + row) * inWidth + firstColumn) * channels + c;
              for (let column = firstColumn; column < lastColumn; column++, at += channels) {
                const value = xs[at]!;
                if (value > largest) {
                  largest = value;
                  position = at;
                }
              }
            }
            // No position: the window lies in the padding, or holds NaN alone.
            if (position >= 0) dxs[position]! += dys[out]!;
          }
        }
      }
    }
    return dx;
  },
);
