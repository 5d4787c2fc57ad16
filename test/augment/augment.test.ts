import { describe, expect, it } from 'vitest';
import { Random, type CellImage, type Samples } from 'hpa-kit';
import {
  antitranspose,
  augment,
  compose,
  dihedral,
  flip,
  flipLeftRight,
  flipUpDown,
  oneOf,
  quarterTurns,
  rotate90,
  transpose,
  type Augmentation,
} from 'hpa-kit/augment';

function numbered(width: number, height: number, channels: number, make: (n: number) => Samples): CellImage {
  const data = make(width * height * channels);
  data.forEach((_, i) => (data[i] = i % 251));
  return { width, height, channels, data };
}
const kinds = [
  ['uint8', (n: number) => new Uint8Array(n)],
  ['uint16', (n: number) => new Uint16Array(n)],
  ['float32', (n: number) => new Float32Array(n)],
] as const;

/** The pixel at (y, x) by definition, to hold the fast walks against. */
function pixel({ width, channels, data }: CellImage, y: number, x: number): number[] {
  return Array.from(data.slice((y * width + x) * channels, (y * width + x + 1) * channels));
}

describe.each(kinds)('flips and quarter turns of %s images', (_, make) => {
  describe.each([1, 2, 3, 4, 5])('with %i channels', (channels) => {
    const image = numbered(4, 3, channels, make);

    it('put each pixel where the definition says', () => {
      const lr = flipLeftRight(image);
      const ud = flipUpDown(image);
      const turned = quarterTurns(image, 1);
      expect([turned.width, turned.height]).toEqual([3, 4]);
      for (let y = 0; y < 3; y++)
        for (let x = 0; x < 4; x++) {
          expect(pixel(lr, y, 3 - x)).toEqual(pixel(image, y, x));
          expect(pixel(ud, 2 - y, x)).toEqual(pixel(image, y, x));
          // numpy.rot90: the top right corner becomes the top left one.
          expect(pixel(turned, 3 - x, y)).toEqual(pixel(image, y, x));
          expect(pixel(transpose(image), x, y)).toEqual(pixel(image, y, x));
          expect(pixel(antitranspose(image), 3 - x, 2 - y)).toEqual(pixel(image, y, x));
        }
    });

    it('obey the laws of the dihedral group', () => {
      const { data } = image;
      expect(flipLeftRight(flipLeftRight(image)).data).toEqual(data);
      expect(flipUpDown(flipUpDown(image)).data).toEqual(data);
      expect(quarterTurns(quarterTurns(image, 1), 3).data).toEqual(data);
      expect(quarterTurns(image, 2).data).toEqual(flipLeftRight(flipUpDown(image)).data);
      expect(quarterTurns(image, -1).data).toEqual(quarterTurns(image, 3).data);
      expect(quarterTurns(quarterTurns(image, 1), 1).data).toEqual(quarterTurns(image, 2).data);
    });
  });
});

describe('images larger than a block of columns', () => {
  it.each([
    [17, 9],
    [8, 16],
    [1, 23],
    [23, 1],
  ])('of %i×%i move by the same laws', (width, height) => {
    for (const [, make] of kinds)
      for (const channels of [1, 2, 3, 4]) {
        const image = numbered(width, height, channels, make);
        expect(quarterTurns(image, 1).data).toEqual(transpose(flipLeftRight(image)).data);
        expect(quarterTurns(image, 3).data).toEqual(transpose(flipUpDown(image)).data);
        expect(antitranspose(image).data).toEqual(quarterTurns(transpose(image), 2).data);
        expect(pixel(transpose(image), width - 1, height - 1)).toEqual(pixel(image, height - 1, width - 1));
        expect(transpose(transpose(image))).toEqual(image);
      }
  });
});

describe('views that start in the middle of a buffer', () => {
  it('are turned like any other image', () => {
    const whole = new Uint8Array(3 + 2 * 2 * 4).map((_, i) => i);
    const view: CellImage = { width: 2, height: 2, channels: 4, data: whole.subarray(3) };
    const copy: CellImage = { ...view, data: whole.slice(3) };
    expect(flipLeftRight(view).data).toEqual(flipLeftRight(copy).data);
  });
});

describe('random augmentation', () => {
  const image = numbered(3, 3, 4, (n) => new Uint8Array(n));

  it('is fixed by its key and never changes its input', () => {
    const before = image.data.slice();
    const augmentation = compose([flip(), rotate90()]);
    for (let i = 0; i < 50; i++) {
      const once = augment(augmentation, image, new Random(1, i));
      expect(augment(augmentation, image, new Random(1, i)).data).toEqual(once.data);
    }
    expect(image.data).toEqual(before);
  });

  it.each([
    ['flips and turns together', compose([flip(), rotate90()])],
    ['dihedral', dihedral()],
  ] as [string, Augmentation][])('%s: all eight symmetries, equally often', (_, augmentation) => {
    const counts = new Map<string, number>();
    for (let i = 0; i < 8000; i++) {
      const key = augment(augmentation, image, new Random(2, i)).data.join();
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    expect(counts.size).toBe(8);
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(150);
  });

  it('flips as often as asked', () => {
    const sampled = Array.from({ length: 4000 }, (_, i) =>
      flip({ leftRight: 0.2, upDown: 1 }).sample(new Random(3, i)),
    );
    expect(sampled.filter(({ leftRight }) => leftRight).length / 4000).toBeCloseTo(0.2, 1);
    expect(sampled.every(({ upDown }) => upDown)).toBe(true);
  });

  it('oneOf applies exactly one', () => {
    const either = oneOf([flip({ leftRight: 1, upDown: 0 }), rotate90({ turns: [1] })]);
    const allowed = [flipLeftRight(image).data.join(), quarterTurns(image, 1).data.join()];
    const seen = new Set(
      Array.from({ length: 50 }, (_, i) => augment(either, image, new Random(4, i)).data.join()),
    );
    expect([...seen].sort()).toEqual(allowed.sort());
  });

  it('refuses what makes no sense', () => {
    expect(() => flip({ leftRight: 1.5 })).toThrow(/leftRight must be a probability/);
    expect(() => rotate90({ turns: [0.5] })).toThrow(RangeError);
    expect(() => compose([])).toThrow(TypeError);
    expect(() => oneOf([])).toThrow(TypeError);
    expect(() => quarterTurns(image, 0.5)).toThrow(RangeError);
  });
});
