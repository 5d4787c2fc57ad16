/** The geometry of a convolution, read from a kernel's attributes. */
import { backend_util } from '@tensorflow/tfjs-core';

type Conv2DInfo = backend_util.Conv2DInfo;
type Shape4D = [number, number, number, number];

/** Refuses what the wasm backend's own Conv2D refuses, with the remedy. */
export function assertChannelsLast(kernel: string, dataFormat: unknown): void {
  if (dataFormat !== undefined && dataFormat !== 'NHWC') {
    throw new Error(
      `wasm backend ${kernel} does not support dataFormat ${JSON.stringify(dataFormat)}. ` +
        `Use 'NHWC' ('channelsLast' in layers): [batch, height, width, channels].`,
    );
  }
}

/** Sizes, strides, dilations and padding of a convolution of `inputShape` with `filterShape`, NHWC. */
export function convInfo(
  attrs: Readonly<Record<string, unknown>>,
  inputShape: number[],
  filterShape: number[],
  depthwise = false,
): Conv2DInfo {
  return backend_util.computeConv2DInfo(
    inputShape as Shape4D,
    filterShape as Shape4D,
    attrs['strides'] as number | [number, number],
    (attrs['dilations'] as number | [number, number] | undefined) ?? 1,
    attrs['pad'] as 'same' | 'valid' | number,
    attrs['dimRoundingMode'] as 'floor' | 'round' | 'ceil' | undefined,
    depthwise,
  );
}

/** Explicit paddings as tfjs's convolutions take them. */
export function paddings(top: number, bottom: number, left: number, right: number): number[][] {
  return [[0, 0], [top, bottom], [left, right], [0, 0]]; // prettier-ignore
}
