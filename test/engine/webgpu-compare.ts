/** Compares WebGPU with plain JavaScript, case by case: run in Node and in a page. */
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';

/** How one case came out: the largest error of a result relative to its largest magnitude. */
export interface Comparison {
  name: string;
  /** NaN where one engine has NaN and the other has not. */
  error: number;
  tolerance: number;
  /** Tensors left over. */
  leaked: number;
}

/** An operation on both engines; it makes its own inputs, the same on each. */
export type Case = [name: string, compute: () => tf.Tensor[], tolerance?: number];

// Float32 sums of up to some thousand products in another order; a wrong index gives errors near 1. Adapters
// may err by a few units in the last place in exp and log, which softplus near 0 makes 1e-5.
const TOLERANCE = 1e-4;

/** Runs the cases on both engines; tfjs must have both. */
export async function compareWithCpu(cases: readonly Case[]): Promise<Comparison[]> {
  // tfjs would compute on the CPU what is small and not on the GPU yet.
  const forward = tf.env().getBool('WEBGPU_CPU_FORWARD');
  tf.env().set('WEBGPU_CPU_FORWARD', false);
  const comparisons: Comparison[] = [];
  for (const [name, compute, tolerance = TOLERANCE] of cases) {
    const before = tf.memory().numTensors;
    const expected = await valuesOn('cpu', compute);
    const actual = await valuesOn('webgpu', compute).catch((cause: unknown) => {
      throw new Error(`on webgpu: ${name}`, { cause });
    });
    const errors = expected.map((values, i) => relativeError(actual[i]!, values));
    const error = errors.some(Number.isNaN) ? NaN : Math.max(...errors);
    comparisons.push({ name, error, tolerance, leaked: tf.memory().numTensors - before });
  }
  tf.env().set('WEBGPU_CPU_FORWARD', forward);
  return comparisons;
}

async function valuesOn(backend: string, compute: () => tf.Tensor[]): Promise<ArrayLike<number>[]> {
  await tf.setBackend(backend);
  const results = tf.tidy(compute);
  const values = await Promise.all(results.map((tensor) => tensor.data()));
  tf.dispose(results);
  return values;
}

/** The largest difference relative to the largest magnitude; NaN equals NaN. */
function relativeError(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length) return Infinity;
  let [difference, magnitude] = [0, 1e-6];
  for (let i = 0; i < expected.length; i++) {
    if (Object.is(actual[i], expected[i])) continue;
    difference = Math.max(difference, Math.abs(actual[i]! - expected[i]!));
    magnitude = Math.max(magnitude, Math.abs(expected[i]!));
  }
  return difference / magnitude;
}
