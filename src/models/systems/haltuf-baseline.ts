/** The baseline network M: 194,024 weights at 192×192×4. */
import { input, layers, model, type LayersModel, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { checkImageSize, checkOptions, type BuildDefaults, type ModelOptions, type Shrink } from '../options';
import { dropoutLayer, glorotUniform } from '../seeds';

/** Options of the model `'haltufBaseline'`. */
export interface HaltufBaselineOptions extends ModelOptions {
  /**
   * How much of BatchNorm's moving mean and variance a step keeps, in [0, 1). They start at 0 and 1, and after
   * n steps still hold momentumⁿ of that: for a training of a few hundred steps 0.9 predicts far better.
   * @default 0.99
   */
  batchNormMomentum?: number;
}

const STEM = [8, 8, 16];
const BRANCH_KERNELS = [3, 5, 7, 1];
const TAIL = [32, 64, 128];
const HIDDEN_UNITS = 28;
const SHRINKS: Shrink[] = [
  ...STEM.map(() => ({ conv: 3 })),
  { pool: 2 },
  { pool: 2 },
  ...TAIL.flatMap(() => [{ conv: 3 }, { pool: 2 }]),
];

/**
 * BatchNorm → [Conv 3×3 → ReLU → BatchNorm] with 8, 8, 16 filters → MaxPool 2 → Dropout .25 → parallel Conv of
 * 3×3, 5×5, 7×7 and 1×1 with 16 filters each, ReLU, concatenated → BatchNorm → MaxPool 2 → Dropout .25 →
 * [Conv 3×3 → ReLU → BatchNorm → MaxPool 2 → Dropout .25] with 32, 64, 128 filters → Flatten → Dropout .5 →
 * Dense 28 → ReLU → BatchNorm → Dropout .1 → Dense (classes) sigmoid. The parallel convolutions are
 * padded, the others are not. Initial weights and BatchNorm constants are Keras's defaults.
 */
export function build(options: HaltufBaselineOptions, defaults: BuildDefaults): LayersModel {
  const checked = checkOptions(options, defaults, ['batchNormMomentum']);
  const { numClasses, dropout, seed } = checked;
  const { batchNormMomentum: momentum = 0.99 } = options;
  if (!(momentum >= 0 && momentum < 1))
    throw new RangeError(`batchNormMomentum must lie in [0, 1). Received ${String(momentum)}`);
  checkImageSize('haltufBaseline', checked.inputShape, SHRINKS);

  const batchNorm = (x: SymbolicTensor, name: string) =>
    layers.batchNormalization({ momentum, epsilon: 1e-3, name }).apply(x) as SymbolicTensor;
  const drop = (x: SymbolicTensor, rate: number, name: string) =>
    dropoutLayer(dropout ?? rate, seed, name).apply(x) as SymbolicTensor;
  const pool = (x: SymbolicTensor, name: string) =>
    layers.maxPooling2d({ poolSize: 2, name }).apply(x) as SymbolicTensor;
  const conv = (x: SymbolicTensor, filters: number, name: string) => {
    const kernelInitializer = glorotUniform(seed, name);
    const y = layers.conv2d({ filters, kernelSize: 3, kernelInitializer, name }).apply(x);
    return batchNorm(layers.reLU({ name: `${name}_relu` }).apply(y) as SymbolicTensor, `${name}_bn`);
  };

  const image = input({ shape: checked.inputShape, name: 'image' });
  let x = batchNorm(image, 'image_bn');
  STEM.forEach((filters, i) => (x = conv(x, filters, `stem${i + 1}`)));
  x = drop(pool(x, 'stem_pool'), 0.25, 'stem_dropout');

  const branches = BRANCH_KERNELS.map((kernelSize) => {
    const name = `branch${kernelSize}x${kernelSize}`;
    const kernelInitializer = glorotUniform(seed, name);
    return layers
      .conv2d({ filters: 16, kernelSize, padding: 'same', activation: 'relu', kernelInitializer, name })
      .apply(x) as SymbolicTensor;
  });
  x = layers.concatenate({ name: 'branches' }).apply(branches) as SymbolicTensor;
  x = drop(pool(batchNorm(x, 'branches_bn'), 'branches_pool'), 0.25, 'branches_dropout');

  TAIL.forEach((filters, i) => {
    const name = `tail${i + 1}`;
    x = drop(pool(conv(x, filters, name), `${name}_pool`), 0.25, `${name}_dropout`);
  });
  x = drop(layers.flatten({ name: 'flatten' }).apply(x) as SymbolicTensor, 0.5, 'flatten_dropout');
  x = layers
    .dense({ units: HIDDEN_UNITS, kernelInitializer: glorotUniform(seed, 'hidden'), name: 'hidden' })
    .apply(x) as SymbolicTensor;
  x = batchNorm(layers.reLU({ name: 'hidden_relu' }).apply(x) as SymbolicTensor, 'hidden_bn');
  const scores = layers
    .dense({
      units: numClasses,
      activation: 'sigmoid',
      kernelInitializer: glorotUniform(seed, 'scores'),
      name: 'scores',
    })
    .apply(drop(x, 0.1, 'hidden_dropout')) as SymbolicTensor;
  return model({ inputs: image, outputs: scores, name: checked.name });
}
