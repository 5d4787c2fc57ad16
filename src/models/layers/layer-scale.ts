/** Layer scale: a learned factor for each channel of a residual branch (Touvron et al. 2021, arXiv 2103.17239). */
import * as tf from '@tensorflow/tfjs-core';
import { initializers, layers, type Shape } from '@tensorflow/tfjs-layers';

interface LayerScaleConfig {
  name: string;
  trainable?: boolean;
  /** What the factors start as. */
  initial: number;
}

/** Multiplies each channel by the layer's one weight, `gamma`. */
export class LayerScale extends layers.Layer {
  /** @nocollapse */
  static className = 'LayerScale';
  private readonly initial: number;
  private gamma: ReturnType<layers.Layer['addWeight']> | undefined;

  constructor(config: LayerScaleConfig) {
    super(config);
    this.initial = config.initial;
    this.supportsMasking = true;
  }

  override build(inputShape: Shape | Shape[]): void {
    const shape = (Array.isArray(inputShape[0]) ? inputShape[0] : inputShape) as Shape;
    const initializer = initializers.constant({ value: this.initial });
    this.gamma = this.addWeight('gamma', shape.slice(-1), 'float32', initializer);
    super.build(inputShape);
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const x = Array.isArray(inputs) ? inputs[0]! : inputs;
    return tf.tidy(() => tf.mul(x, this.gamma!.read()));
  }

  override computeOutputShape(inputShape: Shape): Shape {
    return inputShape;
  }

  override getConfig() {
    return { ...super.getConfig(), initial: this.initial };
  }
}

tf.serialization.registerClass(LayerScale);
