/** A small network with a backbone and a head, and which of its layers' weights a piece of work changes. */
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { HpaDataset, type CellImage } from 'hpa-kit';
import { fillByFormula, formulaImage } from './formula';

const { activation, conv2d, batchNormalization, globalAveragePooling2d, dense } = tfl.layers;

/** Two convolutions with batch normalizations, one of them without gamma, and a head with one more. */
export function network(): tfl.LayersModel {
  const image = tfl.input({ shape: [8, 8, 2] });
  const chain = [
    conv2d({ name: 'conv1', filters: 4, kernelSize: 3, useBias: false }),
    batchNormalization({ name: 'bn1' }),
    conv2d({ name: 'conv2', filters: 3, kernelSize: 3, activation: 'relu' }),
    batchNormalization({ name: 'bn2', scale: false }),
    globalAveragePooling2d({ name: 'pool' }),
    // Without it `head_bn` would take away all that beta of `bn2` adds.
    activation({ activation: 'tanh', name: 'tanh' }),
    batchNormalization({ name: 'head_bn' }),
    dense({ name: 'scores', units: 2, activation: 'sigmoid' }),
  ];
  const scores = chain.reduce((x, layer) => layer.apply(x) as tfl.SymbolicTensor, image);
  const model = tfl.model({ inputs: image, outputs: scores });
  fillByFormula(model);
  return model;
}

export const BACKBONE = ['conv1', 'bn1', 'conv2', 'bn2'];
export const HEAD = ['head_bn', 'scores'];
export const ALL = [...BACKBONE, ...HEAD];

/** The layers whose weights, moving statistics among them, are other bytes after the work. Each must change whole. */
export async function changedBy(model: tfl.LayersModel, work: () => Promise<unknown>): Promise<string[]> {
  const layers = innerLayers(model).filter(({ weights }) => weights.length > 0);
  const bytes = () =>
    layers.map(({ weights }) => weights.map((weight) => weight.read().dataSync<'float32'>().slice()));
  const before = bytes();
  await work();
  const after = bytes();
  return layers.flatMap(({ name, weights }, i) => {
    const changed = weights.filter((_, w) => before[i]![w]!.some((value, j) => value !== after[i]![w]![j]));
    if (changed.length > 0 && changed.length < weights.length)
      throw new Error(`Of ${name} only ${changed.map((weight) => weight.name).join()} changed`);
    return changed.length > 0 ? [name] : [];
  });
}

function innerLayers(model: tfl.LayersModel): tfl.layers.Layer[] {
  return model.layers.flatMap((layer) => (layer instanceof tfl.LayersModel ? innerLayers(layer) : [layer]));
}

export function compile(model: tfl.LayersModel): void {
  model.compile({ optimizer: 'adam', loss: 'binaryCrossentropy' });
}

/** Two steps of `trainOnBatch`. */
export async function steps(model: tfl.LayersModel): Promise<void> {
  const [x, y] = [formulaImage(4, [8, 8, 2]), tf.tensor2d([0, 1, 1, 0, 1, 1, 0, 0], [4, 2])];
  await model.trainOnBatch(x, y);
  await model.trainOnBatch(x, y);
  tf.dispose([x, y]);
}

/** Images that the network takes. */
export function cells(count = 8): HpaDataset {
  return new HpaDataset({
    name: 'cells',
    ids: Array.from({ length: count }, (_, i) => `c${i}`),
    channels: ['a', 'b'],
    classes: ['first', 'second'],
    labels: Uint8Array.from({ length: count * 2 }, (_, i) => Number((i >> 1) % (i % 2 ? 3 : 2) === 0)),
    load: (index): Promise<CellImage> => {
      const data = Uint8Array.from({ length: 128 }, (_, i) => (i * 37 + index * 59) % 251);
      return Promise.resolve({ width: 8, height: 8, channels: 2, data });
    },
  });
}
