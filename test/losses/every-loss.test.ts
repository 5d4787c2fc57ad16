import * as tf from '@tensorflow/tfjs-core';
import { layers, sequential } from '@tensorflow/tfjs-layers';
import { describe, expect, test } from 'vitest';
import { eachEngine, expectSameOnWasm } from '../engines';
import { binaryCrossEntropy, softF1Loss, weightedSum, type LossFn } from 'hpa-kit';
import golden from '../golden/keras_losses.json';
import { LOSS_CASES } from './loss-cases';
import { ALL_LOSSES, gradient, SAMPLE_LOSSES, SET_LOSSES, value } from './losses-at-hand';

/**
 * Three samples whose hinge errors 1 − z·(2y − 1) lie 0.3 apart and none within 0.15 of 0, so that a step of 0.05 changes
 * no order and passes no kink.
 */
function apartFromKinks(): { labels: number[][]; logits: number[][] } {
  const labels = golden.labels.slice(0, 3);
  const logits = labels.map((row, i) =>
    // 7 shares no factor with 15: each of the 15 errors comes once.
    row.map((y, k) => (1 - (0.3 * (((i * 5 + k) * 7) % 15) - 1.65)) * (2 * y - 1)),
  );
  return { labels, logits };
}

eachEngine(() => {
  test.each(ALL_LOSSES)('%s: probabilities and logits agree', (_, make) => {
    const fromLogits = value(make('logits'), golden.labels, golden.logits);
    expect(fromLogits).toBeCloseTo(value(make('probabilities'), golden.labels, golden.probabilities), 5);
  });

  test.each(ALL_LOSSES)('%s: finite, gradients too, at the ends of the range', (_, make) => {
    const labels = [
      [0, 0, 1, 1, 0.5],
      [0, 0, 1, 1, 0.5],
    ];
    const ends = { logits: [-80, 80, -80, 80, 80], probabilities: [0, 1, 0, 1, 1] };
    for (const from of ['logits', 'probabilities'] as const) {
      const predictions = [ends[from], ends[from]];
      const numbers = [value(make(from), labels, predictions), ...gradient(make(from), labels, predictions)];
      expect(numbers.filter((x) => !Number.isFinite(x))).toEqual([]);
    }
  });

  test.each(ALL_LOSSES)('%s: the gradient is the slope', (_, make) => {
    const { labels, logits } = apartFromKinks();
    const loss = make('logits');
    const analytic = gradient(loss, labels, logits);
    const step = 0.05;
    const slopes = logits.flatMap((row, i) =>
      row.map((_, j) => {
        const moved = (by: number) =>
          logits.map((r, a) => r.map((z, b) => (a === i && b === j ? z + by : z)));
        return (value(loss, labels, moved(step)) - value(loss, labels, moved(-step))) / (2 * step);
      }),
    );
    // float32 values and a step of 0.05: the difference quotient itself is good to 1e-4.
    slopes.forEach((slope, i) => {
      expect(Math.abs(analytic[i]! - slope)).toBeLessThan(2e-4);
    });
  });

  test.each(ALL_LOSSES)('%s leaves nothing behind but its scalar', (_, make) => {
    const [yTrue, yPred] = [tf.tensor2d(golden.labels), tf.tensor2d(golden.probabilities)];
    const before = tf.memory().numTensors;
    const loss = make('probabilities')(yTrue, yPred);
    expect(loss.shape).toEqual([]);
    expect(tf.memory().numTensors).toBe(before + 1);
    tf.dispose([loss, yTrue, yPred]);
  });

  test.each(ALL_LOSSES)('%s trains a model', async (_, make) => {
    const model = sequential({
      layers: [
        layers.dense({ units: 2, inputShape: [3], activation: 'sigmoid', kernelInitializer: 'zeros' }),
      ],
    });
    model.compile({ loss: make('probabilities'), optimizer: tf.train.adam(0.1) });
    // A row of the identity for each class, and one for none.
    const xs = tf.eye(3);
    const ys = tf.tensor2d([1, 0, 0, 1, 0, 0], [3, 2], 'int32');
    const first = (await model.trainOnBatch(xs, ys)) as number;
    const before = tf.memory().numTensors;
    let last = first;
    for (let i = 0; i < 30; i++) last = (await model.trainOnBatch(xs, ys)) as number;
    expect(tf.memory().numTensors).toBe(before);
    expect(last).toBeLessThan(first * 0.7);
    tf.dispose([xs, ys]);
    model.dispose();
  });

  test.each(ALL_LOSSES)('%s: a batch of one, a class without positives, one without negatives', (_, make) => {
    for (const from of ['logits', 'probabilities'] as const) {
      for (const labels of [[[0, 0]], [[1, 1]], [[0, 1]]]) {
        const predictions = [[0.25, 0.75]];
        const numbers = [
          value(make(from), labels, predictions),
          ...gradient(make(from), labels, predictions),
        ];
        expect(numbers.filter((x) => !Number.isFinite(x))).toEqual([]);
      }
    }
  });

  test.each(ALL_LOSSES)('%s is NaN for a model that has diverged', (_, make) => {
    const logits = golden.logits.map((row) => [...row]);
    logits[2]![3] = NaN;
    expect(value(make('logits'), golden.labels, logits)).toBeNaN();
  });

  test.each(ALL_LOSSES)('%s: weights of 1 change nothing, to the bit', (_, make) => {
    const { labels, logits } = golden;
    const ones = new Float32Array(labels.length).fill(1);
    const loss = make('logits');
    expect(value(loss, labels, logits, ones)).toBe(value(loss, labels, logits));
    expect(gradient(loss, labels, logits, ones)).toEqual(gradient(loss, labels, logits));
  });

  // The divisor of sums over samples is the batch, those of weight 0 included.
  test.each([
    ...SAMPLE_LOSSES.map(([name, make]) => [name, make, 6 / 4] as const),
    ...SET_LOSSES.map(([name, make]) => [name, make, 1] as const),
  ])('%s: a weight of 0 is as without the sample', (_, make, scale) => {
    const weights = [1, 0, 1, 1, 0, 1];
    const [labels, logits] = [golden.labels, golden.logits].map((rows) => rows.filter((_, i) => weights[i]));
    const all = gradient(make('logits'), golden.labels, golden.logits, weights);
    const without = gradient(make('logits'), labels!, logits!);
    const classes = 5;
    let left = 0;
    weights.forEach((weight, i) => {
      const expected = weight ? without.slice(left * classes, ++left * classes) : [0, 0, 0, 0, 0];
      expected.forEach((slope, k) => {
        expect(all[i * classes + k]! * scale).toBeCloseTo(slope, weight ? 6 : 12);
      });
    });
  });

  test.each(ALL_LOSSES)('%s takes its weights as a tensor too, and leaves it', (_, make) => {
    const { labels, probabilities } = golden;
    const weights = [0.5, 2, 0, 1, 3, 0.25];
    const expected = value(make('probabilities'), labels, probabilities, weights);
    const tensor = tf.tensor1d(weights);
    const before = tf.memory().numTensors;
    expect(value(make('probabilities'), labels, probabilities, tensor)).toBe(expected);
    expect(value(make('probabilities'), labels, probabilities, Float32Array.from(weights))).toBe(expected);
    expect(tf.memory().numTensors).toBe(before);
    tensor.dispose();
    expect(expected).not.toBeCloseTo(value(make('probabilities'), labels, probabilities), 4);
  });
});

test.each(LOSS_CASES)('%s is on wasm what it is on cpu', async (_, compute) => {
  // Sums of thousands of entries in another order.
  await expectSameOnWasm(compute, 1e-5);
});

describe('weights of samples', () => {
  const { labels, probabilities } = golden;

  test.each(ALL_LOSSES)('%s refuses other than one finite weight for each sample', (_, make) => {
    const loss = make('probabilities');
    expect(() => value(loss, labels, probabilities, [1, 1])).toThrow(
      'sampleWeights must have one weight for each of the 6 samples. Received [2]',
    );
    expect(() => value(loss, labels, probabilities, [])).toThrow('Received [0]');
    expect(() => value(loss, labels, probabilities, tf.ones([6, 1]))).toThrow('Received [6, 1]');
    for (const weight of [NaN, -1, Infinity]) {
      expect(() => value(loss, labels, probabilities, [1, 1, weight, 1, 1, 1])).toThrow(
        `sampleWeights must be finite numbers of at least 0. Received ${weight} for sample row 2 (counted from 0)`,
      );
    }
  });

  test('a sum hands them on, and refuses a loss that would pass over them', () => {
    const plain: LossFn = (yTrue, yPred) => tf.mean(tf.abs(tf.sub(yTrue, yPred)));
    const weights = [1, 0, 2, 1, 0, 3];
    const [a, b] = [binaryCrossEntropy(), softF1Loss()];
    const sum = weightedSum([
      [2, a],
      [0.5, b],
    ]);
    expect(value(sum, labels, probabilities, weights)).toBeCloseTo(
      2 * value(a, labels, probabilities, weights) + 0.5 * value(b, labels, probabilities, weights),
      5,
    );
    const withPlain = weightedSum([[1, plain]]);
    expect(value(withPlain, labels, probabilities)).toBeGreaterThan(0);
    expect(() => value(withPlain, labels, probabilities, weights)).toThrow(
      'sampleWeights need a loss with a third parameter, (yTrue, yPred, sampleWeights). Received plain with 2',
    );
  });
});
