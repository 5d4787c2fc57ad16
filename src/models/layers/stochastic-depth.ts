/** Stochastic depth: in training, a residual branch is left out for some samples (Huang et al. 2016, arXiv 1603.09382). */
import * as tf from '@tensorflow/tfjs-core';
import { layers, type Shape } from '@tensorflow/tfjs-layers';
import { Random } from '../../random';

interface StochasticDepthConfig {
  name: string;
  trainable?: boolean;
  /** How likely a sample's branch is dropped, in [0, 1). Those kept are divided by 1 − rate. */
  rate: number;
  /** Fixes, with the layer's name and the step, which are dropped. */
  seed?: number | undefined;
}

/** Zeros the branch of whole samples, as Keras's layer of this name, and Dropout with noise shape (batch, 1, 1, 1). */
export class StochasticDepth extends layers.Layer {
  /** @nocollapse */
  static className = 'StochasticDepth';
  step = 0;
  /** Serves a layer without a seed, while it is set. */
  borrowedSeed: number | undefined;
  private readonly rate: number;
  private readonly seed: number | undefined;

  constructor(config: StochasticDepthConfig) {
    super(config);
    this.rate = config.rate;
    this.seed = config.seed;
    this.supportsMasking = true;
  }

  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: Record<string, unknown>): tf.Tensor {
    const x = Array.isArray(inputs) ? inputs[0]! : inputs;
    if (kwargs.training !== true || this.rate === 0) return tf.clone(x);
    const seed = this.seed ?? this.borrowedSeed;
    const random = seed === undefined ? Math.random : generator(seed, this.name, this.step++);
    const kept = Float32Array.from({ length: x.shape[0] }, () =>
      random() < this.rate ? 0 : 1 / (1 - this.rate),
    );
    return tf.tidy(() => tf.mul(x, tf.tensor(kept, [kept.length, ...x.shape.slice(1).map(() => 1)])));
  }

  override computeOutputShape(inputShape: Shape): Shape {
    return inputShape;
  }

  override getConfig() {
    const { rate, seed } = this;
    return { ...super.getConfig(), rate, ...(seed === undefined ? {} : { seed }) };
  }
}

function generator(seed: number, name: string, step: number): () => number {
  const random = new Random(seed, name, step);
  return () => random.next();
}

tf.serialization.registerClass(StochasticDepth);
