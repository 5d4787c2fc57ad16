/** Padding of convolutions and pooling with a stride, which frameworks do differently. */
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

/**
 * The maximum of 3×3 pixels around every second one from the first on, as PyTorch has it, which pads with −∞: TensorFlow
 * does so too, but on both sides only with a stride of one.
 */
export function torchMaxPool(
  graph: Graph,
  x: SymbolicTensor,
  name: string,
  halveName?: string,
): SymbolicTensor {
  return graph.maxPool(graph.maxPool(x, 3, 1, 'same', name), 1, 2, 'valid', halveName);
}
