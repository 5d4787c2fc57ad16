/** A copy of a model's weights outside of tensors. */
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';

export class BestWeights {
  private kept: tf.TypedArray[] | undefined;

  async keep(model: LayersModel): Promise<void> {
    // getWeights hands out the variables themselves, which stay the model's.
    this.kept = await Promise.all(model.getWeights().map(async (weight) => (await weight.data()).slice()));
  }

  /** Gives the kept weights back; without any, the model stays as it is. */
  restore(model: LayersModel): void {
    const { kept } = this;
    if (!kept) return;
    tf.tidy(() => {
      model.setWeights(
        model.getWeights().map((weight, i) => tf.tensor(kept[i]!, weight.shape, weight.dtype)),
      );
    });
  }
}
