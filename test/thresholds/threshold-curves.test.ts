import fc from 'fast-check';
import { countConfusion, f1PerClass, HpaError, precisionPerClass, recallPerClass } from 'hpa-kit';
import { describe, expect, it } from 'vitest';
import { thresholdCurves } from 'hpa-kit';

describe('thresholdCurves', () => {
  it('scores each class at thresholds from its lowest score to its highest', () => {
    const curves = thresholdCurves([1, 0, 0, 0, 1, 0], [0.9, 3, 0.6, 1, 0.1, 2], {
      numClasses: 2,
      thresholds: [0.7, 5],
      classes: ['Nucleoli', 'Cytosol'],
      points: 3,
    });
    const third = 2 / 3;
    expect(curves).toEqual([
      {
        name: 'Nucleoli',
        support: 2,
        chosen: { threshold: 0.7, f1: third, precision: 1, recall: 0.5 },
        points: [
          { threshold: 0.1, f1: 0.8, precision: third, recall: 1 },
          { threshold: 0.5, f1: 0.5, precision: 0.5, recall: 0.5 },
          { threshold: 0.7, f1: third, precision: 1, recall: 0.5 },
          { threshold: 0.9, f1: third, precision: 1, recall: 0.5 },
        ],
      },
      {
        name: 'Cytosol',
        support: 0,
        chosen: { threshold: 5, f1: 0, precision: 0, recall: 0 },
        points: [1, 3, 5].map((threshold) => ({ threshold, f1: 0, precision: 0, recall: 0 })),
      },
    ]);
  });

  it('agrees with the metrics at every point, whatever the scores', () => {
    const rows = fc.array(
      fc.record({ label: fc.integer({ min: 0, max: 1 }), score: fc.double({ noNaN: true }) }),
      { minLength: 1, maxLength: 30 },
    );
    fc.assert(
      fc.property(rows, fc.double({ noNaN: true }), (samples, threshold) => {
        const labels = samples.map(({ label }) => label);
        const scores = samples.map(({ score }) => score);
        const [curve] = thresholdCurves(labels, scores, { numClasses: 1, thresholds: threshold, points: 5 });
        const thresholds = curve!.points.map((point) => point.threshold);
        expect(thresholds).toEqual([...thresholds].sort((a, b) => a - b));
        expect(thresholds.every(Number.isFinite)).toBe(true);
        if (Number.isFinite(threshold)) expect(thresholds).toContain(threshold);
        for (const point of [...curve!.points, curve!.chosen]) {
          const counts = countConfusion(labels, scores, { numClasses: 1, thresholds: point.threshold });
          expect(point).toEqual({
            threshold: point.threshold,
            f1: f1PerClass(counts)[0],
            precision: precisionPerClass(counts)[0],
            recall: recallPerClass(counts)[0],
          });
        }
      }),
    );
  });

  it.each([
    ['no sample', [], [], {}, /at least one sample/],
    ['one point', [1], [0.5], { points: 1 }, /points must be at least 2. Received 1/],
    ['too many names', [1], [0.5], { classes: ['a', 'b'] }, /classes must be 1 names. Received 2/],
    ['too many thresholds', [1], [0.5], { thresholds: [0.1, 0.2] }, /thresholds must be/],
  ])('refuses %s', (_, labels, scores, options, message) => {
    const curves = () => thresholdCurves(labels, scores, { numClasses: 1, ...options });
    expect(curves).toThrow(RangeError);
    expect(curves).toThrow(message);
  });

  it('refuses scores and labels that are none', () => {
    expect(() => thresholdCurves([1], [NaN], { numClasses: 1 })).toThrow(HpaError);
    expect(() => thresholdCurves([2], [0.5], { numClasses: 1 })).toThrow(HpaError);
  });
});
