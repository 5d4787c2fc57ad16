/** Squeeze and excitation of the EfficientNets: Hu et al. 2017, arXiv 1709.01507. */
import type { SymbolicTensor } from '@tensorflow/tfjs-layers';
import { channelsOf, type Graph } from '../graph';
import { HE_FAN_OUT } from '../initial-weights';

/** Weights each channel by what the whole image shows of them all, through two dense layers. */
export function squeezeExcite(
  graph: Graph,
  x: SymbolicTensor,
  hidden: number,
  block: string,
): SymbolicTensor {
  const channels = channelsOf(x);
  const name = `${block}_se`;
  let y = graph.globalAveragePool(x, `${name}_squeeze`);
  y = graph.reshape(y, [1, 1, channels], `${name}_reshape`);
  y = graph.conv2d(y, hidden, 1, { activation: 'swish', init: HE_FAN_OUT, name: `${name}_reduce` });
  y = graph.conv2d(y, channels, 1, { activation: 'sigmoid', init: HE_FAN_OUT, name: `${name}_expand` });
  return graph.multiply([x, y], `${name}_excite`);
}
