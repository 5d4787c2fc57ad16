/** A model's weights and an optimizer's state as named arrays, and back. */
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { namedWeights } from '../../models/named-weights';
import type { NamedArray } from '../../models/weights/write-safetensors';
import { restoreState, type NamedTensors } from '../optimizers/optimizer-state';

export async function modelArrays(model: LayersModel): Promise<NamedArray[]> {
  const arrays = Array.from(namedWeights(model), ([key, weight]) => readArray(key, weight.read()));
  return Promise.all(arrays);
}

/** The tensor's values, copied: some engines hand out their own memory. */
export async function readArray(key: string, tensor: tf.Tensor): Promise<NamedArray> {
  if (tensor.dtype !== 'float32')
    throw new TypeError(`"${key}" must be float32 to be kept in a checkpoint. Received ${tensor.dtype}`);
  return { key, shape: tensor.shape, values: (await tensor.data<'float32'>()).slice() };
}

/**
 * Weights by their order: tfjs numbers layers without a name anew in each copy of a model.
 *
 * @param arrays - the model's first, as `modelArrays` gave them
 * @throws RangeError, before anything is written, where they are not those of this model
 */
export function restoreModel(model: LayersModel, arrays: readonly NamedArray[], whose: string): void {
  const weights = Array.from(namedWeights(model), ([key, weight], i) => ({ key, weight, array: arrays[i] }));
  for (const { key, weight, array } of weights) {
    const isSame =
      array && withoutNumbers(array.key) === withoutNumbers(key) && hasShape(array, weight.shape as number[]);
    if (!isSame)
      throw new RangeError(
        `${whose} is of another model: where this has "${key}" of ${weight.shape.join('×')}, that has ${array ? `"${array.key}" of ${array.shape.join('×')}` : 'nothing'}`,
      );
  }
  tf.tidy(() => {
    for (const { weight, array } of weights) weight.write(toTensor(array!));
  });
}

const withoutNumbers = (name: string) => name.replace(/\d+/g, '');

function hasShape({ shape }: NamedArray, expected: number[]): boolean {
  return tf.util.arraysEqual(shape as number[], expected);
}

export function toTensor({ values, shape }: NamedArray): tf.Tensor {
  return tf.tensor(values, shape as number[], 'float32');
}

const OPTIMIZER = 'optimizer/';

/** An optimizer's state but its number of steps, as `optimizer/position/name`. */
export async function optimizerArrays(optimizer: tf.Optimizer): Promise<NamedArray[]> {
  const [iterations, ...state] = await optimizer.getWeights();
  iterations!.tensor.dispose();
  return Promise.all(state.map(({ name, tensor }, i) => readArray(`${OPTIMIZER}${i}/${name}`, tensor)));
}

/** @param iterations - the number of steps that it has taken */
export async function restoreOptimizer(
  optimizer: tf.Optimizer,
  iterations: number,
  arrays: readonly NamedArray[],
): Promise<void> {
  const state = arrays
    .filter(({ key }) => key.startsWith(OPTIMIZER))
    .map((array) => ({ name: array.key.replace(/^optimizer\/\d+\//, ''), tensor: toTensor(array) }));
  const all: NamedTensors = [{ name: 'iter', tensor: tf.scalar(iterations, 'int32') }, ...state];
  try {
    await restoreState(optimizer, all);
  } finally {
    tf.dispose(all.map(({ tensor }) => tensor));
  }
}
