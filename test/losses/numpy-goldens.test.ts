import {
  asymmetricLoss,
  binaryCrossEntropy,
  classWeights,
  hardExampleLogLoss,
  lovaszHingeLoss,
  lsepLoss,
  softF1Loss,
  type LossFn,
} from 'hpa-kit';
import { describe, expect, test } from 'vitest';
import { eachEngine } from '../engines';
import golden from '../golden/numpy_losses.json';
import { value } from './losses-at-hand';

const FACTORIES: Record<string, (options: object) => LossFn> = {
  asymmetricLoss,
  binaryCrossEntropy,
  hardExampleLogLoss,
  lovaszHingeLoss,
  lsepLoss,
  softF1Loss,
};

/** The generator writes a case's options as they are in TypeScript. */
interface Case {
  loss: string;
  options: { from: 'logits' | 'probabilities' };
  value: number;
  soft: number;
  weighted: number;
  repeated?: number;
}

const cases = (golden.cases as Case[]).map(
  (item) => [`${item.loss} ${JSON.stringify(item.options)}`, item] as const,
);

/** 1e-6 of the value, or absolutely where the value is below 1: a few units in the last place of float32. */
function expectNear(actual: number, expected: number): void {
  expect(Math.abs(actual - expected)).toBeLessThan(1e-6 * Math.max(1, Math.abs(expected)));
}

eachEngine(() => {
  describe('losses are those of their formulas in float64', () => {
    test.each(cases)('%s', (_, item) => {
      const loss = FACTORIES[item.loss]!(item.options);
      const predictions = golden[item.options.from];
      const { labels, softLabels, weights, repeats } = golden;
      expectNear(value(loss, labels, predictions), item.value);
      expectNear(value(loss, softLabels, predictions), item.soft);
      expectNear(value(loss, labels, predictions, weights), item.weighted);
      if (item.repeated !== undefined) {
        expectNear(value(loss, labels, predictions, repeats), item.repeated);
        const rows = repeats.flatMap((times, i) => Array<number>(times).fill(i));
        const repeated = [labels, predictions].map((all) => rows.map((i) => all[i]!));
        expectNear(value(loss, repeated[0]!, repeated[1]!), item.repeated);
      }
    });
  });
});

test('classWeights are those of scikit-learn and of the formulas', () => {
  for (const method of ['inverse', 'effectiveNumber', 'logarithmic'] as const) {
    const expected = golden.classWeights[method];
    classWeights(golden.counts, { method, normalize: false }).forEach((weight, k) => {
      expect(weight / expected[k]!).toBeCloseTo(1, 12);
    });
  }
});
