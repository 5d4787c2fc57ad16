/** Convolutions with 'same' padding whose stride exceeds the filter, which the wasm backend gets wrong. */
import type { KernelConfig, TensorInfo } from '@tensorflow/tfjs-core';
import { convInfo, paddings } from '../conv-info';

/**
 * With `pad: 'same'`, XNNPACK of tfjs 4.22 computes the padding without stopping at 0: where a stride is
 * larger than the filter (a 1×7 filter with stride 2), it reads padding instead of the image. Written out
 * as explicit paddings, the same kernel is right.
 */
export function withExplicitSamePadding(depthwise: boolean): (stock: KernelConfig) => KernelConfig {
  return (stock) => ({
    ...stock,
    kernelFunc: (params) => {
      const attrs = params.attrs ?? {};
      const channelsLast = attrs['dataFormat'] === undefined || attrs['dataFormat'] === 'NHWC';
      if (attrs['pad'] !== 'same' || !channelsLast) return stock.kernelFunc(params);
      const { x, filter } = params.inputs as unknown as { x: TensorInfo; filter: TensorInfo };
      const info = convInfo(attrs, x.shape, filter.shape, depthwise);
      const strideFits =
        info.strideHeight <= info.effectiveFilterHeight && info.strideWidth <= info.effectiveFilterWidth;
      if (strideFits) return stock.kernelFunc(params);
      const { top, bottom, left, right } = info.padInfo;
      return stock.kernelFunc({ ...params, attrs: { ...attrs, pad: paddings(top, bottom, left, right) } });
    },
  });
}
