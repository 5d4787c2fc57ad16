/** Inception's units by number: Keras counts the convolutions, PyTorch names each after its place. */
import { keysIn, type TorchNames } from './torch-names';

/** @param modules - PyTorch's names of the units, in the order in which Keras makes them */
export function unitNames(modules: readonly string[]): TorchNames {
  return (layer, weight) => {
    const [, kind, count = '0'] = /^(conv2d|batch_normalization)(?:_(\d+))?$/.exec(layer) ?? [];
    const module = modules[Number(count)];
    if (kind === undefined || module === undefined) return [];
    return keysIn([`${module}.${kind === 'conv2d' ? 'conv' : 'bn'}`], weight);
  };
}
