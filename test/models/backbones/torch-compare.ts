/** A backbone beside torchvision and timm: with their weights it gives what they give. */
import * as tf from '@tensorflow/tfjs-core';
import { buildModel, type InputShape } from 'hpa-kit';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { expect, test } from 'vitest';
import type { RegistryEntry } from '../../../src/models/registry/entry';
import { registry } from '../../../src/models/registry/index';
import { formulaImage, formulaWeight, namedWeights, sample } from '../formula';
import { relativeError } from './compare';
import { readTorchGolden } from './torch-names';

/** A weight as test/golden/torch_backbones.py makes it, with PyTorch's axes. */
function torchWeight(key: string, shape: number[]): tf.Tensor {
  const last = key.split('.').at(-1)!;
  const kind =
    shape.length > 1 && last === 'weight'
      ? 'kernel'
      : ['weight', 'running_var', 'gamma', 'layer_scale'].includes(last)
        ? 'scale'
        : 'shift';
  const fanIn = tf.util.sizeFromShape(shape.slice(1));
  return tf.tensor(formulaWeight(key, tf.util.sizeFromShape(shape), kind, fanIn), shape);
}

/** From PyTorch's order of axes to TensorFlow's. */
function transposed(weight: tf.Tensor, depthwise: boolean): tf.Tensor {
  if (weight.rank === 4) return tf.transpose(weight, depthwise ? [2, 3, 0, 1] : [2, 3, 1, 0]);
  return weight.rank === 2 ? tf.transpose(weight) : weight;
}

/** Fills the model as if it had loaded a file with these keys; what the file lacks is zero. */
function fillFromTorch(
  model: LayersModel,
  names: (layer: string, weight: string) => readonly string[],
  keys: Record<string, number[]>,
): void {
  for (const { key, variable, depthwise } of namedWeights(model)) {
    const [layer, weight] = key.split('/') as [string, string];
    const found = names(layer, weight).find((candidate) => candidate in keys);
    tf.tidy(() => {
      const values = found
        ? transposed(torchWeight(found, keys[found]!), depthwise)
        : tf.zerosLike<tf.Tensor>(variable);
      variable.assign(tf.reshape(values, variable.shape));
    });
  }
}

/**
 * Registers the tests of these networks, `library/model`, on the current engine.
 *
 * @param tolerance - relative to the largest output; by default 1e-4
 */
export function testAgainstTorch(networks: readonly string[], tolerance = 1e-4): void {
  test.each(networks)("%s's weights give its outputs", async (network) => {
    const golden = readTorchGolden(network);
    const { architecture, convention, keys } = golden;
    const before = tf.memory().numTensors;
    const inputShape: InputShape = golden.inputShape;
    const model = await buildModel(architecture, { inputShape, head: 'none', convention } as object);
    const entry: RegistryEntry = registry[architecture];
    fillFromTorch(model, await entry.torchNames!(), keys);
    expect(model.outputs[0]!.shape).toEqual([null, ...golden.featureShape]);

    const x = formulaImage(golden.batch, golden.inputShape);
    const outputs = tf.tidy(() => tf.mean(model.predict(x) as tf.Tensor, [1, 2]));
    expect(relativeError(await sample(outputs), golden.inference)).toBeLessThan(tolerance);

    tf.dispose([x, outputs]);
    model.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
}
