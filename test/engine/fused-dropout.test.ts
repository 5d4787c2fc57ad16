import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { useEngine } from 'hpa-kit/node';
import { dropout, dropoutHash, dropoutMask } from '../../src/engine/fused/dropout';
import { installFusedOperations } from '../../src/engine/fused/install';

const SIZE = 200_000;
// By the formula of `dropoutHash` in Python's integers: '1' where the element is kept.
const GOLDEN = [
  '11101111010100001011000000110000',
  '00000110001101101000101001011011',
  '11011001000111111111110111001101',
];
const dropped = (mask: Float32Array) => mask.reduce((count, value) => count + Number(value === 0), 0);

beforeAll(async () => {
  await useEngine({ engine: 'cpu' });
  installFusedOperations();
});

describe('dropoutMask', () => {
  it.each([0.1, 0.25, 0.5, 0.9])('drops a share of %s and scales the rest', (rate) => {
    const mask = dropoutMask(SIZE, rate, 1);
    expect(mask.length).toBe(SIZE);
    const deviation = Math.sqrt(SIZE * rate * (1 - rate));
    // Five standard deviations: one seed in two million is further off.
    expect(Math.abs(dropped(mask) - SIZE * rate)).toBeLessThan(5 * deviation);
    expect(new Set(mask)).toEqual(new Set([0, Math.fround(1 / (1 - rate))]));
  });

  it('is fixed by the seed, also for other sizes', () => {
    const mask = dropoutMask(64, 0.5, 42);
    expect(dropoutMask(64, 0.5, 42)).toEqual(mask);
    expect(dropoutMask(33, 0.5, 42)).toEqual(mask.slice(0, 33));
    for (const rate of [0.1, 0.5, 0.999])
      dropoutMask(64, rate, 42).forEach((value, i) => {
        expect(value !== 0, `element ${i}`).toBe(dropoutHash(i, 42) >= rate * 2 ** 32);
      });
    // The bits by which other engines know that they drop the same.
    const bits = (seed: number) => Array.from(dropoutMask(32, 0.5, seed), (v) => (v ? 1 : 0)).join('');
    expect([0, 42, 2 ** 32 - 1].map(bits)).toEqual(GOLDEN);
  });

  it('has no more in common with that of another seed, of neighbours or of itself shifted than chance', () => {
    const kept = (seed: number) => dropoutMask(SIZE, 0.5, seed).map((value) => value - 1);
    const correlation = (a: Float32Array, b: Float32Array, shift: number) => {
      let sum = 0;
      for (let i = 0; i + shift < SIZE; i++) sum += a[i]! * b[i + shift]!;
      return (sum / (SIZE - shift)) * Math.sqrt(SIZE);
    };
    const [first, second, third] = [kept(7), kept(8), kept(7 + 2 ** 31)] as const;
    for (const other of [second, third])
      for (const shift of [0, 1, 2, 3]) expect(Math.abs(correlation(first, other, shift))).toBeLessThan(5);
    for (const shift of [1, 2, 3, 4, 64, 192, 4096])
      expect(Math.abs(correlation(first, first, shift)), `shift ${shift}`).toBeLessThan(5);
  });
});

describe('dropout', () => {
  it('multiplies values and gradients by the mask', () => {
    tf.tidy(() => {
      const x = tf.randomNormal([3, 5, 7], 0, 1, 'float32', 1);
      const dy = tf.randomNormal([3, 5, 7], 0, 1, 'float32', 2);
      const mask = tf.tensor(dropoutMask(105, 0.25, 9), [3, 5, 7]);
      expect(dropout(x, 0.25, 9).dataSync()).toEqual(tf.mul(x, mask).dataSync());
      expect(
        tf
          .grad((a) => dropout(a, 0.25, 9))(x, dy)
          .dataSync(),
      ).toEqual(tf.mul(dy, mask).dataSync());
    });
  });

  it('does so through a kernel, where there is one', () => {
    tf.registerKernel({
      kernelName: 'Dropout',
      backendName: 'cpu',
      kernelFunc: ({ inputs, attrs }) => {
        const x = inputs['x'] as tf.Tensor;
        const { rate, seed } = attrs as { rate: number; seed: number };
        return tf.tidy(() => tf.mul(x, tf.tensor(dropoutMask(x.size, rate, seed), x.shape)));
      },
    });
    tf.tidy(() => {
      const x = tf.randomNormal([40], 0, 1, 'float32', 1);
      const mask = dropoutMask(40, 0.5, 3);
      expect(
        tf
          .grad((a) => dropout(a, 0.5, 3))(x, tf.ones([40]))
          .dataSync(),
      ).toEqual(mask);
    });
    tf.unregisterKernel('Dropout', 'cpu');
  });
});

describe('the Dropout layer', () => {
  const apply = (args: Parameters<typeof tfl.layers.dropout>[0], training: boolean) =>
    tf.tidy(() => (tfl.layers.dropout(args).apply(tf.ones([50, 40]), { training }) as tf.Tensor).dataSync());

  it('drops other elements at each call', () => {
    const [first, second] = [apply({ rate: 0.5 }, true), apply({ rate: 0.5 }, true)];
    expect(new Set(first)).toEqual(new Set([0, 2]));
    expect(first).not.toEqual(second);
    // A fifth of a permille or less of the seeds is this far off.
    expect(Math.abs(dropped(first as Float32Array) - 1000)).toBeLessThan(4 * Math.sqrt(500));
  });

  it('drops nothing in prediction and at rate 0', () => {
    const ones = new Float32Array(2000).fill(1);
    expect(apply({ rate: 0.5 }, false)).toEqual(ones);
    expect(apply({ rate: 0 }, true)).toEqual(ones);
  });

  it("keeps tfjs's mask where a seed or a noise shape is given", () => {
    const stock = tf.tidy(() => tf.dropout(tf.ones([50, 40]), 0.5, undefined, 3).dataSync());
    expect(apply({ rate: 0.5, seed: 3 }, true)).toEqual(stock);
    const rows = apply({ rate: 0.5, noiseShape: [50, 1] }, true);
    for (let i = 0; i < 50; i++) expect(new Set(rows.slice(40 * i, 40 * i + 40)).size).toBe(1);
  });
});
