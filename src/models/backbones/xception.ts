/** Xception: Chollet 2016, arXiv 1610.02357, as in keras.applications. */
import type { SymbolicTensor } from '@tensorflow/tfjs-layers';
import type { Graph } from '../graph';
import { torchMaxPool } from './framework-padding';

export function xception(graph: Graph, image: SymbolicTensor): SymbolicTensor {
  const norm = (x: SymbolicTensor, name?: string) =>
    graph.batchNorm(x, { epsilon: graph.isTorch ? 1e-5 : 1e-3, name });
  const conv = (x: SymbolicTensor, filters: number, strides: number, name: string) => {
    const y = graph.conv2d(x, filters, 3, { strides, padding: 'valid', bias: false, name });
    return graph.relu(norm(y, `${name}_bn`), `${name}_act`);
  };
  const separable = (x: SymbolicTensor, filters: number, name: string) =>
    norm(graph.separableConv2d(x, filters, 3, { bias: false, name }), `${name}_bn`);

  /** Maxima of 3×3 pixels, which halve the sides. PyTorch's lie around every second pixel from the first on. */
  const pool = (x: SymbolicTensor, name: string) => {
    const areSame = [x.shape[1]!, x.shape[2]!].every((side) => side % 2 === 1);
    if (!graph.isTorch || areSame) return graph.maxPool(x, 3, 2, 'same', name);
    return torchMaxPool(graph, x, name);
  };

  /** Two separable convolutions and maxima, beside a convolution of stride 2. */
  const halve = (x: SymbolicTensor, first: number, second: number, name: string, startsActive = true) => {
    const shortcut = norm(graph.conv2d(x, second, 1, { strides: 2, bias: false }));
    let y = startsActive ? graph.relu(x, `${name}_sepconv1_act`) : x;
    y = separable(y, first, `${name}_sepconv1`);
    y = separable(graph.relu(y, `${name}_sepconv2_act`), second, `${name}_sepconv2`);
    return graph.add([pool(y, `${name}_pool`), shortcut]);
  };

  let x = conv(image, 32, 2, 'block1_conv1');
  x = conv(x, 64, 1, 'block1_conv2');
  x = halve(x, 128, 128, 'block2', false);
  x = halve(x, 256, 256, 'block3');
  x = halve(x, 728, 728, 'block4');
  for (let i = 5; i <= 12; i++) {
    let y = x;
    for (const name of [1, 2, 3].map((j) => `block${i}_sepconv${j}`))
      y = separable(graph.relu(y, `${name}_act`), 728, name);
    x = graph.add([y, x]);
  }
  x = halve(x, 728, 1024, 'block13');
  x = graph.relu(separable(x, 1536, 'block14_sepconv1'), 'block14_sepconv1_act');
  return graph.relu(separable(x, 2048, 'block14_sepconv2'), 'block14_sepconv2_act');
}
