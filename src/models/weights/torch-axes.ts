/** PyTorch's order of axes, output channels first, as Keras's, output channels last. */
import type { ModelWeight } from './model-layers';

type Shape = readonly number[];

/** The shape that PyTorch's weight has in Keras's order, as the place for it asks. */
export function kerasShape(
  { name, shape: wanted }: Pick<ModelWeight, 'name' | 'shape'>,
  shape: Shape,
): Shape {
  const [outs = 1, ins = 1, height = 1, width = 1] = shape;
  if (name === 'depthwise_kernel' && shape.length === 4 && ins === 1 && wanted.length === 4)
    return [height, width, outs / wanted[3]!, wanted[3]!];
  if (name.endsWith('kernel') && (shape.length === 2 || shape.length === 4)) {
    if (wanted.length === 4) return [height, width, ins, outs];
    return height * width === 1 ? [ins, outs] : shape;
  }
  // Scales of channels are kept as [channels, 1, 1] by some.
  return String(shape.filter((side) => side !== 1)) === String(wanted.filter((side) => side !== 1))
    ? wanted
    : shape;
}

/** The values in Keras's order, in a new array. */
export function toKerasAxes(name: string, values: Float32Array, shape: Shape): Float32Array {
  if (!name.endsWith('kernel') || shape.length < 2) return values.slice();
  const [outs, ins = 1, height = 1, width = 1] = shape as [number, number?, number?, number?];
  const window = height * width;
  const result = new Float32Array(values.length);
  // [out, in, window] to [window, in, out], which for one input channel each is [window, channel, multiplier] too.
  for (let o = 0; o < outs; o++)
    for (let i = 0; i < ins; i++) {
      const from = (o * ins + i) * window;
      for (let at = 0; at < window; at++) result[(at * ins + i) * outs + o] = values[from + at]!;
    }
  return result;
}
