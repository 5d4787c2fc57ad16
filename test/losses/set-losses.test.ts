import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { hardExampleLogLoss, lovaszHingeLoss, lsepLoss, softF1Loss } from 'hpa-kit';
import { describe, expect, test } from 'vitest';
import { eachEngine } from '../engines';
import golden from '../golden/numpy_losses.json';
import { ALL_LOSSES, gradient, value } from './losses-at-hand';

const column = (values: number[]) => values.map((x) => [x]);

eachEngine(() => {
  describe('softF1Loss', () => {
    test('double-sided, a class without positives learns from its negatives', () => {
      const loss = softF1Loss({ doubleSided: true });
      expect(value(loss, [[1], [0]], [[0.8], [0.4]])).toBeCloseTo(0.303, 4);
      expect(value(loss, [[0], [0]], [[0], [0]])).toBeCloseTo(0.5, 6);
      for (const slope of gradient(loss, [[0], [0]], [[0.3], [0.6]])) expect(slope).toBeGreaterThan(0.1);
    });

    test('a sample without positives gives 1 and no gradient', () => {
      const loss = softF1Loss({ average: 'samples' });
      expect(value(loss, [[0, 0]], [[0.3, 0.9]])).toBeCloseTo(1, 6);
      expect(gradient(loss, [[0, 0]], [[0.3, 0]])).toEqual([0, 0]);
    });
  });

  describe('lovaszHingeLoss', () => {
    test('its example', () => {
      const loss = lovaszHingeLoss({ symmetric: false, from: 'logits' });
      expect(value(loss, [[1], [0]], [[1], [0.5]])).toBeCloseTo(0.75, 6);
    });

    test('where all errors are 0 or 2 it is twice the Jaccard loss', () => {
      const loss = lovaszHingeLoss({ symmetric: false, from: 'logits' });
      const sample = fc.record({ isTrue: fc.boolean(), isPredicted: fc.boolean() });
      fc.assert(
        fc.property(fc.array(sample, { minLength: 1, maxLength: 12 }), (samples) => {
          const intersection = samples.filter((s) => s.isTrue && s.isPredicted).length;
          const union = samples.filter((s) => s.isTrue || s.isPredicted).length;
          const jaccard = union === 0 ? 0 : 1 - intersection / union;
          const actual = value(
            loss,
            column(samples.map((s) => Number(s.isTrue))),
            column(samples.map((s) => (s.isPredicted ? 1 : -1))),
          );
          expect(actual).toBeCloseTo(2 * jaccard, 5);
        }),
        { numRuns: 40 },
      );
    });

    test('a set without positives is its greatest hinge', () => {
      const loss = lovaszHingeLoss({ symmetric: false, from: 'logits' });
      expect(value(loss, [[0], [0], [0]], [[-3], [0.5], [0.25]])).toBeCloseTo(1.5, 6);
      expect(gradient(loss, [[0], [0], [0]], [[-3], [0.5], [0.25]])).toEqual([0, 1, 0]);
      // The first has no weight, and so is not in the set.
      expect(value(loss, [[0], [0]], [[9], [0.5]], [0, 1])).toBeCloseTo(1.5, 6);
      // One of a weight that float32 loses beside 1 is.
      expect(value(loss, [[0], [0], [0]], [[2], [1.5], [1]], [1e-9, 1, 1])).toBeCloseTo(3, 6);
    });

    test('symmetric is the mean with the loss of the negatives', () => {
      const { labels, logits, weights } = golden;
      const one = lovaszHingeLoss({ symmetric: false, from: 'logits' });
      const negatives = labels.map((row) => row.map((y) => 1 - y));
      const negated = logits.map((row) => row.map((z) => -z));
      expect(value(lovaszHingeLoss({ from: 'logits' }), labels, logits, weights)).toBeCloseTo(
        (value(one, labels, logits, weights) + value(one, negatives, negated, weights)) / 2,
        5,
      );
    });

    test('no weight at all is no loss', () => {
      for (const per of ['class', 'sample', 'batch'] as const) {
        expect(value(lovaszHingeLoss({ per }), [[1], [0]], [[0.2], [0.7]], [0, 0])).toBe(0);
      }
    });
  });

  describe('hardExampleLogLoss', () => {
    test('its example', () => {
      const loss = hardExampleLogLoss({ negativesAtLeast: 1, leastRatio: 0 });
      expect(value(loss, column([1, 0, 0, 0]), column([0.9, 0.1, 0.8, 0.5]))).toBeCloseTo(0.8026, 4);
    });

    test('only what is kept has a gradient', () => {
      // 10 negatives beside a positive: min(10, 1 + max(2, 5), 7 + 2) = 6 are kept.
      const labels = column([1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
      const logits = column([0, -5, 4, -4, 3, -3, 2, -2, 1, -1, 0]);
      const slopes = gradient(hardExampleLogLoss({ from: 'logits' }), labels, logits);
      expect(slopes.map((slope) => Math.sign(slope))).toEqual([-1, 0, 1, 0, 1, 0, 1, 0, 1, 1, 1]);
      const one = 1 / 7;
      expect(slopes[0]).toBeCloseTo(-0.5 * one, 6);
      expect(slopes[2]).toBeCloseTo(one / (1 + Math.exp(-4)), 6);
    });

    test('of equal predictions the first of the batch are kept', () => {
      const loss = hardExampleLogLoss({ negativesAtLeast: 0, leastRatio: 0.5, mostRatio: 1 });
      for (const n of [4, 40]) {
        const slopes = gradient(loss, column(Array<number>(n).fill(0)), column(Array<number>(n).fill(0.5)));
        expect(slopes.map((slope) => Number(slope > 0))).toEqual(slopes.map((_, i) => Number(i < n / 2)));
      }
    });

    test('the share of float32 is that of whole numbers', () => {
      // 0.21 · 300 is 63; in float32 it falls just below.
      const loss = hardExampleLogLoss({ negativesAtLeast: 0, leastRatio: 0.21, mostRatio: 1 });
      const slopes = gradient(
        loss,
        column(Array<number>(300).fill(0)),
        column(Array.from({ length: 300 }, (_, i) => (i + 1) / 512)),
      );
      expect(slopes.filter((slope) => slope > 0)).toHaveLength(63);
    });

    test('keeping all is the cross-entropy', () => {
      const { labels, logits } = golden;
      const all = hardExampleLogLoss({ leastRatio: 1, mostRatio: 1, from: 'logits' });
      const bce = ALL_LOSSES.find(([name]) => name === 'binaryCrossEntropy')![1]('logits');
      expect(value(all, labels, logits)).toBeCloseTo(value(bce, labels, logits), 5);
      expect(
        value(
          all,
          labels,
          logits,
          labels.map(() => 0),
        ),
      ).toBe(0);
    });
  });

  describe('lsepLoss', () => {
    test('its example', () => {
      expect(value(lsepLoss({ from: 'logits' }), [[1, 0, 0]], [[2, 1, 0]])).toBeCloseTo(0.4076, 4);
    });

    test('only differences count', () => {
      const { labels, logits } = golden;
      const loss = lsepLoss({ from: 'logits' });
      const shifted = logits.map((row, i) => row.map((z) => z + i));
      expect(value(loss, labels, shifted)).toBeCloseTo(value(loss, labels, logits), 5);
    });

    test('a sample without pairs contributes nothing', () => {
      const loss = lsepLoss({ from: 'logits' });
      for (const y of [0, 1]) {
        expect(value(loss, [[y, y, y]], [[3, -80, 80]])).toBe(0);
        expect(gradient(loss, [[y, y, y]], [[3, -80, 80]])).toEqual([0, 0, 0]);
      }
    });

    test('a pair that is wrong by 160 costs 160, and pulls with a slope of 1', () => {
      const loss = lsepLoss({ from: 'logits' });
      expect(value(loss, [[1, 0]], [[-80, 80]])).toBeCloseTo(160, 4);
      const slopes = gradient(loss, [[1, 0]], [[-80, 80]]);
      expect(slopes[0]).toBeCloseTo(-1, 6);
      expect(slopes[1]).toBeCloseTo(1, 6);
    });
  });

  test('no loss depends on the order of the samples', () => {
    const { labels, logits, weights } = golden;
    const order = labels.map((_, i) => (i * 5 + 3) % labels.length);
    const reordered = [labels, logits].map((rows) => order.map((i) => rows[i]!));
    for (const [, make] of ALL_LOSSES) {
      const loss = make('logits');
      const moved = value(
        loss,
        reordered[0]!,
        reordered[1]!,
        order.map((i) => weights[i]!),
      );
      expect(moved).toBeCloseTo(value(loss, labels, logits, weights), 5);
    }
  });

  test('a large batch of which half is NaN ends in NaN', () => {
    const n = 500;
    const labels = column(Array.from({ length: n }, (_, i) => (i % 3 === 0 ? 1 : 0)));
    const logits = column(Array.from({ length: n }, (_, i) => ((i * 7919) % 13 < 6 ? NaN : (i * 31) % 101)));
    for (const loss of [lovaszHingeLoss({ from: 'logits' }), hardExampleLogLoss({ from: 'logits' })]) {
      expect(value(loss, labels, logits)).toBeNaN();
    }
  });

  test('a large batch is computed, as the validation part of a dataset is', () => {
    const yTrue = tf.tidy(() => tf.less(tf.randomUniform([3000, 28], 0, 1, 'float32', 1), 0.05));
    const yPred = tf.randomUniform([3000, 28], 0, 1, 'float32', 2);
    for (const loss of [lovaszHingeLoss(), lovaszHingeLoss({ per: 'batch' }), hardExampleLogLoss()]) {
      const result = loss(yTrue, yPred);
      const [number] = result.dataSync();
      expect(number).toBeGreaterThan(0.5);
      expect(number).toBeLessThan(20);
      result.dispose();
    }
    tf.dispose([yTrue, yPred]);
  });
});

test('misuse is refused', () => {
  expect(() => softF1Loss({ average: 'micro' as 'macro' })).toThrow(
    "average must be 'macro' or 'samples'. Received micro",
  );
  expect(() => lovaszHingeLoss({ per: 'image' as 'class' })).toThrow(
    "per must be 'class', 'sample' or 'batch'. Received image",
  );
  expect(() => lovaszHingeLoss({ hinge: 'selu' as 'elu' })).toThrow(
    "hinge must be 'relu' or 'elu'. Received selu",
  );
  expect(() => lsepLoss({ from: 'scores' as 'logits' })).toThrow(TypeError);
  expect(() => hardExampleLogLoss({ negativesAtLeast: 1.5 })).toThrow(
    'negativesAtLeast must be an integer of at least 0. Received 1.5',
  );
  expect(() => hardExampleLogLoss({ leastRatio: -0.1 })).toThrow('leastRatio must lie in 0 to 1');
  expect(() => hardExampleLogLoss({ mostRatio: NaN })).toThrow('mostRatio must lie in 0 to 1');
});

test('names say what the loss is', () => {
  expect(softF1Loss({ average: 'samples', doubleSided: true }).name).toBe(
    'softF1Loss(average=samples, doubleSided=true)',
  );
  expect(lovaszHingeLoss().name).toBe('lovaszHingeLoss(per=class, symmetric=true)');
  expect(hardExampleLogLoss({ from: 'logits' }).name).toBe('hardExampleLogLoss(from=logits)');
  expect(lsepLoss().name).toBe('lsepLoss');
});
