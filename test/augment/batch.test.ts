/** Mixing of batches, and test-time views. */
import { describe, expect, it } from 'vitest';
import { Random } from 'hpa-kit';
import { augmentBatch, cutMix, mixUp, testTimeViews, type BatchShape } from 'hpa-kit/augment';
import { makeImage } from './images';

const shape: BatchShape = { batch: 5, height: 8, width: 10, channels: 3, classes: 4 };
const rowLength = shape.height * shape.width * shape.channels;

function makeBatch(): { pixels: Float32Array; labels: Float32Array } {
  const random = new Random('batch');
  return {
    pixels: Float32Array.from({ length: shape.batch * rowLength }, () => random.next()),
    labels: Float32Array.from({ length: shape.batch * shape.classes }, () => (random.bool() ? 1 : 0)),
  };
}
const row = (values: Float32Array, i: number) =>
  values.slice(i * (values.length / 5), (i + 1) * (values.length / 5));

describe('mixUp', () => {
  it.each([[[1, 2, 0, 4, 3]], [[0, 1, 2, 3, 4]], [[4, 3, 2, 1, 0]], [[1, 2, 3, 4, 0]]])(
    'blends samples and labels with partners %j as they were before',
    (partners) => {
      const before = makeBatch();
      const { pixels, labels } = makeBatch();
      mixUp().apply(pixels, labels, shape, { share: 0.7, partners });
      for (const [mixed, plain] of [
        [pixels, before.pixels],
        [labels, before.labels],
      ] as const)
        for (let i = 0; i < 5; i++) {
          const other = row(plain, partners[i]!);
          expect(row(mixed, i)).toEqual(row(plain, i).map((v, j) => 0.7 * v + (1 - 0.7) * other[j]!));
        }
    },
  );

  it.each([0.2, 1, 4])('draws its share from the Beta distribution of alpha %d', (alpha) => {
    const shares = Array.from({ length: 4000 }, (_, i) => mixUp({ alpha }).sample(new Random(1, i), 2).share);
    const mean = shares.reduce((sum, v) => sum + v, 0) / 4000;
    const variance = shares.reduce((sum, v) => sum + (v - 0.5) ** 2, 0) / 4000;
    expect(mean).toBeCloseTo(0.5, 1);
    // Of Beta(α, α): 1 / (4 · (2α + 1)).
    expect(variance * 4 * (2 * alpha + 1)).toBeGreaterThan(0.93);
    expect(variance * 4 * (2 * alpha + 1)).toBeLessThan(1.07);
    expect(shares.every((share) => share >= 0 && share <= 1)).toBe(true);
  });

  it('mixes as often as asked, and refuses what makes no sense', () => {
    const drawn = Array.from({ length: 1000 }, (_, i) =>
      mixUp({ probability: 0.25 }).sample(new Random(2, i), 2),
    );
    expect(drawn.filter(({ share }) => share < 1).length / 1000).toBeCloseTo(0.25, 1);
    expect(() => mixUp({ alpha: 0 })).toThrow('alpha must be a finite number above 0');
    expect(() => cutMix({ probability: -1 })).toThrow('probability must be a probability');
    const { pixels, labels } = makeBatch();
    const apply = (partners: number[]) => () => {
      mixUp().apply(pixels, labels, shape, { share: 0.5, partners });
    };
    expect(apply([0, 0, 1, 2, 3])).toThrow('partners must be a permutation');
    expect(apply([0, 1])).toThrow('must have 480 values');
    const before = makeBatch();
    expect([pixels, labels]).toEqual([before.pixels, before.labels]);
  });

  it('keeps the sums over the batch', () => {
    const { pixels, labels } = makeBatch();
    const total = (values: Float32Array) => values.reduce((sum, v) => sum + v, 0);
    const before = [total(pixels), total(labels)];
    augmentBatch(mixUp({ alpha: 1 }), pixels, labels, shape, new Random(3));
    expect(total(pixels)).toBeCloseTo(before[0]!, 3);
    expect(total(labels)).toBeCloseTo(before[1]!, 4);
  });
});

describe('cutMix', () => {
  it('pastes the rectangle of the partner, and weighs labels by what is left', () => {
    const before = makeBatch();
    const partners = [1, 2, 0, 4, 3];
    for (const [centreX, centreY] of [
      [0.5, 0.5],
      [0, 0],
      [0.99, 0.1],
    ]) {
      const { pixels, labels } = makeBatch();
      cutMix().apply(pixels, labels, shape, { share: 0.75, centreX: centreX!, centreY: centreY!, partners });
      // The sides are half of the image's: 5 by 4, cut at the border.
      const left = Math.floor(centreX! * 10) - 2;
      const top = Math.floor(centreY! * 8) - 2;
      let own = 0;
      for (let i = 0; i < 5; i++)
        for (let y = 0; y < 8; y++)
          for (let x = 0; x < 10; x++) {
            const inside = x >= left && x < left + 5 && y >= top && y < top + 4;
            if (i === 0 && !inside) own++;
            const at = (y * 10 + x) * 3;
            const from = (inside ? partners[i]! : i) * rowLength + at;
            expect(pixels.slice(i * rowLength + at, i * rowLength + at + 3)).toEqual(
              before.pixels.slice(from, from + 3),
            );
          }
      const kept = own / 80;
      for (let i = 0; i < 5; i++) {
        const other = row(before.labels, partners[i]!);
        const exact = row(before.labels, i).map((v, j) => kept * v + (1 - kept) * other[j]!);
        row(labels, i).forEach((v, j) => {
          expect(v).toBeCloseTo(exact[j]!, 6);
        });
      }
    }
  });

  it('with a share of 1 changes nothing; its parameters are JSON and fixed by the key', () => {
    const { pixels, labels } = makeBatch();
    const drawn = cutMix({ probability: 0 }).sample(new Random(1), 5);
    cutMix().apply(pixels, labels, shape, drawn);
    expect([pixels, labels]).toEqual([makeBatch().pixels, makeBatch().labels]);
    const params = cutMix().sample(new Random(1, 2), 5);
    expect(JSON.parse(JSON.stringify(params))).toEqual(params);
    expect(cutMix().sample(new Random(1, 2), 5)).toEqual(params);
  });
});

describe('testTimeViews', () => {
  const image = makeImage(5, 3, 2, 'float32');

  it.each(['none', 'flips', 'dihedral'] as const)('of %s are different, and undone exactly', (kind) => {
    const views = testTimeViews(kind);
    const seen = new Set<string>();
    for (const { apply, undo } of views) {
      const view = apply(image);
      seen.add(`${view.width}×${view.height}: ${view.data.join()}`);
      expect(undo(view)).toEqual(image);
      if (kind !== 'dihedral') expect([view.width, view.height]).toEqual([5, 3]);
    }
    expect(seen.size).toBe(views.length);
    expect(views[0]!.apply(image)).toEqual(image);
  });

  it('have stable names', () => {
    expect(testTimeViews('dihedral').map(({ name }) => name)).toEqual([
      'identity',
      'flipLeftRight',
      'flipUpDown',
      'rotate180',
      'rotate90',
      'rotate270',
      'transpose',
      'antitranspose',
    ]);
    expect(testTimeViews('flips').length).toBe(4);
    expect(() => testTimeViews('rotations' as 'flips')).toThrow('kind must be none, flips, dihedral');
  });
});
