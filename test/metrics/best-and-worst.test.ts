import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { binaryCrossEntropy, HpaError, Random } from 'hpa-kit';
import { describe, expect, it } from 'vitest';
import { bestAndWorst } from 'hpa-kit';

describe('bestAndWorst', () => {
  it('ranks by the loss that training measures, certain errors too', async () => {
    await tf.setBackend('cpu');
    const [samples, numClasses] = [20, 3];
    const random = new Random(4);
    const labels = Array.from({ length: samples * numClasses }, () => Number(random.next() < 0.4));
    const probabilities = labels.map((_, i) => (i === 0 ? 1 - labels[0]! : random.next()));
    const { best, worst } = bestAndWorst(labels, probabilities, { numClasses, count: samples });
    expect([...best, ...worst].map(({ row }) => row).sort((a, b) => a - b)).toEqual(
      Array.from({ length: samples }, (_, row) => row),
    );
    const loss = binaryCrossEntropy();
    for (const { row, loss: ranked } of [...best, ...worst]) {
      const own = (values: number[]) => [values.slice(row * numClasses, (row + 1) * numClasses)];
      const expected = tf.tidy(
        () => loss(tf.tensor2d(own(labels)), tf.tensor2d(own(probabilities))).dataSync()[0]!,
      );
      // float32 there; it knows 1 - 1e-7 only to 6e-8, of which the logarithm makes half.
      expect(Math.abs(ranked - expected)).toBeLessThan(row === 0 ? 0.3 : 1e-5);
    }
    const losses = [...best, ...[...worst].reverse()].map(({ loss }) => loss);
    expect(losses).toEqual([...losses].sort((a, b) => a - b));
    expect(worst[0]!.row).toBe(0);
  });

  it('puts no sample into both, and takes the earlier of equals', () => {
    const equal = { numClasses: 1, count: 4 };
    const rows = ({ best, worst }: ReturnType<typeof bestAndWorst>) =>
      [best, worst].map((of) => of.map(({ row }) => row));
    expect(rows(bestAndWorst([1, 1, 0], [0.2, 0.9, 0.3], equal))).toEqual([[1], [0, 2]]);
    expect(rows(bestAndWorst([1, 1, 0, 0], [0.5, 0.5, 0.25, 0.25], { ...equal, count: 1 }))).toEqual([
      [2],
      [0],
    ]);
    expect(rows(bestAndWorst([], [], equal))).toEqual([[], []]);
  });

  it('refuses logits, NaN and a count of 0', () => {
    expect(() => bestAndWorst([1], [1.5], { numClasses: 1 })).toThrow(HpaError);
    expect(() => bestAndWorst([1], [NaN], { numClasses: 1 })).toThrow(HpaError);
    expect(() => bestAndWorst([1], [0.5], { numClasses: 1, count: 0 })).toThrow(
      /count must be a positive integer/,
    );
  });
});
