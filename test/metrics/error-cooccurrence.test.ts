import fc from 'fast-check';
import { countConfusion, errorCooccurrence, ErrorCooccurrence } from 'hpa-kit';
import { expect, test } from 'vitest';

const numClasses = 4;
const rows = fc.array(
  fc.record({
    labels: fc.array(fc.integer({ min: 0, max: 1 }), { minLength: numClasses, maxLength: numClasses }),
    scores: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), {
      minLength: numClasses,
      maxLength: numClasses,
    }),
  }),
  { maxLength: 20 },
);
const thresholds = [0.2, 0.5, 0.7, 0.9];

test('counts what a look at every sample counts', () => {
  fc.assert(
    fc.property(rows, (samples) => {
      const labels = samples.flatMap((sample) => sample.labels);
      const scores = samples.flatMap((sample) => sample.scores);
      const errors = errorCooccurrence(labels, scores, { numClasses, thresholds });
      expect(errors.samples).toBe(samples.length);
      const missed = (row: number, k: number) =>
        samples[row]!.labels[k] === 1 && samples[row]!.scores[k]! < thresholds[k]!;
      const wrong = (row: number, k: number) =>
        samples[row]!.labels[k] === 0 && samples[row]!.scores[k]! >= thresholds[k]!;
      const count = (first: typeof missed, second: typeof missed) =>
        Float64Array.from({ length: numClasses ** 2 }, (_, index) => {
          const [i, j] = [Math.floor(index / numClasses), index % numClasses];
          return samples.filter((_, row) => first(row, i) && second(row, j)).length;
        });
      expect(errors.mistaken).toEqual(count(missed, wrong));
      expect(errors.missedTogether).toEqual(count(missed, missed));
      expect(errors.wronglyPredictedTogether).toEqual(count(wrong, wrong));

      const counts = countConfusion(labels, scores, { numClasses, thresholds });
      for (let k = 0; k < numClasses; k++) {
        expect(errors.mistaken[k * numClasses + k]).toBe(0);
        expect(errors.missedTogether[k * numClasses + k]).toBe(counts.falseNegatives[k]);
        expect(errors.wronglyPredictedTogether[k * numClasses + k]).toBe(counts.falsePositives[k]);
      }

      const streamed = new ErrorCooccurrence(numClasses);
      for (const sample of samples) streamed.add(sample.labels, sample.scores, thresholds);
      for (const key of ['samples', 'mistaken', 'missedTogether', 'wronglyPredictedTogether'] as const) {
        expect(streamed[key]).toEqual(errors[key]);
      }
    }),
  );
});

test('takes predictions of 0 and 1', () => {
  const errors = errorCooccurrence([1, 0, 1, 0], [0, 1, 1, 1], { numClasses: 2 });
  expect(Array.from(errors.mistaken)).toEqual([0, 1, 0, 0]);
  expect(Array.from(errors.missedTogether)).toEqual([1, 0, 0, 0]);
  expect(Array.from(errors.wronglyPredictedTogether)).toEqual([0, 0, 0, 2]);
});

test('errors', () => {
  expect(() => new ErrorCooccurrence(0)).toThrow('numClasses must be a positive integer. Received 0');
  const errors = new ErrorCooccurrence(2).add([1, 1], [0, 0]);
  expect(() => errors.add([1, 1], [0, 0], [0.5])).toThrow('one value for each of the 2 classes');
  expect(() => errors.add([1, 1, 1, 2], [0, 0, 0, 0])).toThrow('Received 2 at sample row 1, class 1');
  expect(() => errors.add([1, 1, 1, 1], [0, 0, NaN, 0])).toThrow('Received NaN at sample row 1, class 0');
  expect(errors.samples).toBe(1);
  expect(Array.from(errors.missedTogether)).toEqual([1, 1, 1, 1]);
});
