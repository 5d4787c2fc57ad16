/** Seeds for layers: each gets its own, derived from the model's seed and the layer's name. */
import * as tf from '@tensorflow/tfjs-core';
import { layers, initializers, LayersModel, type Shape } from '@tensorflow/tfjs-layers';
import { dropout } from '../engine/fused/dropout';
import { Random } from '../random';
import { StochasticDepth } from './layers/stochastic-depth';

/** Glorot's uniform initialisation, Keras's default (that of tfjs-layers is the normal one). */
export function glorotUniform(seed: number | undefined, layer: string) {
  return initializers.glorotUniform(seed === undefined ? {} : { seed: new Random(seed, layer).uint32() });
}

/** A Dropout layer; with a seed, what it drops is fixed by it, the layer's name and the step, on every engine. */
export function dropoutLayer(rate: number, seed: number | undefined, name: string): layers.Layer {
  return seed === undefined ? layers.dropout({ rate, name }) : new StepDropout(rate, seed, name);
}

/**
 * Sets at which training step seeded Dropout layers stand, so that training resumed from a checkpoint drops
 * what uninterrupted training would have dropped. Layers without a seed are left alone.
 *
 * @param step - how many batches the model has been trained on
 */
export function setDropoutStep(model: LayersModel, step: number): void {
  for (const layer of model.layers) {
    if (layer instanceof StepDropout || layer instanceof StochasticDepth) layer.step = step;
    if (layer instanceof LayersModel) setDropoutStep(layer, step);
  }
}

/**
 * Dropout that counts its training calls. The layer of tfjs-layers draws from a seed the same mask at every
 * step, which trains only a part of the network. Saved as a plain Dropout, which any tfjs can load.
 */
class StepDropout extends layers.Layer {
  /** @nocollapse */
  static className = 'Dropout';
  step = 0;

  constructor(
    private readonly rate: number,
    private readonly seed: number,
    name: string,
  ) {
    super({ name });
    this.supportsMasking = true;
  }

  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: Record<string, unknown>): tf.Tensor {
    const input = Array.isArray(inputs) ? inputs[0]! : inputs;
    if (kwargs.training !== true || this.rate === 0) return tf.clone(input);
    return dropout(input, this.rate, new Random(this.seed, this.name, this.step++).uint32());
  }

  override computeOutputShape(inputShape: Shape): Shape {
    return inputShape;
  }

  override getConfig() {
    return { ...super.getConfig(), rate: this.rate };
  }
}
