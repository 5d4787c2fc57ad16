/** InceptionResNetV2: Szegedy et al. 2016, arXiv 1602.07261, as in keras.applications. */
import type { SymbolicTensor } from '@tensorflow/tfjs-layers';
import { channelsOf, type Graph } from '../graph';
import { inceptionUnits } from './inception-units';

export function inceptionResNetV2(graph: Graph, image: SymbolicTensor): SymbolicTensor {
  const { unit, chain, halve, stem } = inceptionUnits(graph);

  /** x + scale · what the branches make of x. */
  const block = (
    x: SymbolicTensor,
    branches: SymbolicTensor[],
    scale: number,
    name: string,
    isLast = false,
  ) => {
    const mixed = graph.concat(branches, `${name}_mixed`);
    const up = graph.conv2d(mixed, channelsOf(x), 1, { name: `${name}_conv` });
    const sum = graph.add(
      [x, scale === 1 ? up : graph.rescale(up, scale, 0, `${name}_scale`)],
      `${name}_sum`,
    );
    return isLast ? sum : graph.relu(sum, `${name}_ac`);
  };

  let x = stem(image);
  const branch0 = unit(x, 96, 1);
  const branch1 = chain(x, [48, 1], [64, 5]);
  const branch2 = chain(x, [64, 1], [96, 3], [96, 3]);
  const branchPool = unit(graph.averagePool(x, 3, 1, 'same'), 64, 1);
  x = graph.concat([branch0, branch1, branch2, branchPool], 'mixed_5b');

  for (let i = 1; i <= 10; i++) {
    const branches = [chain(x, [32, 1]), chain(x, [32, 1], [32, 3]), chain(x, [32, 1], [48, 3], [64, 3])];
    x = block(x, branches, 0.17, `block35_${i}`);
  }

  x = graph.concat(
    [halve(x, 384), halve(chain(x, [256, 1], [256, 3]), 384), graph.maxPool(x, 3, 2)],
    'mixed_6a',
  );

  for (let i = 1; i <= 20; i++) {
    const branches = [chain(x, [192, 1]), chain(x, [128, 1], [160, [1, 7]], [192, [7, 1]])];
    x = block(x, branches, 0.1, `block17_${i}`);
  }

  const first = halve(chain(x, [256, 1]), 384);
  const second = halve(chain(x, [256, 1]), 288);
  const third = halve(chain(x, [256, 1], [288, 3]), 320);
  x = graph.concat([first, second, third, graph.maxPool(x, 3, 2)], 'mixed_7a');

  for (let i = 1; i <= 10; i++) {
    const branches = [chain(x, [192, 1]), chain(x, [192, 1], [224, [1, 3]], [256, [3, 1]])];
    x = block(x, branches, i < 10 ? 0.2 : 1, `block8_${i}`, i === 10);
  }
  return unit(x, 1536, 1, { name: 'conv_7b' });
}
