/** A backbone beside Keras: names and shapes of its weights, outputs in inference and in training, gradients. */
import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs-core';
import { buildModel, listModels, type InputShape, type ModelName } from 'hpa-kit';
import { expect, test } from 'vitest';
import { fillByFormula, formulaImage, sample } from '../formula';

interface Golden {
  inputShape: [number, number, number];
  batch: number;
  counts: { total: number; trainable: number };
  featureShape: number[];
  inference: number[][];
  training: number[][];
  loss: number;
  firstGradientNorm: number;
  gradientNorm: number;
  weights: Record<string, number[]>;
}

function readGolden(name: string): Golden {
  const file = new URL(`../../golden/keras_backbones/${name}.json`, import.meta.url);
  return JSON.parse(readFileSync(file, 'utf8')) as Golden;
}

/** The farthest value from what is expected, relative to the largest there. */
export function relativeError(actual: number[][], expected: number[][]): number {
  expect(actual.map((row) => row.length)).toEqual(expected.map((row) => row.length));
  const largest = Math.max(...expected.flat().map(Math.abs));
  const differences = actual.flatMap((row, i) => row.map((value, j) => Math.abs(value - expected[i]![j]!)));
  return Math.max(...differences) / largest;
}

export interface Tolerance {
  /** @default 1e-4 */
  outputs?: number;
  /** Of the outputs in training, where BatchNorm's moments round. @default outputs */
  training?: number;
  /** Of the gradients' norms: rounding in BatchNorm's moments grows on its way back. @default 1e-2 */
  gradients?: number;
}

/** Registers the tests of these networks on the current engine. */
export function testAgainstKeras(names: readonly ModelName[], tolerance: Tolerance = {}): void {
  const { outputs = 1e-4, training: trained = outputs, gradients = 1e-2 } = tolerance;
  test.each(names)('%s gives what Keras gives', async (name) => {
    const golden = readGolden(name);
    expect(listModels().find((info) => info.name === name)?.backboneWeights).toEqual(golden.counts);
    const before = tf.memory().numTensors;
    const inputShape: InputShape = golden.inputShape;
    const model = await buildModel(name, { inputShape, head: 'none', dropout: 0 } as object);
    const shapes = fillByFormula(model);
    expect(shapes).toEqual(golden.weights);
    expect(model.outputs[0]!.shape).toEqual([null, ...golden.featureShape]);

    const x = formulaImage(golden.batch, golden.inputShape);
    const pooled = (features: tf.Tensor) => tf.mean<tf.Tensor2D>(features, [1, 2]);
    const inference = tf.tidy(() => pooled(model.predict(x) as tf.Tensor));
    expect(relativeError(await sample(inference), golden.inference)).toBeLessThan(outputs);

    let features: tf.Tensor2D | undefined;
    const { value, grads } = tf.variableGrads(() => {
      features = tf.keep(pooled(model.apply(x, { training: true }) as tf.Tensor));
      return tf.mean<tf.Scalar>(tf.square(features));
    });
    expect(relativeError(await sample(features!), golden.training)).toBeLessThan(trained);
    expect(Math.abs((await value.data())[0]! / golden.loss - 1)).toBeLessThan(2 * outputs);

    const norms: number[] = [];
    for (const { name: weight } of model.trainableWeights) {
      const norm = tf.tidy(() => tf.norm(grads[weight]!));
      norms.push((await norm.data())[0]!);
      norm.dispose();
    }
    const unreached = model.trainableWeights.filter((_, i) => !(norms[i]! > 0)).map((weight) => weight.name);
    expect(unreached).toEqual([]);
    expect(Math.abs(norms[0]! / golden.firstGradientNorm - 1)).toBeLessThan(gradients);
    expect(Math.abs(Math.hypot(...norms) / golden.gradientNorm - 1)).toBeLessThan(gradients);

    tf.dispose([x, inference, features!, value, grads]);
    model.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
}
