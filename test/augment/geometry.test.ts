/** Affine augmentations: what they mean, and that a chain of them is one resampling. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random, type CellImage } from 'hpa-kit';
import {
  affine,
  augment,
  brightness,
  compose,
  dihedral,
  elastic,
  flip,
  oneOf,
  quarterTurns,
  rotate,
  rotate90,
  sometimes,
  warpAffine,
  warpByField,
  type AffineMatrix,
  type Augmentation,
  type Geometry,
} from 'hpa-kit/augment';
import { greatestDistance, KINDS, makeImage } from './images';

const still = { rotateDegrees: 0, scale: 1, shiftX: 0, shiftY: 0, shearDegrees: 0 };

/** The product, as matrices of three rows. */
function chain(first: AffineMatrix, second: AffineMatrix): number[] {
  const rows = ([a, b, c, d, e, f]: AffineMatrix) => [
    [a, b, c],
    [d, e, f],
    [0, 0, 1],
  ];
  const [one, two] = [rows(first), rows(second)];
  return two
    .slice(0, 2)
    .flatMap((row) => [0, 1, 2].map((j) => row.reduce((sum, v, k) => sum + v * one[k]![j]!, 0)));
}

/** A smooth image with known values everywhere, also between pixels. */
function smooth(width: number, height: number, place = (x: number, y: number) => [x, y]): CellImage {
  const data = new Float32Array(width * height);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const [u, v] = place(x, y) as [number, number];
      data[y * width + x] = 0.5 + 0.25 * Math.sin(u / 1.7) + 0.25 * Math.cos(v / 1.5);
    }
  return { width, height, channels: 1, data };
}

describe('affine', () => {
  it.each(KINDS)('turns %s images by quarter turns exactly as quarterTurns does', (kind) => {
    for (const size of [7, 8])
      for (const turns of [-1, 0, 1, 2, 3]) {
        const image = makeImage(size, size, 3, kind);
        const turned = rotate().apply(image, { ...still, rotateDegrees: 90 * turns });
        expect(turned.data).toEqual(quarterTurns(image, turns).data);
      }
  });

  it('shifts by whole pixels exactly, right and down, and fills', () => {
    const image = makeImage(10, 5, 2, 'uint8');
    const { data } = affine({ shiftRange: [0, 1], fill: [0.2, 1] }).apply(image, {
      ...still,
      shiftX: 0.3,
      shiftY: 0.2,
    });
    for (let y = 0; y < 5; y++)
      for (let x = 0; x < 10; x++)
        for (let c = 0; c < 2; c++)
          expect(data[(y * 10 + x) * 2 + c]).toBe(
            x < 3 || y < 1 ? [51, 255][c] : image.data[((y - 1) * 10 + x - 3) * 2 + c],
          );
  });

  it('rotates anticlockwise, scales about the centre and leans to the left at the top', () => {
    const at = (params: object, x: number, y: number): number[] => {
      const { matrix } = affine({ scaleRange: [1, 2] }).geometry!(
        { ...still, ...params },
        { width: 11, height: 11 },
      );
      const [a, b, c, d, e, f] = matrix;
      return [a * x + b * y + c, d * x + e * y + f].map((v) => +v.toFixed(9));
    };
    expect(at({ rotateDegrees: 45 }, 10, 5)).toEqual(
      [5 + 5 * Math.SQRT1_2, 5 - 5 * Math.SQRT1_2].map((v) => +v.toFixed(9)),
    );
    expect(at({ scale: 2 }, 7, 4)).toEqual([9, 3]);
    expect(at({ shearDegrees: 45 }, 5, 0)).toEqual([0, 0]);
    expect(at({ shearDegrees: 45, rotateDegrees: 90, scale: 2, shiftX: 1 }, 5, 4)).toEqual([14, 7]);
  });

  it('draws within its ranges and keeps the rest still', () => {
    const augmentation = affine({ rotateDegreesRange: [-30, 10], scaleRange: [0.9, 1.2] });
    const drawn = Array.from({ length: 500 }, (_, i) => augmentation.sample(new Random(1, i)));
    const degrees = drawn.map(({ rotateDegrees }) => rotateDegrees);
    expect(Math.min(...degrees)).toBeGreaterThanOrEqual(-30);
    expect(Math.max(...degrees)).toBeLessThan(10);
    expect(Math.max(...degrees) - Math.min(...degrees)).toBeGreaterThan(38);
    for (const { scale, shiftX, shiftY, shearDegrees } of drawn) {
      expect(scale).toBeGreaterThanOrEqual(0.9);
      expect([shiftX, shiftY, shearDegrees]).toEqual([0, 0, 0]);
    }
  });

  it('refuses what makes no sense', () => {
    expect(() => affine({})).toThrow(TypeError);
    expect(() => affine({ scaleRange: [0, 1] })).toThrow(
      'scaleRange must be [min, max] with min ≤ max, above 0',
    );
    expect(() => affine({ shearDegreesRange: [0, 90] })).toThrow(RangeError);
    expect(() => affine({ rotateDegreesRange: [10, -10] })).toThrow('Received [10, -10].');
    expect(() => rotate({ border: 'wrap' as 'reflect' })).toThrow(
      'border must be constant, reflect, replicate',
    );
    expect(() => rotate({ fill: NaN })).toThrow('fill must be finite');
    expect(() => warpAffine(makeImage(3, 3, 1, 'uint8'), [1, 1, 0, 1, 1, 0])).toThrow('invertible');
    expect(() => warpAffine(makeImage(3, 3, 2, 'uint8'), [1, 0, 0, 0, 1, 0], { fill: [1] })).toThrow(
      '2 channels',
    );
  });
});

describe('warpAffine', () => {
  it('of the identity is the image, of every border and interpolation', () => {
    for (const border of ['constant', 'reflect', 'replicate'] as const)
      for (const interpolation of ['bilinear', 'nearest'] as const)
        for (const kind of KINDS) {
          const image = makeImage(9, 7, 4, kind);
          expect(warpAffine(image, [1, 0, 0, 0, 1, 0], { border, interpolation }).data).toEqual(image.data);
        }
  });

  it('keeps a constant image constant wherever the border allows', () => {
    const matrix = fc.tuple(
      ...[0.3, -1, -30, -1, 0.3, -30].map((least) =>
        fc.double({ min: least, max: least + (least < -2 ? 60 : 2), noNaN: true }),
      ),
    );
    fc.assert(
      fc.property(
        matrix,
        fc.constantFrom(...KINDS),
        fc.constantFrom('reflect', 'replicate'),
        (m, kind, border) => {
          fc.pre(Math.abs(m[0]! * m[4]! - m[1]! * m[3]!) > 0.01);
          const image = makeImage(13, 11, 3, kind);
          image.data.fill(kind === 'float32' ? 0.625 : 201);
          const warped = warpAffine(image, m as unknown as AffineMatrix, { border: border as 'reflect' });
          expect(new Set(warped.data)).toEqual(new Set(image.data));
        },
      ),
      { seed: 5, numRuns: 60 },
    );
  });

  it('places pixels that a factor beyond any image moves far away', () => {
    const image = makeImage(5, 4, 1, 'uint8');
    expect(new Set(warpAffine(image, [1, 0, 1e9, 0, 1, -1e12]).data)).toEqual(new Set([0]));
    const far = warpAffine(image, [1, 0, 1e9, 0, 1, 0], { border: 'replicate' }).data;
    for (let i = 0; i < far.length; i++) expect(far[i]).toBe(image.data[Math.floor(i / 5) * 5]);
  });
});

describe('a chain of affine augmentations', () => {
  const rotation = rotate();
  const scaling = affine({ scaleRange: [0.5, 2], shiftRange: [-1, 1], shearDegreesRange: [-40, 40] });
  const steps: [Augmentation, unknown][] = [
    [flip(), { leftRight: true, upDown: false }],
    [rotation, { ...still, rotateDegrees: 23 }],
    [rotate90(), { turns: 1 }],
    [scaling, { ...still, scale: 0.9, shiftX: 0.1, shearDegrees: 10 }],
    [dihedral(), { flipped: true, turns: 3 }],
  ];
  const augmentation = compose(steps.map(([step]) => step));
  const params = steps.map(([, drawn]) => drawn);

  it.each(KINDS)('equals the single warp by the product of the matrices: %s', (kind) => {
    const image = makeImage(31, 23, 4, kind);
    let geometry: Geometry = { matrix: [1, 0, 0, 0, 1, 0], size: image };
    for (const [step, drawn] of steps) {
      const { matrix, size } = step.geometry!(drawn, geometry.size);
      geometry = { matrix: chain(geometry.matrix, matrix) as unknown as AffineMatrix, size };
    }
    const { width, height } = geometry.size;
    expect([width, height]).toEqual([31, 23]);
    const once = warpAffine(image, geometry.matrix, { width, height });
    // The products may differ in the last bit, and a sample at a half then rounds the other way.
    const slack = kind === 'float32' ? 1e-6 : 1;
    const chained = augmentation.apply(image, params);
    expect(greatestDistance(chained.data, once.data)).toBeLessThanOrEqual(slack);
    expect([chained.width, chained.height]).toEqual([31, 23]);
  });

  it('is far nearer to the truth than one resampling after another', () => {
    const image = smooth(64, 64);
    const there = { ...still, rotateDegrees: 31 };
    const back = { ...still, rotateDegrees: -20 };
    const angle = (11 * Math.PI) / 180;
    const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
    const truth = smooth(64, 64, (x, y) => {
      const [u, v] = [x - 31.5, y - 31.5];
      return [31.5 + cos * u - sin * v, 31.5 + sin * u + cos * v];
    });
    const one = compose([rotation, rotation]).apply(image, [there, back]);
    const two = rotation.apply(rotation.apply(image, there), back);
    const middle = ({ data }: CellImage) =>
      Array.from(data).filter((_, i) => Math.hypot((i % 64) - 31.5, Math.floor(i / 64) - 31.5) < 28);
    const error = (result: CellImage) => {
      const exact = middle(truth);
      return Math.sqrt(middle(result).reduce((sum, v, i) => sum + (v - exact[i]!) ** 2, 0) / exact.length);
    };
    expect(error(one)).toBeLessThan(0.6 * error(two));
    expect(error(one)).toBeGreaterThan(0);
  });

  it('there and back is the image itself, corners included', () => {
    const image = makeImage(20, 20, 3, 'uint8');
    const turn = (rotateDegrees: number) => ({ ...still, rotateDegrees });
    const there = compose([rotation, rotation]).apply(image, [turn(37), turn(-37)]);
    expect(there.data).toEqual(image.data);
    expect(rotation.apply(rotation.apply(image, turn(37)), turn(-37)).data).not.toEqual(image.data);
  });

  it('goes through nested compose, oneOf and sometimes', () => {
    const nested = compose([sometimes(rotation, 1), compose([oneOf([rotation, flip()])])]);
    const turn = (rotateDegrees: number) => ({ ...still, rotateDegrees });
    const image = makeImage(20, 20, 3, 'uint8');
    const drawn = [{ applied: true, params: turn(37) }, [{ index: 0, params: turn(-37) }]];
    expect(nested.apply(image, drawn).data).toEqual(image.data);
    expect(nested.apply(image, [{ applied: false }, [{ index: 0, params: turn(90) }]]).data).toEqual(
      quarterTurns(image, 1).data,
    );
  });

  it('is cut where another operation, border, fill or interpolation comes between', () => {
    const image = makeImage(20, 20, 1, 'uint8');
    const [there, back] = [37, -37].map((rotateDegrees) => ({ ...still, rotateDegrees }));
    const separate = rotation.apply(rotation.apply(image, there!), back!);
    const none = { delta: 0 };
    expect(compose([rotation, brightness(), rotation]).apply(image, [there, none, back]).data).toEqual(
      separate.data,
    );
    for (const options of [{ border: 'reflect' }, { fill: 1 }, { interpolation: 'nearest' }] as const) {
      const other = rotate(options);
      expect(compose([rotation, other]).apply(image, [there, back]).data).toEqual(
        other.apply(rotation.apply(image, there!), back!).data,
      );
    }
  });

  it('of moves of whole pixels stays exact', () => {
    const image = makeImage(9, 6, 3, 'float32');
    const turns = compose([rotate90(), flip(), rotate90()]);
    const { data } = turns.apply(image, [{ turns: 1 }, { leftRight: true, upDown: true }, { turns: 1 }]);
    expect(data).toEqual(image.data);
  });
});

describe('elastic', () => {
  const image = makeImage(40, 30, 3, 'uint8');

  it('of no magnitude is the image', () => {
    expect(elastic().apply(image, { magnitude: 0, seed: 3 }).data).toEqual(image.data);
  });

  it('has the magnitude that it says, and is smooth', () => {
    const horizontal = smooth(64, 48, (x) => [x, 0]);
    horizontal.data.forEach((_, i) => (horizontal.data[i] = (i % 64) / 64));
    let sum = 0;
    let steepest = 0;
    const runs = 120;
    for (let seed = 0; seed < runs; seed++) {
      // On a ramp, the result's difference is the displacement. In the middle no border interferes.
      const { data } = elastic({ cells: 3 }).apply(horizontal, { magnitude: 0.03, seed });
      const moved = (x: number) => data[24 * 64 + x]! * 64 - x;
      sum += moved(32) ** 2 / runs;
      steepest = Math.max(steepest, Math.abs(moved(33) - moved(32)));
    }
    expect(Math.sqrt(sum) / (0.03 * 64)).toBeGreaterThan(0.85);
    expect(Math.sqrt(sum) / (0.03 * 64)).toBeLessThan(1.15);
    expect(steepest).toBeLessThan(0.6);
  });

  it('is fixed by its seed', () => {
    const params = { magnitude: 0.03, seed: 7 };
    expect(elastic().apply(image, params).data).toEqual(elastic().apply(image, params).data);
    expect(elastic().apply(image, params).data).not.toEqual(
      elastic().apply(image, { ...params, seed: 8 }).data,
    );
  });

  it('refuses what makes no sense', () => {
    expect(() => elastic({ cells: 0 })).toThrow('cells must be a positive integer');
    expect(() => elastic({ magnitudeRange: [-1, 0] })).toThrow(RangeError);
    const field = { x: new Float32Array(3), y: new Float32Array(3) };
    expect(() => warpByField(image, field)).toThrow('field must have 1200 displacements');
  });
});

it('augmentations that move pixels leave their input alone', () => {
  const image = makeImage(16, 16, 4, 'uint16');
  const before = image.data.slice();
  for (const augmentation of [
    rotate(),
    elastic(),
    dihedral(),
    affine({ shiftRange: [-0.2, 0.2] }),
  ] as Augmentation[])
    for (let i = 0; i < 8; i++) augment(augmentation, image, new Random(i));
  expect(image.data).toEqual(before);
});
