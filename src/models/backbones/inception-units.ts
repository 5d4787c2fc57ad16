/** What Inception's networks are made of: convolutions, each with BatchNorm and ReLU, in chains and branches. */
import type { SymbolicTensor } from '@tensorflow/tfjs-layers';
import type { Graph, Padding } from '../graph';

type Kernel = number | [height: number, width: number];

interface UnitOptions {
  strides?: number;
  padding?: Padding;
  name?: string;
}

export function inceptionUnits(graph: Graph) {
  /** Convolution → BatchNorm → ReLU. Only PyTorch's BatchNorm has a gamma here. */
  const unit = (x: SymbolicTensor, filters: number, kernel: Kernel, options: UnitOptions = {}) => {
    const { name } = options;
    const y = graph.conv2d(x, filters, kernel, { ...options, bias: false });
    const normal = graph.batchNorm(y, { scale: graph.isTorch, name: name && `${name}_bn` });
    return graph.relu(normal, name && `${name}_ac`);
  };
  /** One unit after another, of stride 1. */
  const chain = (x: SymbolicTensor, ...units: [filters: number, kernel: Kernel][]) =>
    units.reduce((y, [filters, kernel]) => unit(y, filters, kernel), x);
  /** A 3×3 unit that halves the sides, without padding. */
  const halve = (x: SymbolicTensor, filters: number) => unit(x, filters, 3, { strides: 2, padding: 'valid' });

  /** From the image to 192 maps of about an eighth of its sides. */
  const stem = (image: SymbolicTensor) => {
    let x = unit(halve(image, 32), 32, 3, { padding: 'valid' });
    x = graph.maxPool(unit(x, 64, 3), 3, 2);
    x = unit(x, 80, 1, { padding: 'valid' });
    return graph.maxPool(unit(x, 192, 3, { padding: 'valid' }), 3, 2);
  };
  return { unit, chain, halve, stem };
}
