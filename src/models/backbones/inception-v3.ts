/** InceptionV3: Szegedy et al. 2015, arXiv 1512.00567, as in keras.applications. */
import type { SymbolicTensor } from '@tensorflow/tfjs-layers';
import type { Graph } from '../graph';
import { inceptionUnits } from './inception-units';

export function inceptionV3(graph: Graph, image: SymbolicTensor): SymbolicTensor {
  const { unit, chain, halve, stem } = inceptionUnits(graph);

  /** The mean of each 3×3 neighbourhood: PyTorch counts the zeros beyond the edge, Keras doesn't. */
  const smooth = (x: SymbolicTensor) =>
    graph.isTorch ? graph.averagePool(graph.zeroPad(x, 1), 3, 1) : graph.averagePool(x, 3, 1, 'same');
  const poolBranch = (x: SymbolicTensor, filters: number) => unit(smooth(x), filters, 1);

  const mixedWith5x5 = (x: SymbolicTensor, poolFilters: number, name: string) => {
    const branches = [
      unit(x, 64, 1),
      chain(x, [48, 1], [64, 5]),
      chain(x, [64, 1], [96, 3], [96, 3]),
      poolBranch(x, poolFilters),
    ];
    return graph.concat(branches, name);
  };

  const mixedWith7x7 = (x: SymbolicTensor, inner: number, name: string) => {
    const branches = [
      unit(x, 192, 1),
      chain(x, [inner, 1], [inner, [1, 7]], [192, [7, 1]]),
      chain(x, [inner, 1], [inner, [7, 1]], [inner, [1, 7]], [inner, [7, 1]], [192, [1, 7]]),
      poolBranch(x, 192),
    ];
    return graph.concat(branches, name);
  };

  /** A branch that looks along rows and along columns side by side. */
  const fork = (x: SymbolicTensor, name?: string) =>
    graph.concat([unit(x, 384, [1, 3]), unit(x, 384, [3, 1])], name);
  const mixedWithForks = (x: SymbolicTensor, name: string, forkName: string) => {
    const branches = [
      unit(x, 320, 1),
      fork(chain(x, [384, 1]), forkName),
      fork(chain(x, [448, 1], [384, 3])),
      poolBranch(x, 192),
    ];
    return graph.concat(branches, name);
  };

  let x = stem(image);
  x = mixedWith5x5(x, 32, 'mixed0');
  x = mixedWith5x5(x, 64, 'mixed1');
  x = mixedWith5x5(x, 64, 'mixed2');

  x = graph.concat([halve(x, 384), halve(chain(x, [64, 1], [96, 3]), 96), graph.maxPool(x, 3, 2)], 'mixed3');
  x = mixedWith7x7(x, 128, 'mixed4');
  x = mixedWith7x7(x, 160, 'mixed5');
  x = mixedWith7x7(x, 160, 'mixed6');
  x = mixedWith7x7(x, 192, 'mixed7');

  const shrunk = halve(chain(x, [192, 1]), 320);
  const deep = halve(chain(x, [192, 1], [192, [1, 7]], [192, [7, 1]]), 192);
  x = graph.concat([shrunk, deep, graph.maxPool(x, 3, 2)], 'mixed8');
  x = mixedWithForks(x, 'mixed9', 'mixed9_0');
  return mixedWithForks(x, 'mixed10', 'mixed9_1');
}
