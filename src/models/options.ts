/** Options that every model takes, their checks, and the sizes that images shrink to on the way. */
import { HPA_CLASSES } from '../labels';
import type { FreezeOptions } from './freezing';
import type { LoadWeightsOptions } from './weights/load-weights';
import type { WeightFile } from './weights/weight-file';

/** Shape of one image, without the batch. */
export type InputShape = readonly [height: number, width: number, channels: number];

/** Options of every model. */
export interface ModelOptions {
  /**
   * Weights to start from: bytes of a file, or what `openWeights` and `fetchWeights` read. The head's weights stay
   * fresh unless the file has them too; see `loadWeights` for more.
   * @default fresh weights
   */
  weights?: Uint8Array | WeightFile | ({ from: Uint8Array | WeightFile } & LoadWeightsOptions);
  /**
   * What training leaves as it is: all but the head, or all but the head and the last layers before it. See
   * `freezeBackbone`.
   * @default false
   */
  freeze?: boolean | FreezeOptions;
  /**
   * Shape of one image, `[height, width, channels]`.
   * @default the entry's `defaultInputShape`
   */
  inputShape?: InputShape;
  /**
   * How many classes the model scores.
   * @default 28
   */
  numClasses?: number;
  /**
   * The rate of every Dropout layer, in [0, 1); 0 leaves them without effect.
   * @default the architecture's own rates
   */
  dropout?: number;
  /**
   * Fixes the initial weights and the units that Dropout drops. Unset, both differ from run to run.
   * @default undefined
   */
  seed?: number;
  /**
   * Name of the model.
   * @default the entry's name
   */
  name?: string;
}

/** What the registry says about the model at hand. */
export interface BuildDefaults {
  name: string;
  inputShape: InputShape;
  minimumSize: number;
}

/** What a model is built from once defaults are filled in. */
export interface CheckedOptions {
  inputShape: [height: number, width: number, channels: number];
  numClasses: number;
  dropout: number | undefined;
  seed: number | undefined;
  name: string;
}

const COMMON = ['inputShape', 'numClasses', 'dropout', 'seed', 'name', 'weights', 'freeze'];

/** Fills in the defaults and checks the options, names of the architecture's own options among them. */
export function checkOptions(
  options: ModelOptions,
  defaults: BuildDefaults,
  own: readonly string[] = [],
): CheckedOptions {
  const known = [...COMMON, ...own];
  const unknown = Object.keys(options).find((key) => !known.includes(key));
  if (unknown !== undefined) {
    throw new TypeError(`${defaults.name} has no option "${unknown}". It takes ${known.join(', ')}`);
  }
  const { inputShape = defaults.inputShape, numClasses = HPA_CLASSES.length, dropout, seed } = options;
  const { name = defaults.name } = options;
  const sizes: readonly number[] = inputShape;
  if (!Array.isArray(inputShape) || sizes.length !== 3) {
    throw new TypeError(
      `inputShape must be [height, width, channels]. Received ${JSON.stringify(inputShape)}`,
    );
  }
  for (const size of sizes) positiveInteger('inputShape', size);
  positiveInteger('numClasses', numClasses);
  if (dropout !== undefined && !(dropout >= 0 && dropout < 1)) {
    throw new RangeError(`dropout must lie in [0, 1). Received ${String(dropout)}`);
  }
  if (seed !== undefined && !Number.isFinite(seed)) {
    throw new RangeError(`seed must be a finite number. Received ${String(seed)}`);
  }
  const [height, width, channels] = inputShape;
  return { inputShape: [height, width, channels], numClasses, dropout, seed, name };
}

/** Throws a RangeError unless the value is a positive integer. */
export function positiveInteger(what: string, value: number): void {
  if (!Number.isInteger(value) || value < 1) {
    throw new RangeError(`${what} must be made of positive integers. Received ${String(value)}`);
  }
}

/** Throws a RangeError unless the value is one of those known. */
export function oneOf(what: string, value: string, known: readonly string[]): void {
  if (!known.includes(value)) {
    throw new RangeError(`${what} must be one of ${known.join(', ')}. Received ${JSON.stringify(value)}`);
  }
}

/** A layer that makes images smaller: a convolution without padding, or pooling with a stride of its size. */
export type Shrink = { conv: number } | { pool: number };

/** Throws a RangeError where nothing would be left of the image, and says which size it takes. */
export function checkImageSize(model: string, inputShape: InputShape, shrinks: readonly Shrink[]): void {
  const needed = shrinks.reduceRight(
    (size, shrink) => ('conv' in shrink ? size + shrink.conv - 1 : size * shrink.pool),
    1,
  );
  const [height, width] = inputShape;
  if (Math.min(height, width) < needed) throw tooSmall(model, inputShape, needed);
}

/** Throws a RangeError where the image is smaller than the registry says that the architecture can take. */
export function checkMinimumSize({ name, minimumSize }: BuildDefaults, inputShape: InputShape): void {
  if (Math.min(inputShape[0], inputShape[1]) < minimumSize) throw tooSmall(name, inputShape, minimumSize);
}

function tooSmall(model: string, inputShape: InputShape, needed: number): RangeError {
  return new RangeError(
    `inputShape [${inputShape.join(', ')}] is too small for ${model}: needs at least ${needed}×${needed} pixels`,
  );
}
