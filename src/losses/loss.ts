/** What every loss shares: its type, its two kinds of input, the checks and a name for logs. */
import * as tf from '@tensorflow/tfjs-core';
import { sampleWeightTensor, type SampleWeights } from './sample-weights';

/**
 * A loss: targets and predictions, both `[batch, classes]`, to a scalar. `model.compile({ loss })` takes it,
 * and so does a call of your own. The caller disposes of the scalar.
 *
 * With `sampleWeights` each sample counts as much as its weight says, and one of weight 0 not at all; each loss says how
 * they enter. Weights of 1 change nothing. tfjs hands none to the losses that it calls: `withSampleWeights` and
 * `trainModel({ sampleWeights })` do.
 */
export type LossFn = (yTrue: tf.Tensor, yPred: tf.Tensor, sampleWeights?: SampleWeights) => tf.Tensor;

/** What the predictions are: sigmoid outputs in 0–1, or the numbers before the sigmoid. */
export type PredictionKind = 'probabilities' | 'logits';

/**
 * How near to 0 and 1 probabilities may come before a logarithm is taken, as in Keras. Outside
 * `[EPSILON, 1 - EPSILON]` the gradient is 0.
 */
export const EPSILON = 1e-7;

/** Checks the option `from`. */
export function checkFrom(from: string): void {
  checkOneOf('from', from, ['probabilities', 'logits']);
}

/** Throws a TypeError unless an option is one of two or three words. */
export function checkOneOf(name: string, value: string, words: readonly string[]): void {
  if (words.includes(value)) return;
  const quoted = words.map((word) => `'${word}'`);
  const list = `${quoted.slice(0, -1).join(', ')} or ${quoted.at(-1)!}`;
  throw new TypeError(`${name} must be ${list}. Received ${value}`);
}

/** Throws a RangeError unless an exponent is a finite number of at least 0. */
export function checkGamma(name: string, gamma: number): void {
  if (!(gamma >= 0 && gamma < Infinity)) {
    throw new RangeError(`${name} must be a finite number of at least 0. Received ${String(gamma)}`);
  }
}

/** Names a loss, checks its shapes and weights, and frees what it makes on the way. */
export function makeLoss(
  name: string,
  compute: (yTrue: tf.Tensor2D, yPred: tf.Tensor2D, weights: tf.Tensor1D | undefined) => tf.Tensor,
): LossFn {
  const loss: LossFn = (yTrue, yPred, sampleWeights) => {
    const [expected, received] = [yTrue.shape, yPred.shape];
    if (yPred.rank !== 2 || expected.length !== 2 || expected.some((size, axis) => size !== received[axis])) {
      throw new RangeError(
        `${name} expects yTrue and yPred of one shape [batch, classes]. Received [${expected.join(', ')}] and [${received.join(', ')}]`,
      );
    }
    return tf.tidy(() =>
      compute(
        tf.cast(yTrue as tf.Tensor2D, 'float32'),
        yPred as tf.Tensor2D,
        sampleWeights && sampleWeightTensor(sampleWeights, expected[0]),
      ),
    );
  };
  return Object.defineProperty(loss, 'name', { value: name });
}

/** A name with its options: `focalLoss(gamma=2)`; options that are undefined are left out. */
export function describe(name: string, options: Record<string, unknown>): string {
  const parts = Object.entries(options)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key}=${Array.isArray(value) ? `[${value.join(', ')}]` : String(value)}`);
  return parts.length > 0 ? `${name}(${parts.join(', ')})` : name;
}
