/** A copy of a model's weights outside of tensors. */
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel, LayerVariable } from '@tensorflow/tfjs-layers';

export class BestWeights {
  // By weight: the model's order of them changes when layers are frozen.
  private kept = new Map<LayerVariable, tf.TypedArray>();

  async keep(model: LayersModel): Promise<void> {
    const copies = model.weights.map(
      async (weight) => [weight, (await weight.read().data()).slice()] as const,
    );
    this.kept = new Map(await Promise.all(copies));
  }

  /** Gives the kept weights back; without any, the model stays as it is. */
  restore(model: LayersModel): void {
    tf.tidy(() => {
      for (const weight of model.weights) {
        const values = this.kept.get(weight);
        if (values) weight.write(tf.tensor(values, weight.shape as number[], weight.dtype));
      }
    });
  }
}
