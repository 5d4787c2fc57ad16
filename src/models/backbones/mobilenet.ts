/** MobileNet: Howard et al. 2017, arXiv 1704.04861, as in keras.applications. */
import type { SymbolicTensor } from '@tensorflow/tfjs-layers';
import type { Graph } from '../graph';
import { frameworkPadding } from './framework-padding';

/** Filters and strides of the thirteen blocks. */
const BLOCKS: readonly [filters: number, strides: number][] = [
  [64, 1],
  [128, 2],
  [128, 1],
  [256, 2],
  [256, 1],
  [512, 2],
  [512, 1],
  [512, 1],
  [512, 1],
  [512, 1],
  [512, 1],
  [1024, 2],
  [1024, 1],
];

/** Below and on the right, also where 'same' would pad all sides. */
const KERAS_PADDING: [[number, number], [number, number]] = [
  [0, 1],
  [0, 1],
];

export function mobileNet(graph: Graph, image: SymbolicTensor): SymbolicTensor {
  const normal = (x: SymbolicTensor, name: string) => {
    const y = graph.batchNorm(
      x,
      graph.isTorch ? { epsilon: 1e-5, momentum: 0.9, name: `${name}_bn` } : { name: `${name}_bn` },
    );
    return graph.activation(y, 'relu6', `${name}_relu`);
  };
  const [padded, padding] = frameworkPadding(graph, image, 3, 2);
  let x = normal(graph.conv2d(padded, 32, 3, { strides: 2, padding, bias: false, name: 'conv1' }), 'conv1');
  BLOCKS.forEach(([filters, strides], i) => {
    const [depthwise, pointwise] = [`conv_dw_${i + 1}`, `conv_pw_${i + 1}`];
    if (strides > 1) x = graph.zeroPad(x, graph.isTorch ? 1 : KERAS_PADDING, `conv_pad_${i + 1}`);
    const options = { strides, padding: strides > 1 ? 'valid' : 'same', bias: false } as const;
    x = normal(graph.depthwiseConv2d(x, 3, { ...options, name: depthwise }), depthwise);
    x = normal(graph.conv2d(x, filters, 1, { bias: false, name: pointwise }), pointwise);
  });
  return x;
}
