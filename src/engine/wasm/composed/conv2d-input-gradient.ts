/** Conv2DBackpropInput, the gradient of a convolution's input, several times faster than the backend's own. */
import type { KernelConfig, TensorInfo } from '@tensorflow/tfjs-core';
import { anyEmpty, composedKernel } from './compose';
import { convInfo, paddings } from '../conv-info';

/**
 * dX = dY ∗ flipped, transposed filter, padded by the filter's size − 1 − the forward padding. Strides and
 * paddings larger than the filter are left to `stock`, the backend's own kernel.
 */
export function conv2DBackpropInput(stock: KernelConfig): KernelConfig {
  const byConvolution = composedKernel<'dy' | 'filter'>(
    'Conv2DBackpropInput',
    ({ run }, { inputs, attrs }) => {
      const { dy, filter } = inputs;
      const { padInfo, filterHeight, filterWidth } = convInfo(
        attrs,
        attrs['inputShape'] as number[],
        filter.shape,
      );
      const reversed = run('Reverse', { x: filter }, { dims: [0, 1] });
      const transposed = run('Transpose', { x: reversed }, { perm: [0, 1, 3, 2] });
      const pad = paddings(
        filterHeight - 1 - padInfo.top,
        filterHeight - 1 - padInfo.bottom,
        filterWidth - 1 - padInfo.left,
        filterWidth - 1 - padInfo.right,
      );
      return run(
        'Conv2D',
        { x: dy, filter: transposed },
        { strides: [1, 1], dilations: [1, 1], pad, dataFormat: 'NHWC' },
      );
    },
  );

  return {
    ...stock,
    kernelFunc: (params) => {
      const { dy, filter } = params.inputs as unknown as { dy: TensorInfo; filter: TensorInfo };
      const attrs = params.attrs ?? {};
      const kernel = isPlain(attrs, filter.shape) && !anyEmpty(dy, filter) ? byConvolution : stock;
      return kernel.kernelFunc(params);
    },
  };
}

/** True when the gradient is one convolution: channels last, stride 1, padding within the filter. */
function isPlain(attrs: Readonly<Record<string, unknown>>, filterShape: number[]): boolean {
  if (attrs['dataFormat'] !== undefined && attrs['dataFormat'] !== 'NHWC') return false;
  const info = convInfo(attrs, attrs['inputShape'] as number[], filterShape);
  const { top, bottom, left, right } = info.padInfo;
  return (
    info.strideHeight === 1 &&
    info.strideWidth === 1 &&
    Math.max(top, bottom) < info.filterHeight &&
    Math.max(left, right) < info.filterWidth
  );
}
