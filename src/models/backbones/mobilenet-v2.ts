/** MobileNetV2: Sandler et al. 2018, arXiv 1801.04381, as in keras.applications. */
import type { SymbolicTensor } from '@tensorflow/tfjs-layers';
import { channelsOf, type Graph } from '../graph';
import { frameworkPadding } from './framework-padding';

/** The seven stages; the first block of each has the strides. */
const STAGES: readonly { filters: number; strides: number; blocks: number; expansion: number }[] = [
  { filters: 16, strides: 1, blocks: 1, expansion: 1 },
  { filters: 24, strides: 2, blocks: 2, expansion: 6 },
  { filters: 32, strides: 2, blocks: 3, expansion: 6 },
  { filters: 64, strides: 2, blocks: 4, expansion: 6 },
  { filters: 96, strides: 1, blocks: 3, expansion: 6 },
  { filters: 160, strides: 2, blocks: 3, expansion: 6 },
  { filters: 320, strides: 1, blocks: 1, expansion: 6 },
];

export function mobileNetV2(graph: Graph, image: SymbolicTensor): SymbolicTensor {
  const normal = (x: SymbolicTensor, name: string) =>
    graph.batchNorm(x, graph.isTorch ? { epsilon: 1e-5, momentum: 0.9, name } : { momentum: 0.999, name });
  const relu = (x: SymbolicTensor, name: string) => graph.activation(x, 'relu6', name);
  const pointwise = (x: SymbolicTensor, filters: number, name: string, normalName: string) =>
    normal(graph.conv2d(x, filters, 1, { bias: false, name }), normalName);

  const [padded, padding] = frameworkPadding(graph, image, 3, 2);
  let x = graph.conv2d(padded, 32, 3, { strides: 2, padding, bias: false, name: 'Conv1' });
  x = relu(normal(x, 'bn_Conv1'), 'Conv1_relu');

  let index = 0;
  for (const { filters, blocks, expansion, ...stage } of STAGES) {
    for (let i = 0; i < blocks; i++, index++) {
      const name = index === 0 ? 'expanded_conv' : `block_${index}`;
      const strides = i === 0 ? stage.strides : 1;
      const channels = channelsOf(x);
      let y = x;
      if (expansion > 1) {
        y = pointwise(y, expansion * channels, `${name}_expand`, `${name}_expand_BN`);
        y = relu(y, `${name}_expand_relu`);
      }
      const [input, inputPadding] = frameworkPadding(graph, y, 3, strides);
      const options = { strides, padding: inputPadding, bias: false, name: `${name}_depthwise` };
      y = normal(graph.depthwiseConv2d(input, 3, options), `${name}_depthwise_BN`);
      y = relu(y, `${name}_depthwise_relu`);
      y = pointwise(y, filters, `${name}_project`, `${name}_project_BN`);
      x = strides === 1 && channels === filters ? graph.add([x, y], `${name}_add`) : y;
    }
  }
  return relu(pointwise(x, 1280, 'Conv_1', 'Conv_1_bn'), 'out_relu');
}
