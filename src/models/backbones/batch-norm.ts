/** The BatchNorm of ResNets and DenseNets. */
import type { SymbolicTensor } from '@tensorflow/tfjs-layers';
import type { Graph } from '../graph';

/** With PyTorch's epsilon, or the slightly larger one of keras.applications. */
export function batchNorm(graph: Graph, x: SymbolicTensor, name: string): SymbolicTensor {
  return graph.batchNorm(x, { epsilon: graph.isTorch ? 1e-5 : 1.001e-5, name });
}

/** BatchNorm, then ReLU: layers `…_bn` and `…_relu`. */
export function normalRelu(graph: Graph, x: SymbolicTensor, name: string): SymbolicTensor {
  return graph.relu(batchNorm(graph, x, `${name}_bn`), `${name}_relu`);
}
