/** The file's values as the model's weight wants them: axes, and channels of the image. */
import { adaptInputChannels, type InputChannels } from './input-channels';
import type { ModelWeight } from './model-layers';
import { kerasShape, toKerasAxes } from './torch-axes';

type Shape = readonly number[];

export interface FitOptions {
  inputChannels: InputChannels | undefined;
  /** Whether axes are in PyTorch's order. */
  isTorch: boolean;
}

/** How the file's weight comes to the model's shape; `undefined` if it doesn't. */
export function waysToFit(
  target: ModelWeight,
  fileShape: Shape,
  { inputChannels, isTorch }: FitOptions,
): 'as-is' | 'first-kernel' | 'image-statistics' | undefined {
  const shape = orderedShape(target, fileShape, isTorch);
  if (isSameShape(shape, target.shape) || isGrouped(target, shape)) return 'as-is';
  if (inputChannels === undefined) return undefined;
  return differsInChannels(target, shape);
}

/** The shape of the file's weight with its axes in Keras's order. */
function orderedShape(target: ModelWeight, fileShape: Shape, isTorch: boolean): Shape {
  return isTorch ? kerasShape(target, fileShape) : fileShape;
}

/** Whether the file's weight differs from the model's in the image's channels only, so that `inputChannels` could help. */
export function isForOtherChannels(target: ModelWeight, fileShape: Shape, isTorch: boolean): boolean {
  return differsInChannels(target, orderedShape(target, fileShape, isTorch)) !== undefined;
}

/** The same for any channels: what `inputChannels` could do. */
function differsInChannels(
  { layer, name, shape: wanted }: ModelWeight,
  shape: Shape,
): 'first-kernel' | 'image-statistics' | undefined {
  if (!layer.readsImage || shape.length !== wanted.length) return undefined;
  if (layer.layerClass === 'conv2d' && name === 'kernel') {
    const isOther = (side: number, axis: number) => axis !== 2 && side !== wanted[axis];
    return shape.some(isOther) ? undefined : 'first-kernel';
  }
  return layer.layerClass === 'batch_normalization' ? 'image-statistics' : undefined;
}

/** The values in the model's shape. A view of the file where nothing has to be done. */
export function valuesFor(
  target: ModelWeight,
  fileShape: Shape,
  values: Float32Array,
  options: FitOptions,
): Float32Array {
  const { isTorch, inputChannels } = options;
  const ordered = isTorch ? toKerasAxes(target.name, values, fileShape) : values;
  const shape = orderedShape(target, fileShape, isTorch);
  switch (waysToFit(target, fileShape, options)) {
    case 'first-kernel':
      return adaptInputChannels(
        ordered,
        shape as [number, number, number, number],
        target.shape[2]!,
        inputChannels!,
      );
    case 'image-statistics':
      return takeStatistics(ordered, target.shape[0]!, inputChannels!);
    default:
      return ordered;
  }
}

/** Statistics of channels, which are no weights to be shared: each channel has those of the one that it takes. */
function takeStatistics(values: Float32Array, channels: number, how: InputChannels): Float32Array {
  const before = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / before;
  return Float32Array.from({ length: channels }, (_, i) => {
    if (how === 'mean') return mean;
    return values[how === 'repeat' ? i % before : i < before ? i : how.copy]!;
  });
}

/** A convolution with a group for each channel, in Keras's ConvNeXt, is a depthwise one: the values are the same. */
function isGrouped(
  { name, shape: [height, width, channels, multiplier] }: ModelWeight,
  shape: Shape,
): boolean {
  return (
    name === 'depthwise_kernel' && multiplier === 1 && isSameShape(shape, [height!, width!, 1, channels!])
  );
}

function isSameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((side, axis) => side === b[axis]);
}
