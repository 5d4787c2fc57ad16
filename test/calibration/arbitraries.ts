/** Calibrations and labelled scores that fast-check draws. */
import fc from 'fast-check';
import type { Calibration, ClassCalibration } from 'hpa-kit';

export const KINDS = ['logits', 'probabilities'] as const;
export const METHODS = ['temperature', 'platt', 'isotonic'] as const;

const finite = (min: number, max: number) =>
  // −0 is no number that a fit gives, nor one that JSON keeps.
  fc.double({ min, max, noNaN: true }).map((value) => value + 0);

export const anyScore = (from: Calibration['from']) =>
  from === 'logits' ? fc.oneof(finite(-20, 20), finite(-1e100, 1e100)) : finite(0, 1);

const knots = (from: Calibration['from']) =>
  fc
    .uniqueArray(fc.tuple(anyScore(from), finite(0, 1)), {
      selector: ([score]) => score,
      minLength: 1,
      maxLength: 12,
    })
    .map((pairs): ClassCalibration => ({
      method: 'isotonic',
      scores: pairs.map(([score]) => score).sort((a, b) => a - b),
      probabilities: pairs.map(([, probability]) => probability).sort((a, b) => a - b),
    }));

export const anyParameters = (from: Calibration['from']): fc.Arbitrary<ClassCalibration> =>
  fc.oneof(
    fc.constant<ClassCalibration>({ method: 'identity' }),
    finite(0.01, 100).map((temperature): ClassCalibration => ({ method: 'temperature', temperature })),
    fc
      .tuple(finite(0, 1e6), finite(-1e6, 1e6))
      .map(([slope, intercept]): ClassCalibration => ({ method: 'platt', slope, intercept })),
    knots(from),
  );

export const anyCalibration: fc.Arbitrary<Calibration> = fc.constantFrom(...KINDS).chain((from) =>
  fc.record({
    method: fc.constantFrom(...METHODS),
    from: fc.constant(from),
    parameters: fc.array(anyParameters(from), { minLength: 1, maxLength: 5 }),
    warnings: fc.array(fc.string(), { maxLength: 2 }),
  }),
);

/** One class, at least one positive and one negative, with ties among the scores. */
export const anySamples = (from: Calibration['from']) => {
  const [low, high] = from === 'logits' ? [-8, 8] : [0, 1];
  const score = fc.oneof(
    finite(low, high),
    fc.integer({ min: 0, max: 8 }).map((step) => low + ((high - low) * step) / 8),
  );
  return fc
    .tuple(
      score,
      score,
      fc.array(fc.record({ label: fc.integer({ min: 0, max: 1 }), score }), { maxLength: 50 }),
    )
    .map(([positive, negative, rest]) => ({
      labels: [1, 0, ...rest.map((sample) => sample.label)],
      scores: [positive, negative, ...rest.map((sample) => sample.score)],
    }));
};
