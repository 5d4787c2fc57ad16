/** Augmentations of intensity and of parts: their sums by definition, their clamps, and their randomness. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random, resize, type CellImage } from 'hpa-kit';
import {
  blur,
  brightness,
  channelDropout,
  channelGain,
  coarseDropout,
  compose,
  contrast,
  crop,
  gamma,
  gaussianBlur,
  gaussianNoise,
  oneOf,
  randomCrop,
  randomResizedCrop,
  replay,
  rotate,
  sampleAugmentation,
  sometimes,
  elastic,
  dihedral,
  type Augmentation,
} from 'hpa-kit/augment';
import { FULL, greatestDistance, KINDS, makeImage, makeSamples } from './images';

/** What a curve makes of an image, by definition. */
function expected(
  { data }: CellImage,
  kind: (typeof KINDS)[number],
  curve: (v: number, i: number) => number,
) {
  const full = FULL[kind];
  return Array.from(data, (sample, i) => {
    const value = curve(sample / full, i) * full;
    return kind === 'float32' ? Math.fround(value) : Math.min(full, Math.max(0, Math.floor(value + 0.5)));
  });
}

describe.each(KINDS)('tone of %s images', (kind) => {
  // Large enough for tables, and small enough to go without.
  const images = [makeImage(60, 50, 3, kind), makeImage(5, 4, 3, kind), makeImage(270, 260, 1, kind)];

  it('brightness adds, clamped for integers alone', () => {
    for (const image of images)
      for (const delta of [-0.3, 0, 0.25, 0.9])
        expect(
          greatestDistance(
            brightness().apply(image, { delta }).data,
            expected(image, kind, (v) => v + delta),
          ),
        ).toBe(0);
  });

  it('gamma keeps black and white, and is a power between', () => {
    for (const image of images)
      for (const exponent of [0.5, 1, 2.2])
        expect(
          greatestDistance(
            gamma().apply(image, { gamma: exponent }).data,
            expected(image, kind, (v) => v ** exponent),
          ),
        ).toBe(0);
    const ends = { width: 2, height: 1, channels: 1, data: makeSamples(kind, 2) };
    ends.data[1] = FULL[kind];
    expect(gamma().apply(ends, { gamma: 0.37 }).data).toEqual(ends.data);
  });

  it('contrast scales the distance from the mean of each channel', () => {
    const image = images[0]!;
    const { channels, data } = image;
    const means = [0, 1, 2].map((c) => {
      const own = Array.from(data).filter((_, i) => i % channels === c);
      return own.reduce((sum, v) => sum + v, 0) / own.length / FULL[kind];
    });
    for (const factor of [0, 0.5, 1.7]) {
      const exact = expected(image, kind, (v, i) => means[i % 3]! + (v - means[i % 3]!) * factor);
      expect(greatestDistance(contrast().apply(image, { factor }).data, exact)).toBeLessThan(
        kind === 'float32' ? 1e-6 : 1,
      );
    }
    expect(contrast().apply(image, { factor: 1 }).data).toEqual(data);
  });

  it('channelGain multiplies each channel by one factor from its range', () => {
    const image = { ...images[0]!, data: images[0]!.data.slice() };
    // Bright, but too dark to be clamped.
    image.data.forEach((_, i) => (image.data[i] = FULL[kind] * 0.7));
    const { data } = channelGain({ gainRange: [0.5, 1.4] }).apply(image, { seed: 11 });
    const gains = [0, 1, 2].map((c) => data[c]! / image.data[c]!);
    expect(new Set(gains).size).toBe(3);
    for (const gain of gains) {
      expect(gain).toBeGreaterThan(0.49);
      expect(gain).toBeLessThan(1.41);
    }
    expect(data.every((v, i) => v === data[i % 3])).toBe(true);
  });

  it('noise has its deviation and no bias, and clamps integers alone', () => {
    const image = {
      width: 200,
      height: 200,
      channels: 1,
      data: makeSamples(kind, 40000).fill(FULL[kind] / 2),
    };
    const { data } = gaussianNoise().apply(image, { deviation: 0.1, seed: 5 });
    const changes = Array.from(data, (v, i) => (v - image.data[i]!) / FULL[kind]);
    const mean = changes.reduce((sum, v) => sum + v, 0) / changes.length;
    const deviation = Math.sqrt(changes.reduce((sum, v) => sum + v * v, 0) / changes.length);
    expect(Math.abs(mean)).toBeLessThan(0.0015);
    expect(Math.abs(deviation - 0.1)).toBeLessThan(0.0015);
    // 4.55% of a normal distribution lie beyond two deviations.
    expect(changes.filter((v) => Math.abs(v) > 0.2).length / 40000).toBeCloseTo(0.0455, 2);
    const dark = gaussianNoise().apply(
      { ...image, data: makeSamples(kind, 40000) },
      { deviation: 0.1, seed: 5 },
    );
    expect(Array.from(dark.data).some((v) => v < 0)).toBe(kind === 'float32');
  });
});

describe('blur', () => {
  it.each(KINDS)('keeps constant %s images, and the sum of a point', (kind) => {
    const flat = { width: 9, height: 7, channels: 2, data: makeSamples(kind, 126).fill(FULL[kind] * 0.6) };
    expect(greatestDistance(blur(flat, 1.3).data, flat.data)).toBeLessThan(1e-6);
    const point = { width: 31, height: 31, channels: 1, data: new Float32Array(961) };
    point.data[480] = 1;
    const spread = Array.from(blur(point, 2).data);
    expect(spread.reduce((sum, v) => sum + v, 0)).toBeCloseTo(1, 6);
    expect(spread[480 + 2]! / spread[480]!).toBeCloseTo(Math.exp(-0.5), 6);
    expect(spread[480 + 62]).toBeCloseTo(spread[480 + 2]!, 9);
  });

  it('of an image smaller than its kernel mirrors as often as needed', () => {
    const image = { width: 2, height: 1, channels: 1, data: Float32Array.of(0, 1) };
    const [left, right] = blur(image, 5).data;
    expect(left! + right!).toBeCloseTo(1, 6);
    expect(Math.abs(left! - right!)).toBeLessThan(0.01);
  });

  it('refuses what makes no sense', () => {
    expect(() => gaussianBlur({ sigmaRange: [0, 1] })).toThrow(
      'sigmaRange must be [min, max] with min ≤ max, above 0',
    );
    expect(() => blur(makeImage(3, 3, 1, 'uint8'), NaN)).toThrow('sigma must be a finite number above 0');
  });
});

describe('crops', () => {
  const image = makeImage(13, 9, 3, 'uint16');

  it('equal slices', () => {
    const part = crop(image, { top: 2, left: 4, height: 5, width: 6 });
    for (let y = 0; y < 5; y++)
      expect(part.data.slice(y * 18, y * 18 + 18)).toEqual(
        image.data.slice(((y + 2) * 13 + 4) * 3, ((y + 2) * 13 + 10) * 3),
      );
    expect(() => crop(image, { top: 5, left: 0, height: 5, width: 1 })).toThrow(
      'must lie inside the image of 13×9',
    );
  });

  it('at random reach every place equally often', () => {
    const augmentation = randomCrop({ height: 8, width: 12 });
    const counts = new Map<number, number>();
    for (let i = 0; i < 4000; i++) {
      const key = augmentation.apply(image, augmentation.sample(new Random(9, i))).data[0]!;
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    expect(counts.size).toBe(4);
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(120);
    expect(() => randomCrop({ height: 10, width: 2 }).apply(image, { top: 0, left: 0 })).toThrow(
      'must fit into the image of 13×9',
    );
  });

  it('resized are the resized slice where they shrink, and the image itself where nothing is to do', () => {
    const augmentation = randomResizedCrop({ height: 4, width: 5 });
    const params = { area: 0.8, aspect: 1.2, top: 0.5, left: 0.25 };
    const [wide, tall] = [Math.round(Math.sqrt(0.8 * 117 * 1.2)), Math.round(Math.sqrt((0.8 * 117) / 1.2))];
    const box = {
      top: Math.floor(0.5 * (9 - tall + 1)),
      left: Math.floor(0.25 * (13 - wide + 1)),
      height: tall,
      width: wide,
    };
    expect(augmentation.apply(image, params)).toEqual(resize(crop(image, box), { height: 4, width: 5 }));
    const whole = randomResizedCrop({ height: 9, width: 13 });
    expect(whole.apply(image, { area: 1, aspect: 13 / 9, top: 0.9, left: 0.9 }).data).toEqual(image.data);
  });

  it('enlarge bilinearly, as OpenCV does', () => {
    const row = { width: 2, height: 1, channels: 1, data: Uint8Array.of(0, 100) };
    const { data } = randomResizedCrop({ height: 1, width: 4 }).apply(row, {
      area: 1,
      aspect: 2,
      top: 0,
      left: 0,
    });
    // cv2.resize(numpy.uint8([[0, 100]]), (4, 1))
    expect([...data]).toEqual([0, 25, 75, 100]);
  });

  it('resized keep the drawn share of the area and the sides’ ratio, unless the image is too small', () => {
    const augmentation = randomResizedCrop({
      height: 8,
      width: 8,
      areaRange: [0.1, 1],
      aspectRange: [0.5, 2],
    });
    const drawn = Array.from({ length: 500 }, (_, i) => augmentation.sample(new Random(i)));
    expect(Math.min(...drawn.map(({ area }) => area))).toBeGreaterThanOrEqual(0.1);
    expect(Math.max(...drawn.map(({ aspect }) => aspect))).toBeLessThan(2);
    // Of logarithms: as many above as below 1.
    expect(Math.abs(drawn.filter(({ aspect }) => aspect > 1).length - 250)).toBeLessThan(50);
    for (const params of drawn) {
      const { width, height } = augmentation.apply(image, params);
      expect([width, height]).toEqual([8, 8]);
    }
  });
});

describe('dropout', () => {
  const image = makeImage(20, 16, 4, 'uint8');
  const emptied = (result: CellImage) =>
    [0, 1, 2, 3].filter((c) => result.data.every((v, i) => i % 4 !== c || v === 0));

  it('of channels takes the number asked, of those allowed, and leaves the others alone', () => {
    const counts = [0, 0, 0, 0];
    for (let seed = 0; seed < 600; seed++) {
      const result = channelDropout({ channels: [0, 2, 3] }).apply(image, { count: 1, seed });
      const gone = emptied(result);
      expect(gone.length).toBe(1);
      counts[gone[0]!]!++;
      result.data.forEach((v, i) => v === (i % 4 === gone[0] ? 0 : image.data[i]) || expect.unreachable());
    }
    expect(counts[1]).toBe(0);
    for (const c of [0, 2, 3]) expect(Math.abs(counts[c]! - 200)).toBeLessThan(50);
    expect(emptied(channelDropout().apply(image, { count: 9, seed: 1 })).length).toBe(3);
    expect(() => channelDropout({ channels: [4] }).apply(image, { count: 1, seed: 0 })).toThrow('below 4');
  });

  it('in rectangles fills what the parameters say', () => {
    const hole = { top: 0.5, left: 0, height: 0.25, width: 0.1 };
    const { data } = coarseDropout({ fill: 1 }).apply(image, { holes: [hole] });
    for (let y = 0; y < 16; y++)
      for (let x = 0; x < 20; x++)
        for (let c = 0; c < 4; c++) {
          const at = (y * 20 + x) * 4 + c;
          expect(data[at]).toBe(y >= 6 && y < 10 && x < 2 ? 255 : image.data[at]);
        }
  });

  it('in rectangles stays inside and within its ranges', () => {
    const augmentation = coarseDropout({ countRange: [2, 4], sizeRange: [0.1, 1] });
    const counts = new Set<number>();
    for (let i = 0; i < 200; i++) {
      const params = augmentation.sample(new Random(i));
      counts.add(params.holes.length);
      expect(augmentation.apply(image, params).data.length).toBe(image.data.length);
    }
    expect([...counts].sort()).toEqual([2, 3, 4]);
  });

  it('refuses what makes no sense', () => {
    expect(() => coarseDropout({ countRange: [0.5, 2] })).toThrow('countRange must be whole numbers');
    expect(() => coarseDropout({ sizeRange: [0, 1] })).toThrow('above 0 and at most 1');
    expect(() => channelDropout({ channels: [] })).toThrow('channels must be a list of indices');
  });
});

const everything: Augmentation = compose([
  dihedral(),
  sometimes(rotate({ border: 'reflect' }), 0.7),
  oneOf([elastic(), gaussianBlur(), gaussianNoise()]),
  randomResizedCrop({ height: 24, width: 20 }),
  randomCrop({ height: 20, width: 18 }),
  brightness(),
  contrast(),
  gamma(),
  channelGain(),
  sometimes(channelDropout(), 0.5),
  coarseDropout(),
]);

describe('replay', () => {
  it('gives the same bytes after a way through JSON, and changes no input', () => {
    fc.assert(
      fc.property(
        fc.integer(),
        fc.constantFrom(...KINDS),
        fc.integer({ min: 1, max: 5 }),
        (seed, kind, channels) => {
          const image = makeImage(26, 22, channels, kind);
          const before = image.data.slice();
          const record = sampleAugmentation(everything, new Random(seed));
          const result = replay(everything, record, image);
          const stored = JSON.parse(JSON.stringify(record)) as typeof record;
          expect(stored).toEqual(record);
          expect(replay(everything, stored, image)).toEqual(result);
          expect(image.data).toEqual(before);
          expect([result.width, result.height, result.channels]).toEqual([18, 20, channels]);
          expect(result.data.constructor).toBe(image.data.constructor);
        },
      ),
      { seed: 3, numRuns: 60 },
    );
  });

  it('does the same to another image, and refuses the record of another augmentation', () => {
    const record = sampleAugmentation(compose([dihedral(), brightness()]), new Random(2));
    const [one, other] = [makeImage(6, 6, 1, 'uint8'), makeImage(6, 6, 4, 'uint16')];
    const again = compose([dihedral(), brightness({ deltaRange: [0, 0] })]);
    expect(replay(again, record, other)).toEqual(again.apply(other, record.params));
    expect(() => replay(compose([dihedral()]), record as never, one)).toThrow(
      'record must be of compose(dihedral). Received one of compose(dihedral, brightness).',
    );
    expect(() => compose([dihedral()]).apply(one, [])).toThrow('needs as many params. Received 0');
    expect(() => oneOf([dihedral()]).apply(one, { index: 1, params: {} })).toThrow('Received index 1');
  });

  it('sometimes does nothing as often as it should', () => {
    const augmentation = sometimes(brightness(), 0.3);
    const drawn = Array.from({ length: 3000 }, (_, i) => augmentation.sample(new Random(4, i)));
    expect(drawn.filter(({ applied }) => applied).length / 3000).toBeCloseTo(0.3, 1);
    const image = makeImage(3, 3, 1, 'uint8');
    expect(augmentation.apply(image, { applied: false })).toBe(image);
    expect(() => sometimes(brightness(), 2)).toThrow('p must be a probability');
  });
});
