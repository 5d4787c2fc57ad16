/** Xception in timm, `legacy_xception`; its `xception41`, `65` and `71` are other networks. */
import { keysIn, type TorchNames } from './torch-names';

/** The blocks that halve the sides, whose shortcuts Keras only numbers. */
const HALVING = ['block1', 'block2', 'block3', 'block12'];

export const xceptionNames: TorchNames = (layer, weight) => {
  const [, kind, count = '0'] = /^(conv2d|batch_normalization)(?:_(\d+))?$/.exec(layer) ?? [];
  if (kind !== undefined) {
    const block = HALVING[Number(count)];
    return block === undefined ? [] : keysIn([`${block}.${kind === 'conv2d' ? 'skip' : 'skipbn'}`], weight);
  }
  const [, block, convolution, place, bn] = /^block(\d+)_(conv|sepconv)(\d)(_bn)?$/.exec(layer) ?? [];
  if (block === undefined) return [];
  const module = moduleOf(Number(block), Number(place), bn !== undefined);
  if (convolution === 'conv' || bn !== undefined) return keysIn([module], weight);
  return weight === 'pointwise_kernel' ? [`${module}.pointwise.weight`] : keysIn([`${module}.conv1`], weight);
};

function moduleOf(block: number, place: number, isNorm: boolean): string {
  if (block === 1) return `${isNorm ? 'bn' : 'conv'}${place}`;
  if (block === 14) return `${isNorm ? 'bn' : 'conv'}${place + 2}`;
  // ReLU, convolution, BatchNorm, ReLU, …; the first block begins without a ReLU.
  const first = block === 2 ? 0 : 1;
  return `block${block - 1}.rep.${3 * (place - 1) + first + (isNorm ? 1 : 0)}`;
}
