/** Small convolutional networks, models 5 to 8 of the baselines of which M is another. */
import {
  input,
  layers,
  model,
  regularizers,
  type LayersModel,
  type SymbolicTensor,
} from '@tensorflow/tfjs-layers';
import { checkImageSize, checkOptions, type BuildDefaults, positiveInteger } from '../options';
import { dropoutLayer, glorotUniform } from '../seeds';
import type { SmallCnnOptions } from './small-cnn-presets';

const OWN_OPTIONS = ['filters', 'kernelSize', 'poolSizes', 'neurons', 'l2'];

/**
 * [Conv → ReLU → MaxPool] for each of `filters` → Flatten → Dropout (0 unless asked for) → Dense `neurons` ReLU →
 * Dense (classes) sigmoid. Convolutions are not padded. Initial weights are Keras's defaults.
 */
export function build(options: SmallCnnOptions, defaults: BuildDefaults): LayersModel {
  const checked = checkOptions(options, defaults, OWN_OPTIONS);
  const { filters = [2], kernelSize = 5, poolSizes = [7], neurons = 100, l2 = 0 } = options;
  for (const size of filters) positiveInteger('filters', size);
  for (const size of poolSizes) positiveInteger('poolSizes', size);
  positiveInteger('kernelSize', kernelSize);
  positiveInteger('neurons', neurons);
  if (filters.length !== poolSizes.length) {
    throw new RangeError(
      `poolSizes must have one size for each of filters. Received ${poolSizes.length} sizes for ${filters.length} convolutions`,
    );
  }
  if (!(l2 >= 0 && l2 < Infinity)) {
    throw new RangeError(`l2 must be a finite number of at least 0. Received ${String(l2)}`);
  }
  const shrinks = poolSizes.flatMap((size) => [{ conv: kernelSize }, { pool: size }]);
  checkImageSize('this smallCnn', checked.inputShape, shrinks);

  const { seed } = checked;
  const kernel = (name: string) => ({
    kernelInitializer: glorotUniform(seed, name),
    ...(l2 > 0 ? { kernelRegularizer: regularizers.l2({ l2 }) } : {}),
    name,
  });
  const image = input({ shape: checked.inputShape, name: 'image' });
  let x: SymbolicTensor = image;
  filters.forEach((count, i) => {
    const name = `conv${i + 1}`;
    const y = layers.conv2d({ filters: count, kernelSize, activation: 'relu', ...kernel(name) }).apply(x);
    x = layers.maxPooling2d({ poolSize: poolSizes[i]!, name: `pool${i + 1}` }).apply(y) as SymbolicTensor;
  });
  x = layers.flatten({ name: 'flatten' }).apply(x) as SymbolicTensor;
  x = dropoutLayer(checked.dropout ?? 0, seed, 'flatten_dropout').apply(x) as SymbolicTensor;
  x = layers.dense({ units: neurons, activation: 'relu', ...kernel('hidden') }).apply(x) as SymbolicTensor;
  const scores = layers
    .dense({ units: checked.numClasses, activation: 'sigmoid', ...kernel('scores') })
    .apply(x);
  return model({ inputs: image, outputs: scores as SymbolicTensor, name: checked.name });
}
