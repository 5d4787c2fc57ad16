/** NASNetMobile, NASNet-A (4 @ 1056): Zoph et al. 2017, arXiv 1707.07012, as in keras.applications. */
import type { SymbolicTensor } from '@tensorflow/tfjs-layers';
import type { Graph } from '../graph';
import type { KernelInit } from '../initial-weights';

const HE_NORMAL: KernelInit = { scale: 2, mode: 'fanIn', distribution: 'truncatedNormal' };

/** Makes of the outputs of the last cell and, where there is one, of the cell before it the next. */
type Cell = (
  x: SymbolicTensor,
  before: SymbolicTensor | undefined,
  filters: number,
  id: string,
) => SymbolicTensor;

/** One row or column at an edge, to pad or crop. */
const FIRST: [number, number] = [1, 0];
const LAST: [number, number] = [0, 1];

export function nasNetMobile(graph: Graph, image: SymbolicTensor): SymbolicTensor {
  const { normalCell, reductionCell } = nasNetCells(graph);
  const stem = graph.conv2d(image, 32, 3, {
    ...{ strides: 2, padding: 'valid', bias: false },
    ...{ init: HE_NORMAL, name: 'stem_conv1' },
  });
  let x = graph.batchNorm(stem, { momentum: 0.9997, name: 'stem_bn1' });
  let before: SymbolicTensor | undefined;
  const follow = (cell: Cell, filters: number, id: string) => {
    [x, before] = [cell(x, before, filters, id), x];
  };

  follow(reductionCell, 11, 'stem_1');
  follow(reductionCell, 22, 'stem_2');
  for (let i = 0; i < 4; i++) follow(normalCell, 44, `${i}`);
  follow(reductionCell, 88, 'reduce_4');
  for (let i = 5; i < 9; i++) follow(normalCell, 88, `${i}`);
  follow(reductionCell, 176, 'reduce_8');
  for (let i = 9; i < 13; i++) follow(normalCell, 176, `${i}`);
  return graph.relu(x);
}

/** The two cells of the paper's figure 4. */
function nasNetCells(graph: Graph) {
  const norm = (x: SymbolicTensor, name: string) => graph.batchNorm(x, { momentum: 0.9997, name });
  const conv1x1 = (x: SymbolicTensor, filters: number, name: string) =>
    graph.conv2d(x, filters, 1, { bias: false, init: HE_NORMAL, name });
  /** What a window of stride 2 needs beyond the edge, as in TensorFlow. */
  const pad = (x: SymbolicTensor, kernel: number, name: string) => {
    const half = (kernel - 1) / 2;
    const [height, width] = [x.shape[1]!, x.shape[2]!];
    const paddings = (side: number): [number, number] => [half - (side % 2 === 0 ? 1 : 0), half];
    return graph.zeroPad(x, [paddings(height), paddings(width)], name);
  };

  /** Twice ReLU, separable convolution and BatchNorm. */
  const separable = (x: SymbolicTensor, filters: number, kernel: number, id: string, strides = 1) => {
    let y = graph.relu(x);
    if (strides > 1) y = pad(y, kernel, `separable_conv_1_pad_${id}`);
    y = graph.separableConv2d(y, filters, kernel, {
      ...{ strides, padding: strides > 1 ? 'valid' : 'same', bias: false },
      name: `separable_conv_1_${id}`,
    });
    y = graph.relu(norm(y, `separable_conv_1_bn_${id}`));
    y = graph.separableConv2d(y, filters, kernel, { bias: false, name: `separable_conv_2_${id}` });
    return norm(y, `separable_conv_2_bn_${id}`);
  };

  /** Gives the output of the cell before the sides of x, and as many channels as the cell has filters. */
  const adjust = (
    before: SymbolicTensor | undefined,
    x: SymbolicTensor,
    filters: number,
    id: string,
  ): SymbolicTensor => {
    if (before === undefined) return x;
    if (before.shape[2] !== x.shape[2]) {
      // Half the channels see the pixels of even rows and columns, half those of odd ones.
      const active = graph.relu(before, `adjust_relu_1_${id}`);
      const everySecond = (y: SymbolicTensor, half: 1 | 2) =>
        conv1x1(
          graph.averagePool(y, 1, 2, 'valid', `adjust_avg_pool_${half}_${id}`),
          filters / 2,
          `adjust_conv_${half}_${id}`,
        );
      const even = everySecond(active, 1);
      const shifted = graph.crop(graph.zeroPad(active, [LAST, LAST]), [FIRST, FIRST]);
      return norm(graph.concat([even, everySecond(shifted, 2)]), `adjust_bn_${id}`);
    }
    return norm(conv1x1(graph.relu(before), filters, `adjust_conv_projection_${id}`), `adjust_bn_${id}`);
  };
  const squeeze = (x: SymbolicTensor, filters: number, kind: string, id: string) =>
    norm(conv1x1(graph.relu(x), filters, `${kind}_conv_1_${id}`), `${kind}_bn_1_${id}`);

  const normalCell: Cell = (x, before, filters, id) => {
    const p = adjust(before, x, filters, id);
    const h = squeeze(x, filters, 'normal', id);
    const conv = (y: SymbolicTensor, kernel: number, place: string) =>
      separable(y, filters, kernel, `normal_${place}_${id}`);
    const average = (y: SymbolicTensor, place: string) =>
      graph.averagePool(y, 3, 1, 'same', `normal_${place}_${id}`);
    const pairs: [SymbolicTensor, SymbolicTensor][] = [
      [conv(h, 5, 'left1'), conv(p, 3, 'right1')],
      [conv(p, 5, 'left2'), conv(p, 3, 'right2')],
      [average(h, 'left3'), p],
      [average(p, 'left4'), average(p, 'right4')],
      [conv(h, 3, 'left5'), h],
    ];
    const sums = pairs.map((pair, i) => graph.add(pair, `normal_add_${i + 1}_${id}`));
    return graph.concat([p, ...sums], `normal_concat_${id}`);
  };

  const reductionCell: Cell = (x, before, filters, id) => {
    const p = adjust(before, x, filters, id);
    const h = squeeze(x, filters, 'reduction', id);
    const padded = pad(h, 3, `reduction_pad_1_${id}`);
    const conv = (y: SymbolicTensor, kernel: number, place: string, strides = 2) =>
      separable(y, filters, kernel, `reduction_${place}_${id}`, strides);
    const sum = (left: SymbolicTensor, right: SymbolicTensor, name: string) =>
      graph.add([left, right], `reduction_${name}_${id}`);
    const largest = (place: string) => graph.maxPool(padded, 3, 2, 'valid', `reduction_${place}_${id}`);

    const x1 = sum(conv(h, 5, 'left1'), conv(p, 7, 'right1'), 'add_1');
    const x2 = sum(largest('left2'), conv(p, 7, 'right2'), 'add_2');
    const average = graph.averagePool(padded, 3, 2, 'valid', `reduction_left3_${id}`);
    const x3 = sum(average, conv(p, 5, 'right3'), 'add3');
    const x4 = graph.add([x2, graph.averagePool(x1, 3, 1, 'same', `reduction_left4_${id}`)]);
    const x5 = sum(conv(x1, 3, 'left4', 1), largest('right5'), 'add4');
    return graph.concat([x2, x3, x4, x5], `reduction_concat_${id}`);
  };
  return { normalCell, reductionCell };
}
