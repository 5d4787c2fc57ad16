/** Adam with decoupled weight decay. */
import * as tf from '@tensorflow/tfjs-core';
import { listGradients } from './named-gradients';

/** Options of `adamW`. */
export interface AdamWOptions {
  /** Decay of the first moment, in [0, 1). @default 0.9 */
  beta1?: number;
  /** Decay of the second moment, in [0, 1). @default 0.999 */
  beta2?: number;
  /** Added to the root of the second moment. @default that of the engine, 1e-7 for float32 */
  epsilon?: number | undefined;
  /** Which part of a weight is taken off at each step, times the learning rate. @default 0.004 */
  weightDecay?: number;
  /**
   * Which weights decay, by tfjs's name such as `conv2d_3/kernel` and shape. @default those of two dimensions and more:
   * kernels, but no biases, no gamma and beta of normalizations, no LayerScale
   */
  decayed?: (name: string, shape: readonly number[]) => boolean;
}

/**
 * AdamW: weights decay by themselves, not through the gradient, so that Adam's moments know nothing of it.
 *
 *     w ← w − learningRate · weightDecay · w, then Adam's step
 *
 * The decay follows the learning rate, through schedules too. With `weightDecay: 0` it is `tf.train.adam`, to the byte.
 * As with Adam, `getWeights` and `setWeights` save and restore its state. Dispose of it when training is over.
 *
 * Source: Loshchilov & Hutter 2019, arXiv 1711.05101, with the decay multiplied by the learning rate as in
 * `keras.optimizers.AdamW` and PyTorch. What doesn't decay by default is timm's rule, where Keras decays all; epsilon is
 * added after the moments' bias is corrected, as in the paper and PyTorch, where Keras adds it before.
 *
 * @param learningRate - at least 0
 * @throws RangeError for options out of range
 * @example
 * const optimizer = adamW(1e-3, { weightDecay: 0.05 });
 * await trainModel(model, { train, valid, optimizer });
 * optimizer.dispose();
 */
export function adamW(learningRate: number, options: AdamWOptions = {}): AdamW {
  return new AdamW(learningRate, options);
}

/** What `adamW` makes. */
export class AdamW extends tf.AdamOptimizer {
  /** @nocollapse */
  static override readonly className = 'AdamW';
  /** What the learning rate is multiplied by for the share that a weight loses in a step. */
  readonly weightDecay: number;
  private readonly decayed: NonNullable<AdamWOptions['decayed']>;

  constructor(learningRate: number, options: AdamWOptions = {}) {
    const { beta1 = 0.9, beta2 = 0.999, epsilon, weightDecay = 0.004 } = options;
    for (const [name, value] of Object.entries({ learningRate, weightDecay, epsilon: epsilon ?? 0 }))
      if (!(value >= 0 && value < Infinity))
        throw new RangeError(`${name} must be a finite number of at least 0. Received ${value}`);
    for (const [name, value] of Object.entries({ beta1, beta2 }))
      if (!(value >= 0 && value < 1)) throw new RangeError(`${name} must lie in [0, 1). Received ${value}`);
    super(learningRate, beta1, beta2, epsilon);
    this.weightDecay = weightDecay;
    this.decayed = options.decayed ?? ((_name, shape) => shape.length > 1);
  }

  /** Decays the weights, then takes a step of Adam. */
  override applyGradients(gradients: Parameters<tf.AdamOptimizer['applyGradients']>[0]): void {
    if (this.weightDecay > 0) {
      const trained = listGradients(gradients as tf.NamedTensorMap).filter(({ tensor }) => tensor);
      this.decay(trained.map(({ name }) => name));
    }
    super.applyGradients(gradients);
  }

  private decay(names: readonly string[]): void {
    const kept = 1 - this.learningRate * this.weightDecay;
    tf.tidy(() => {
      for (const name of names) {
        const variable = tf.engine().registeredVariables[name]!;
        if (this.decayed(name, variable.shape)) variable.assign(tf.mul(variable, kept));
      }
    });
  }

  /** What it was made with. */
  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), weightDecay: this.weightDecay };
  }
}
