import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { parseColumnById, parseLabelTable, Random, stratifiedSplit } from 'hpa-kit';
import { hasRealData, realData } from '../real-data';

function positives(labels: Uint8Array, numClasses: number, rows: Iterable<number>): number[] {
  const counts = new Array<number>(numClasses).fill(0);
  for (const row of rows) for (let k = 0; k < numClasses; k++) counts[k]! += labels[row * numClasses + k]!;
  return counts;
}

describe('stratifiedSplit', () => {
  it('puts every sample in exactly one part, whatever the labels and groups', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 12, max: 60 }),
        fc.integer({ min: 1, max: 5 }),
        fc.integer(),
        fc.boolean(),
        (size, numClasses, seed, grouped) => {
          const random = new Random(seed);
          const labels = Uint8Array.from({ length: size * numClasses }, () => Number(random.bool(0.3)));
          const groups = grouped
            ? Array.from({ length: size }, (_, i) => (i < 4 ? i : random.int(12)))
            : undefined;
          const parts = stratifiedSplit({
            size,
            labels,
            numClasses,
            groups,
            fractions: [0.6, 0.3, 0.1],
            seed,
          });
          expect(parts.flat().sort((a, b) => a - b)).toEqual(Array.from({ length: size }, (_, i) => i));
          for (const part of parts) expect(part.length).toBeGreaterThan(0);
          if (groups)
            for (const group of new Set(groups))
              expect(parts.filter((part) => part.some((i) => groups[i] === group))).toHaveLength(1);
        },
      ),
      { seed: 1, numRuns: 100 },
    );
  });

  it('keeps a rare class in every part, where chance would lose it', () => {
    const size = 1000;
    const labels = new Uint8Array(size * 2);
    for (let i = 0; i < size; i++) labels[i * 2] = Number(i % 2 === 0);
    for (const i of [3, 500, 501, 777, 999]) labels[i * 2 + 1] = 1;
    for (let seed = 0; seed < 20; seed++) {
      const parts = stratifiedSplit({ size, labels, numClasses: 2, fractions: [0.6, 0.2, 0.2], seed });
      expect(parts.map((part) => positives(labels, 2, part)[1])).toEqual([3, 1, 1]);
      const halves = parts.map((part) => positives(labels, 2, part)[0]!);
      [300, 100, 100].forEach((wanted, i) => {
        expect(Math.abs(halves[i]! - wanted)).toBeLessThanOrEqual(2);
      });
    }
  });

  it('is fixed by the seed', () => {
    const split = (seed: number) => stratifiedSplit({ size: 50, fractions: [0.5, 0.5], seed });
    expect(split(4)).toEqual(split(4));
    expect(split(4)).not.toEqual(split(5));
    expect(split(4).map((part) => part.length)).toEqual([25, 25]);
  });

  it('leaves a part whose share is 0 empty', () => {
    expect(stratifiedSplit({ size: 5, fractions: [1, 0] })).toEqual([[0, 1, 2, 3, 4], []]);
  });

  it('gives the smallest part a group, though without it the sizes would be closer', () => {
    const groups = Array.from({ length: 40 }, (_, i) => i % 4);
    const parts = stratifiedSplit({ size: 40, fractions: [0.95, 0.05], groups });
    expect(parts.map((part) => part.length)).toEqual([30, 10]);
  });

  it('says what is wrong with its options', () => {
    expect(() => stratifiedSplit({ size: 2, fractions: [0.5, 0.3, 0.2] })).toThrow(
      '3 parts need at least 3 samples. Received 2.',
    );
    expect(() => stratifiedSplit({ size: 3, fractions: [0.5, 0.5], groups: [1, 1, 1] })).toThrow(
      '2 parts need at least 2 groups. Received 1.',
    );
    expect(() => stratifiedSplit({ size: 5, fractions: [0.5, 0.4] })).toThrow(/sum to 1/);
    expect(() => stratifiedSplit({ size: 5, fractions: [1], groups: ['a'] })).toThrow(/groups must have 5/);
    expect(() =>
      stratifiedSplit({ size: 5, fractions: [1], labels: new Uint8Array(3), numClasses: 1 }),
    ).toThrow(/labels must have/);
  });

  it.skipIf(!hasRealData)('gives each part of the competition its share of all 28 classes', () => {
    const { ids, labels } = parseLabelTable(readFileSync(realData('labels/train.csv'), 'utf8'));
    expect(ids).toHaveLength(31072);
    const parts = stratifiedSplit({
      size: ids.length,
      labels,
      numClasses: 28,
      fractions: [0.8, 0.1, 0.1],
      seed: 1,
    });
    const all = positives(labels, 28, ids.keys());
    parts.forEach((part, p) => {
      const share = [0.8, 0.1, 0.1][p]!;
      expect(Math.abs(part.length - share * ids.length)).toBeLessThan(30);
      positives(labels, 28, part).forEach((count, k) => {
        expect(Math.abs(count - share * all[k]!)).toBeLessThanOrEqual(Math.max(1.5, 0.01 * all[k]!));
      });
    });
  });

  it.skipIf(!hasRealData)('keeps the collages that share cells together', () => {
    const { ids, labels } = parseLabelTable(readFileSync(realData('duloc/train.csv'), 'utf8'));
    const byId = parseColumnById(readFileSync(realData('duloc/meta.csv'), 'utf8'), 'leak_group');
    const groups = ids.map((id) => byId.get(id)!);
    const parts = stratifiedSplit({
      size: ids.length,
      labels,
      numClasses: 28,
      groups,
      fractions: [0.6, 0.2, 0.2],
    });
    const groupSets = parts.map((part) => new Set(part.map((i) => groups[i])));
    expect(groupSets.reduce((sum, set) => sum + set.size, 0)).toBe(308);
    expect(
      parts.map((part) => part.length).every((n, p) => Math.abs(n - 345 * [0.6, 0.2, 0.2][p]!) <= 6),
    ).toBe(true);
  });
});
