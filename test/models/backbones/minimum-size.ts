/** The smallest images that backbones take. */
import * as tf from '@tensorflow/tfjs-core';
import { buildModel, listModels, type ModelName } from 'hpa-kit';
import { expect, test } from 'vitest';
import { fillByFormula, formulaImage } from '../formula';

/** Registers the tests of these networks on the current engine. */
export function testMinimumSize(names: readonly ModelName[]): void {
  test.each(names)('%s takes images as small as listed', async (name) => {
    const { minimumSize: size } = listModels().find((info) => info.name === name)!;
    const model = await buildModel(name, { inputShape: [size, size + 1, 4] });
    // Fresh weights of depthwise kernels are so small that before training nothing reaches the head.
    fillByFormula(model);
    const x = formulaImage(1, [size, size + 1, 4]);
    const scores = tf.tidy(() => (model.predict(x) as tf.Tensor).dataSync());
    expect(scores).toHaveLength(28);
    expect(scores.every((score) => score >= 0 && score <= 1)).toBe(true);
    expect(new Set(scores).size).toBeGreaterThan(1);
    x.dispose();
    model.dispose();
    for (const inputShape of [
      [size - 1, size, 4],
      [size, size - 1, 4],
    ] as const) {
      await expect(buildModel(name, { inputShape })).rejects.toThrow(RangeError);
    }
  });
}
