import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  GLOROT_UNIFORM,
  HE_FAN_OUT,
  kernelInitializer,
  type KernelInit,
} from '../../src/models/initial-weights';

beforeAll(() => tf.setBackend('cpu'));

function drawn(
  init: KernelInit,
  shape: number[],
  of: { seed?: number; layer?: string } = { seed: 1 },
): number[] {
  const kernel = kernelInitializer(init, of.seed, of.layer ?? 'conv').apply(shape);
  const values = Array.from(kernel.dataSync());
  kernel.dispose();
  return values;
}

function moments(values: readonly number[]) {
  const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
  const variance = values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / values.length;
  return { mean, deviation: Math.sqrt(variance) };
}

// 3·3·64·512 numbers: shares and deviations are good to a thousandth or two.
const SHAPE = [3, 3, 64, 512];

describe('a truncated normal', () => {
  test('of a fixed deviation is cut at two deviations, and so has 0.8796 of one', () => {
    const values = drawn({ deviation: 0.02 }, SHAPE);
    const { mean, deviation } = moments(values);
    expect(Math.abs(mean / 0.02)).toBeLessThan(0.005);
    expect(deviation / 0.02).toBeCloseTo(0.8796, 2);
    expect(new Set(values).size).toBeGreaterThan(0.9 * values.length);
    const largest = Math.max(...values.map(Math.abs).filter((x) => x > 0.039));
    expect(largest).toBeLessThanOrEqual(0.04);
    expect(largest).toBeGreaterThan(0.0399);
    // Of a normal, 68.27 % are within one deviation and 95.45 % within two; 38.29 % within a half.
    const within = (limit: number) => values.filter((x) => Math.abs(x) < limit * 0.02).length / values.length;
    expect(within(1)).toBeCloseTo(0.6827 / 0.9545, 2);
    expect(within(0.5)).toBeCloseTo(0.3829 / 0.9545, 2);
    expect(values.filter((x) => x < -0.02).length / values.length).toBeCloseTo(
      (0.9545 - 0.6827) / 2 / 0.9545,
      2,
    );
  });

  test('of a variance has it after being cut', () => {
    const { deviation } = moments(drawn(HE_FAN_OUT, SHAPE));
    expect(deviation / Math.sqrt(2 / (9 * 512))).toBeCloseTo(1, 2);
  });

  test('has neighbours that have nothing to do with each other', () => {
    const values = drawn({ deviation: 1 }, SHAPE);
    const products = values.slice(1).map((x, i) => x * values[i]!);
    expect(Math.abs(moments(products).mean)).toBeLessThan(0.01);
  });
});

test("Glorot's uniform has the variance 2 / (fan in + fan out) and its limit", () => {
  const values = drawn(GLOROT_UNIFORM, SHAPE);
  const variance = 2 / (9 * 64 + 9 * 512);
  expect(moments(values).deviation / Math.sqrt(variance)).toBeCloseTo(1, 2);
  expect(values.every((x) => Math.abs(x) <= Math.sqrt(3 * variance))).toBe(true);
});

test('seed and layer fix the numbers', () => {
  for (const init of [GLOROT_UNIFORM, HE_FAN_OUT, { deviation: 1 }]) {
    const values = drawn(init, [3, 3, 4, 8]);
    expect(drawn(init, [3, 3, 4, 8])).toEqual(values);
    expect(drawn(init, [3, 3, 4, 8], { seed: 2 })).not.toEqual(values);
    expect(drawn(init, [3, 3, 4, 8], { seed: 1, layer: 'other' })).not.toEqual(values);
    expect(drawn(init, [3, 3, 4, 8], {})).not.toEqual(drawn(init, [3, 3, 4, 8], {}));
  }
});
