import {
  applyThresholds,
  countConfusion,
  findThresholds,
  macroF1,
  matchPriors,
  Random,
  type FindThresholdsOptions,
} from 'hpa-kit';
import { describe, expect, test } from 'vitest';

const numClasses = 4;
const shares = [0.3, 0.1, 0.02, 0.005];

/** Scores without ties, positives higher than negatives by two deviations. */
function simulate(samples: number, ...key: (number | string)[]) {
  const random = new Random('methods', ...key);
  const labels = Uint8Array.from({ length: samples * numClasses }, (_, i) =>
    Number(random.bool(shares[i % numClasses])),
  );
  const scores = Float64Array.from(labels, (label) => random.normal(2 * label - 1));
  return { labels, scores };
}

const methods: [string, Partial<FindThresholdsOptions>][] = [
  ['folds', { method: 'folds', shrinkage: false }],
  ['folds towards priors', {}],
  ['folds towards the common threshold', { shrinkage: { towards: 'common', strength: 20 } }],
  ['exact', { method: 'exact' }],
  ['exact towards priors', { method: 'exact', shrinkage: { towards: 'priors', strength: 20 } }],
  ['common', { method: 'common' }],
  ['priors', { method: 'priors' }],
];

describe.each(methods)('%s', (_, options) => {
  const { labels, scores } = simulate(2000);
  const find = (l = labels, s: Float64Array = scores, more: Partial<FindThresholdsOptions> = {}) =>
    findThresholds(l, s, { numClasses, fallback: 0, validation: false, ...options, ...more });
  const found = find();

  test('predicts the same after a rising change of the scores', () => {
    const before = applyThresholds(scores, found.thresholds, { numClasses });
    // The tie-break is by distance, which such a change can turn round: none of these optima is tied.
    const changed = scores.map((z) => 1 / (1 + Math.exp(-3 * z)));
    const { thresholds } = find(labels, changed, { fallback: 0.5 });
    expect(applyThresholds(changed, thresholds, { numClasses })).toEqual(before);
  });

  test('permuted samples give the same, permuted classes the permuted', () => {
    const order = new Random(1).shuffle(Array.from({ length: 2000 }, (__, row) => row));
    const pick = <T extends Uint8Array | Float64Array>(values: T) =>
      values.map((__, i) => values[order[Math.floor(i / numClasses)]! * numClasses + (i % numClasses)]!) as T;
    expect(find(pick(labels), pick(scores))).toEqual(found);
    const turned = <T extends Uint8Array | Float64Array>(values: T) =>
      values.map((__, i) => values[i - (i % numClasses) + ((i + 1) % numClasses)]!) as T;
    const { thresholds } = find(turned(labels), turned(scores));
    expect([...thresholds]).toEqual([...found.thresholds.slice(1), found.thresholds[0]]);
  });

  test('the seed moves what folds find, and nothing else', () => {
    const other = find(labels, scores, { seed: 1 });
    if (options.method === 'folds' || options.method === undefined)
      expect(other.thresholds).not.toEqual(found.thresholds);
    else expect(other).toEqual(found);
  });

  test('with one positive and with none: finite, and documented', () => {
    const one = new Uint8Array(40);
    one[8] = 1; // class 0 of row 2
    const few = simulate(10, 'few').scores;
    const { thresholds, warnings } = find(one, few);
    expect(Array.from(thresholds).every(Number.isFinite)).toBe(true);
    if (options.method !== 'priors' && options.method !== 'common')
      expect([...thresholds.slice(1)]).toEqual([0, 0, 0]);
    expect(warnings.join(' ')).toContain('Nothing is labelled with class 1, class 2, class 3');
    expect(warnings.join(' ')).toContain('class 0: 1');
  });

  test('keeps to floor and ceiling', () => {
    const { thresholds } = find(labels, scores, { floor: 0.6, ceiling: 0.9 });
    expect(Math.min(...thresholds)).toBeGreaterThanOrEqual(0.6);
    expect(Math.max(...thresholds)).toBeLessThanOrEqual(0.9);
  });

  test('without samples, and with one', () => {
    expect([...find(new Uint8Array(0), new Float64Array(0)).thresholds]).toEqual([0, 0, 0, 0]);
    const single = find(Uint8Array.of(1, 0, 0, 0), Float64Array.of(0.9, 0.8, 0.7, 0.6), { validation: {} });
    expect(single.expectedScore).toBeUndefined();
    expect(Array.from(single.thresholds).every(Number.isFinite)).toBe(true);
  });

  test('expects on unseen samples what it scores there', () => {
    const tuning = simulate(6000, 'tuning');
    const unseen = simulate(60_000, 'unseen');
    const { score, expectedScore, thresholds } = find(tuning.labels, tuning.scores, {
      validation: { repeats: 3 },
    });
    const there = macroF1(countConfusion(unseen.labels, unseen.scores, { numClasses, thresholds }));
    expect(Math.abs(expectedScore! - there)).toBeLessThan(0.03);
    expect(score).toBeGreaterThan(expectedScore!);
  });
});

describe('predicted shares', () => {
  const { labels, scores } = simulate(2000);

  test('priors are met to the sample', () => {
    const priors = [0.5, 0.25, 0.01, 0.0015];
    const options = { numClasses, method: 'priors', priors, validation: false } as const;
    for (const thresholds of [
      findThresholds(labels, scores, options).thresholds,
      matchPriors(scores, priors, { numClasses }),
    ]) {
      const predicted = applyThresholds(scores, thresholds, { numClasses });
      const counts = priors.map(
        (_, k) => predicted.filter((label, i) => i % numClasses === k && label === 1).length,
      );
      expect(counts).toEqual([1000, 500, 20, 3]);
    }
  });

  test('ties are not parted: the nearest count that can be had', () => {
    const tied = [0.9, 0.5, 0.5, 0.5, 0.1];
    const predicted = (prior: number) =>
      tied.filter((z) => z >= matchPriors(tied, [prior], { numClasses: 1 })[0]!).length;
    expect([0, 0.2, 0.4, 0.5, 0.6, 0.8, 1].map(predicted)).toEqual([0, 1, 1, 1, 4, 4, 5]);
    expect(matchPriors([0.9, 0.2, 0.6, 0.1], [0.5], { numClasses: 1 })[0]).toBeCloseTo(0.4, 12);
    expect([...matchPriors([], [0.1], { numClasses: 1 })]).toEqual([0.5]);
  });

  test('shrinkage moves counts between the optimum and the target, the more the rarer', () => {
    const count = (options: Partial<FindThresholdsOptions>) => {
      const { thresholds } = findThresholds(labels, scores, {
        numClasses,
        fallback: 0,
        validation: false,
        ...options,
      });
      return shares.map(
        (_, k) => scores.filter((z, i) => i % numClasses === k && z >= thresholds[k]!).length,
      );
    };
    const support = shares.map(
      (_, k) => labels.filter((label, i) => i % numClasses === k && label === 1).length,
    );
    const exact = count({ method: 'exact' });
    const drawn = count({ method: 'exact', shrinkage: { towards: 'priors', strength: 30 } });
    drawn.forEach((predicted, k) => {
      const weight = support[k]! / (support[k]! + 30);
      const expected =
        Math.exp(weight * Math.log(exact[k]! + 0.5) + (1 - weight) * Math.log(support[k]! + 0.5)) - 0.5;
      expect(Math.abs(predicted - expected)).toBeLessThanOrEqual(0.5 + 1e-9);
    });
    expect(count({ method: 'exact', shrinkage: { towards: 'priors', strength: 0 } })).toEqual(exact);
    expect(count({ method: 'exact', shrinkage: { towards: 'priors', strength: 1e9 } })).toEqual(support);
    expect(count({ method: 'exact', shrinkage: { towards: 'common', strength: 1e12 } })).toEqual(
      count({ method: 'common' }),
    );
  });

  test('the common threshold is the best constant one', () => {
    const { score, thresholds } = findThresholds(labels, scores, {
      numClasses,
      method: 'common',
      validation: false,
    });
    expect(new Set(thresholds).size).toBe(1);
    for (let i = 0; i < scores.length; i += 7)
      expect(score).toBeGreaterThanOrEqual(
        macroF1(countConfusion(labels, scores, { numClasses, thresholds: scores[i]! })) - 1e-12,
      );
  });
});

test('the default warns where the tuning data flatters, with the names of the classes', () => {
  const { labels, scores } = simulate(300, 'small');
  const found = findThresholds(labels, scores, {
    numClasses,
    method: 'exact',
    fallback: 0,
    classes: ['Nucleoplasm', 'Cytosol', 'Golgi', 'Rods & rings'],
  });
  expect(found.score - found.expectedScore!).toBeGreaterThan(0.02);
  expect(found.warnings[0]).toMatch(
    /^macro F1 is 0\.\d{3} on the samples that the thresholds were tuned on, and 0\.\d{3} is to be expected/,
  );
  expect(found.warnings[1]).toContain('Golgi (2): ');
});

test('refuses options out of range', () => {
  const find = (options: Record<string, unknown>) => () =>
    findThresholds([1, 0], [1, 0], { numClasses: 1, ...options });
  expect(find({ method: 'best' })).toThrow("method must be 'folds', 'exact', 'common' or 'priors'");
  expect(find({ floor: 0.5, ceiling: 0.4 })).toThrow('floor must not be above ceiling. Received 0.5 and 0.4');
  expect(find({ floor: NaN })).toThrow(RangeError);
  expect(find({ folds: 1 })).toThrow('folds must be an integer from 2 to 100. Received 1');
  expect(find({ repeats: 0 })).toThrow('repeats must be a positive integer. Received 0');
  expect(find({ validation: { folds: 1.5 } })).toThrow('validation.folds must be an integer from 2 to 100');
  expect(find({ priors: [0.1, 0.2] })).toThrow(
    'priors must have one share for each of the 1 classes. Received 2',
  );
  expect(find({ priors: [1.1] })).toThrow('priors must be shares in 0 to 1. Received 1.1 for class 0');
  expect(find({ method: 'common', shrinkage: { towards: 'priors', strength: 1 } })).toThrow(
    "shrinkage goes with the methods 'folds' and 'exact'. Received it with 'common'",
  );
  expect(find({ shrinkage: { towards: 'mean', strength: 1 } })).toThrow(
    "'common' or 'priors'. Received mean",
  );
  expect(find({ shrinkage: { towards: 'priors', strength: -1 } })).toThrow('Received -1');
  expect(find({ classes: ['a', 'b'] })).toThrow('classes must name each of the 1 classes. Received 2 names');
  expect(find({ atMost: 1.5 })).toThrow('atMost must be a positive integer');
  expect(() => matchPriors([NaN], [0.1], { numClasses: 1 })).toThrow('Received NaN at sample row 0, class 0');
});
