/** Runs tests once per engine, and compares engines with the plain JavaScript one. */
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-layers'; // registers the gradients
import { beforeAll, describe, expect } from 'vitest';
import { useEngine, type EngineName } from 'hpa-kit/node';

const TFJS_NODE = ['@tensorflow', 'tfjs-node'].join('/');

/** Whether @tensorflow/tfjs-node can be imported here. Asked without starting it. */
export const nativeIsInstalled = await (async () => {
  try {
    import.meta.resolve(TFJS_NODE);
    await useEngine({ engine: 'native' });
    return true;
  } catch {
    return false;
  }
})();

/** A `describe` per engine, with tfjs set to it; 'native' is skipped, and counted so, where it is not installed. */
export function eachEngine(tests: (engine: EngineName) => void): void {
  for (const engine of ['cpu', 'wasm', 'native'] as const) {
    describe.skipIf(engine === 'native' && !nativeIsInstalled)(`on ${engine}`, () => {
      beforeAll(async () => {
        await useEngine({ engine });
      });
      tests(engine);
    });
  }
}

/** The values that `compute` gives on an engine. Tensors that `compute` closes over move to that engine. */
export async function valuesOn(engine: EngineName, compute: () => tf.Tensor[]): Promise<Float32Array[]> {
  await useEngine({ engine });
  const results = tf.tidy(compute);
  const values = await Promise.all(results.map((tensor) => tensor.data() as Promise<Float32Array>));
  tf.dispose(results);
  return values;
}

/** The largest difference, relative to the largest magnitude expected. NaN where there is NaN. */
export function relativeError(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  expect(actual.length).toBe(expected.length);
  let [difference, magnitude] = [0, 1e-6];
  for (let i = 0; i < expected.length; i++) {
    difference = Math.max(difference, Math.abs(actual[i]! - expected[i]!));
    magnitude = Math.max(magnitude, Math.abs(expected[i]!));
  }
  return difference / magnitude;
}

/** Expects the same values on 'wasm' as on 'cpu', and no tensor left over. */
export async function expectSameOnWasm(compute: () => tf.Tensor[], tolerance: number): Promise<void> {
  const before = tf.memory().numTensors;
  const expected = await valuesOn('cpu', compute);
  const actual = await valuesOn('wasm', compute);
  expect(actual.length).toBe(expected.length);
  for (const [i, values] of actual.entries()) {
    expect(relativeError(values, expected[i]!), `result ${i}`).toBeLessThanOrEqual(tolerance);
  }
  expect(tf.memory().numTensors).toBe(before);
}
