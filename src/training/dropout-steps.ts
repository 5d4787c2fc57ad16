/** What Dropout drops while `trainModel` works: fixed by seed, layer and step, so that resumed training drops the same. */
import type * as tf from '@tensorflow/tfjs-core';
import type { layers, LayersModel } from '@tensorflow/tfjs-layers';
import { dropout } from '../engine/fused/dropout';
import { leafLayers } from '../models/freezing';
import { StochasticDepth } from '../models/layers/stochastic-depth';
import { setDropoutStep } from '../models/seeds';
import { Random } from '../random';

/** What tfjs-layers' Dropout holds; that of `buildModel` with a seed has no `getNoiseShape`. */
interface Dropout extends layers.Layer {
  readonly rate: number;
  readonly seed: number | null | undefined;
  getNoiseShape(input: tf.Tensor): number[] | null | undefined;
}

export class DropoutSteps {
  private step = 0;
  private readonly releases: (() => void)[];

  /** Lends the seed to layers that have none. Those of tfjs with one drop the same units at every step, as ever. */
  constructor(
    private readonly model: LayersModel,
    seed: number,
  ) {
    this.releases = leafLayers(model).flatMap(({ layer }, i): (() => void)[] => {
      if (layer instanceof StochasticDepth) {
        layer.borrowedSeed = new Random(seed, 'dropout', i).uint32();
        return [() => (layer.borrowedSeed = undefined)];
      }
      return isUnseededDropout(layer) ? [this.lend(layer, seed, i)] : [];
    });
  }

  /** Says that the next batch is that of a step, counted from 0 over the whole training. */
  at(step: number): void {
    this.step = step;
    setDropoutStep(this.model, step);
  }

  release(): void {
    for (const release of this.releases) release();
  }

  private lend(layer: Dropout, seed: number, place: number): () => void {
    const stock = layer.call.bind(layer);
    layer.call = (inputs, kwargs) => {
      const x = Array.isArray(inputs) ? inputs[0]! : inputs;
      const isDropping = kwargs.training === true && layer.rate > 0 && layer.rate < 1;
      if (!isDropping || layer.getNoiseShape(x) != null) return stock(inputs, kwargs);
      return dropout(x, layer.rate, new Random(seed, 'dropout', place, this.step).uint32());
    };
    // The prototype's shows again.
    return () => Reflect.deleteProperty(layer, 'call');
  }
}

function isUnseededDropout(layer: layers.Layer): layer is Dropout {
  return layer.getClassName() === 'Dropout' && 'getNoiseShape' in layer && (layer as Dropout).seed == null;
}
