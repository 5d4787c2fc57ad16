/** How far the windows of convolutions and pooling reach, and what is around the image. */
import type { LayerContext } from './layer-context';

export interface Windows {
  kernel: [number, number];
  strides: [number, number];
  dilations: [number, number];
  /** Rows and columns around the image: `[top, left, bottom, right]`. */
  pads: [number, number, number, number];
}

/** The windows of a layer with `strides`, `padding` and perhaps `dilationRate`, over its first input. */
export function windowsOf(layer: LayerContext, kernel: unknown): Windows {
  checkChannelsLast(layer);
  const { strides, padding, dilationRate } = layer.config;
  const [kernelSides, strideSides] = [pair(kernel), pair(strides)];
  const dilations = pair(dilationRate ?? 1);
  const sides = layer.inputs[0].shape;
  const around = (axis: 0 | 1): [number, number] =>
    padding === 'same'
      ? samePadding(sides[axis]!, (kernelSides[axis] - 1) * dilations[axis] + 1, strideSides[axis])
      : [0, 0];
  const [[top, bottom], [left, right]] = [around(0), around(1)];
  return { kernel: kernelSides, strides: strideSides, dilations, pads: [top, left, bottom, right] };
}

export function checkChannelsLast(layer: LayerContext): void {
  const { dataFormat = 'channelsLast' } = layer.config;
  if (dataFormat !== 'channelsLast') throw layer.refuse(`its images are ${String(dataFormat)}`);
}

/** As little as the windows need, and one more at the end where it can't be halved. */
function samePadding(side: number, kernel: number, stride: number): [number, number] {
  const total = Math.max(0, (Math.ceil(side / stride) - 1) * stride + kernel - side);
  return [Math.floor(total / 2), Math.ceil(total / 2)];
}

function pair(sides: unknown): [number, number] {
  return Array.isArray(sides) ? [Number(sides[0]), Number(sides[1])] : [Number(sides), Number(sides)];
}
