import { Random } from 'hpa-kit';
import { expect, test } from 'vitest';
import { sortScores } from '../../src/scores/sort-scores';

test.each([0, 1, 1000, 1024, 5000])('%i scores are sorted as the built-in sort does', (count) => {
  const random = new Random(count);
  // Every kind of float32: its bits drawn at random, with the ends of the range and many ties among them.
  const bits = Uint32Array.from({ length: count }, () => random.uint32());
  const special = [0, -0, Infinity, -Infinity, 1, -1, 1e-45, -1e-45, 0.5];
  const scores = new Float32Array(bits.buffer).map((score) =>
    Number.isNaN(score) || random.bool(0.3) ? random.pick(special) : score,
  );
  expect(sortScores(scores.slice())).toEqual(scores.slice().sort());
  expect(sortScores(Float64Array.from(scores))).toEqual(Float64Array.from(scores).sort());
});

test('a part of a longer array is sorted, the rest left alone', () => {
  const scores = Float32Array.from({ length: 4000 }, (_, i) => -i);
  sortScores(scores.subarray(1000, 3000));
  expect([scores[999], scores[1000], scores[2999], scores[3000]]).toEqual([-999, -2999, -1000, -3000]);
});
