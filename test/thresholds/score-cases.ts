/** Labels and scores for properties, with many ties. */
import fc from 'fast-check';

/** Labels and scores of up to three classes, with many ties, in both precisions. */
export const scoreCases = fc
  .tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 0, max: 12 }), fc.boolean(), fc.boolean())
  .chain(([numClasses, samples, coarse, single]) => {
    const size = { minLength: numClasses * samples, maxLength: numClasses * samples };
    const score = coarse
      ? fc.integer({ min: 0, max: 6 }).map((x) => x / 6)
      : fc.double({ min: 0, max: 1, noNaN: true });
    return fc.record({
      numClasses: fc.constant(numClasses),
      labels: fc.array(fc.integer({ min: 0, max: 1 }), size),
      scores: fc
        .array(score, size)
        .map((values) => (single ? Float32Array.from(values) : Float64Array.from(values))),
    });
  });
