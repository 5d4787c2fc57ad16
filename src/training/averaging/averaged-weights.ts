/** The average of a model's weights while it is trained, kept on the engine. */
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel, LayerVariable } from '@tensorflow/tfjs-layers';
import { namedWeights } from '../../models/named-weights';
import type { NamedArray } from '../../models/weights/write-safetensors';
import { readArray, toTensor } from '../checkpoint/model-arrays';
import type { WeightAveraging } from './weight-averaging';

/** Before the names of the averages among a checkpoint's arrays. */
const PREFIX = 'averaged/';

/**
 * Holds the average of all float weights, statistics of batch normalization among them. No values leave the engine but
 * through `arrays`. In a loop of one's own:
 *
 * @example
 * const averaged = new AveragedWeights(model, ema());
 * // after each step: averaged.endStep(); after each epoch: averaged.endEpoch(epoch);
 * averaged.swapIn(); // the model has the average
 * averaged.swapOut(); // the model has its own weights again
 * averaged.dispose();
 */
export class AveragedWeights {
  private readonly weights: readonly [key: string, weight: LayerVariable][];
  /** In the order of `weights`. */
  private averages: tf.Tensor[];
  /** The model's own weights while it has the average. */
  private own: tf.Tensor[] | undefined;
  private count = 0;

  constructor(
    model: LayersModel,
    private readonly averaging: WeightAveraging,
  ) {
    this.weights = [...namedWeights(model)].filter(([, { dtype }]) => dtype === 'float32');
    this.averages = this.copies();
  }

  /** How often weights have entered the average; 0 and it is still the weights that training began with. */
  get steps(): number {
    return this.count;
  }

  /** Whether the model, given the average now, needs `renewBatchNorm`. */
  get needsBatchNorm(): boolean {
    return this.averaging.needsBatchNorm && this.count > 0;
  }

  /** To be called after each step of the optimizer. */
  endStep(): void {
    this.enter(this.averaging.shareOfStep?.(this.count) ?? 0);
  }

  /** To be called after each epoch's last step. @param epoch - from 1 */
  endEpoch(epoch: number): void {
    this.enter(this.averaging.shareOfEpoch?.(this.count, epoch) ?? 0);
  }

  /** Gives the model the average; before the first weights have entered, or twice, it does nothing. */
  swapIn(): void {
    if (this.own || this.count === 0) return;
    this.own = this.copies();
    this.write(this.averages);
  }

  /** Gives the model the weights that it had before `swapIn`; without one it does nothing. */
  swapOut(): void {
    if (!this.own) return;
    this.write(this.own);
    tf.dispose(this.own);
    this.own = undefined;
  }

  /**
   * The average for a checkpoint, as `averaged/layer/weight`. Also before weights have entered: statistics of batch
   * normalization move with each batch, and the average begins with those from before.
   */
  async arrays(): Promise<NamedArray[]> {
    return Promise.all(this.weights.map(([key], i) => readArray(PREFIX + key, this.averages[i]!)));
  }

  /**
   * Takes over what `steps` and `arrays` gave, once the model has its weights back; other arrays are left aside.
   *
   * @throws RangeError, before anything changes, where an average is missing or of another shape
   */
  restore(steps: number, arrays: readonly NamedArray[]): void {
    // By their order: tfjs numbers layers without a name anew in each copy of a model.
    const given = arrays.filter(({ key }) => key.startsWith(PREFIX));
    const saved = this.weights.map(([key, { shape }], i) => {
      const array = given[i];
      if (array && tf.util.arraysEqual(array.shape as number[], shape as number[])) return array;
      throw new RangeError(
        `arrays must have "${PREFIX}${key}" of shape ${shape.join('×')}. Received ${array ? array.shape.join('×') : 'none'}`,
      );
    });
    tf.dispose(this.averages);
    this.averages = saved.map((array) => tf.keep(toTensor(array)));
    this.count = steps;
  }

  /** Frees the averages; a model that has them keeps them. */
  dispose(): void {
    tf.dispose([...this.averages, ...(this.own ?? [])]);
    this.averages = [];
    this.own = undefined;
  }

  private enter(share: number): void {
    if (share === 0) return;
    const before = this.averages;
    this.averages = share === 1 ? this.copies() : this.moved(share);
    tf.dispose(before);
    this.count++;
  }

  private moved(share: number): tf.Tensor[] {
    return tf.tidy(() => {
      const factor = tf.scalar(share);
      return this.weights.map(([, weight], i) => {
        const average = this.averages[i]!;
        return tf.keep(tf.add(average, tf.mul(tf.sub(weight.read(), average), factor)));
      });
    });
  }

  /** They share the memory of the weights until those change. */
  private copies(): tf.Tensor[] {
    return this.weights.map(([, weight]) => tf.keep(tf.clone(weight.read())));
  }

  private write(values: readonly tf.Tensor[]): void {
    this.weights.forEach(([, weight], i) => weight.write(values[i]!));
  }
}
