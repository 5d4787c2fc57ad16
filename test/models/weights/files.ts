/** The files that test/golden/keras_weight_files.py wrote, and the model in them. */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { input, layers, model, type LayersModel, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { namedWeights } from '../formula';

const FOLDER = new URL('../../golden/keras_weight_files/', import.meta.url);

export const SIZE = [16, 16, 3] as const;

export function golden(name: string): Uint8Array {
  return new Uint8Array(gunzipSync(readFileSync(new URL(`${name}.gz`, FOLDER))));
}

/** What Keras's model makes of the formula's image. */
export function goldenFeatures(): { shape: number[]; values: number[] } {
  return JSON.parse(readFileSync(new URL('features.json', FOLDER), 'utf8')) as {
    shape: number[];
    values: number[];
  };
}

export interface NetworkOptions {
  channels?: number;
  /** Whether a head of ours follows the features. */
  head?: boolean;
  /** Units of the last convolution. */
  units?: number;
}

/** The model of keras_weight_files.py, without its Normalization. */
export function network({ channels = 3, head = false, units = 6 }: NetworkOptions = {}): LayersModel {
  const conv = (x: SymbolicTensor, name: string, filters = 4) =>
    layers.conv2d({ filters, kernelSize: 1, name }).apply(x) as SymbolicTensor;
  const normal = (x: SymbolicTensor, name: string, scale = true) =>
    layers.batchNormalization({ name, scale, epsilon: 1e-3 }).apply(x) as SymbolicTensor;
  const image = input({ shape: [SIZE[0], SIZE[1], channels], name: 'image' });
  let x = layers
    .conv2d({ filters: 4, kernelSize: 3, strides: 2, useBias: false, name: 'conv2d' })
    .apply(image) as SymbolicTensor;
  x = layers.reLU().apply(normal(x, 'batch_normalization')) as SymbolicTensor;
  const long = conv(conv(x, 'conv2d_1'), 'conv2d_2');
  x = layers.concatenate().apply([long, conv(x, 'conv2d_3')]) as SymbolicTensor;
  x = layers
    .depthwiseConv2d({ kernelSize: 3, padding: 'same', name: 'mix_depthwise' })
    .apply(x) as SymbolicTensor;
  x = normal(x, 'batch_normalization_1', false);
  x = layers
    .separableConv2d({ filters: 6, kernelSize: 3, padding: 'same', name: 'separable_conv2d' })
    .apply(x) as SymbolicTensor;
  x = layers.layerNormalization({ name: 'layer_normalization', epsilon: 1e-3 }).apply(x) as SymbolicTensor;
  x = normal(conv(x, 'last_conv', units), 'last_bn');
  if (head) {
    x = layers.globalAveragePooling2d({ name: 'head_pool' }).apply(x) as SymbolicTensor;
    x = layers.dense({ units: 7, name: 'scores' }).apply(x) as SymbolicTensor;
  }
  return model({ inputs: image, outputs: x, name: 'network' });
}

/** The model's weights by name, of the layers asked for. */
export function valuesOf(
  of: LayersModel,
  isWanted: (layer: string) => boolean = () => true,
): Record<string, number[]> {
  const wanted = namedWeights(of).filter(({ key }) => isWanted(key.split('/')[0]!));
  return Object.fromEntries(wanted.map(({ key, variable }) => [key, [...variable.dataSync()]]));
}
