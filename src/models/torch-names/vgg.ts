/** VGG16 in torchvision and timm: `features` counts convolutions, ReLUs and pooling alike. */
import { keysIn, type TorchNames } from './torch-names';

/** Where each block begins. */
const FIRST = [0, 5, 10, 17, 24];

export const vggTorchNames: TorchNames = (layer, weight) => {
  const [, block, convolution] = /^block(\d)_conv(\d)$/.exec(layer) ?? [];
  if (block === undefined) return [];
  return keysIn([`features.${FIRST[Number(block) - 1]! + 2 * (Number(convolution) - 1)}`], weight);
};
