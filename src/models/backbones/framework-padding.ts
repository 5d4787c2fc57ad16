/** Padding of convolutions with a stride, which frameworks do differently. */
import type { SymbolicTensor } from '@tensorflow/tfjs-layers';
import type { Graph, Padding } from '../graph';

/**
 * What a convolution is to be given: TensorFlow pads as little as its windows need, and the right and bottom more than
 * the left and top; PyTorch's networks pad half a kernel on every side.
 */
export function frameworkPadding(
  graph: Graph,
  x: SymbolicTensor,
  kernelSize: number,
  strides: number,
): [padded: SymbolicTensor, padding: Padding] {
  const differ = graph.isTorch && strides > 1 && kernelSize > 1;
  return differ ? [graph.zeroPad(x, (kernelSize - 1) / 2), 'valid'] : [x, 'same'];
}
