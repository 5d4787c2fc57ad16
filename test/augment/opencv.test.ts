/** Warps, blurs and deformations beside OpenCV's, and beside exact arithmetic. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  blur,
  warpAffine,
  warpByField,
  type AffineMatrix,
  type Border,
  type Interpolation,
} from 'hpa-kit/augment';
import { FULL, greatestDistance, makeImage, type Kind } from './images';

interface Golden {
  channels: number;
  border: Border;
  kind: Kind;
  stride: number;
  opencv: number[];
  /** In double precision, not rounded. */
  exact: number[];
  /** The greatest and the mean distance of all of OpenCV's samples from the exact ones. */
  opencvError: [greatest: number, mean: number];
}
interface GoldenWarp extends Golden {
  map: string;
  interpolation: Interpolation;
  fill: number;
  size: [number, number];
}
const golden = JSON.parse(
  readFileSync(new URL('../golden/opencv_augment.json', import.meta.url), 'utf8'),
) as {
  maps: Record<string, AffineMatrix>;
  warps: GoldenWarp[];
  blurs: (Golden & { sigma: number })[];
  remaps: Golden[];
};

/** Rounding, single precision in between (2⁻²⁴ of the value, a few times), and the decimals of the file. */
const EXACTNESS: Record<Kind, number> = { uint8: 0.501, uint16: 0.52, float32: 3e-7 };

function expectGolden(
  samples: ArrayLike<number>,
  { kind, stride, opencv, exact, opencvError }: Golden,
): void {
  const kept = Array.from(samples).filter((_, i) => i % stride === 0);
  expect(greatestDistance(kept, exact)).toBeLessThan(EXACTNESS[kind]);
  // Both within their distance of the truth.
  expect(greatestDistance(kept, opencv)).toBeLessThan(EXACTNESS[kind] + opencvError[0] + 1e-6);
}
const title = (test: Golden): string => `${test.kind}×${test.channels}, ${test.border}`;

describe('warpAffine', () => {
  it.each(golden.warps.map((test) => ({ name: `${test.map}, ${test.interpolation}, ${title(test)}`, test })))(
    '$name',
    ({ test }) => {
      const { channels, kind, size, border, fill, interpolation } = test;
      const [width, height] = size;
      const options = { width, height, border, fill, interpolation };
      const { data } = warpAffine(makeImage(45, 31, channels, kind), golden.maps[test.map]!, options);
      expectGolden(data, test);
      const kept = Array.from(data).filter((_, i) => i % test.stride === 0);
      // For five channels OpenCV takes another way, which rounds places.
      if (interpolation === 'nearest' && channels < 5 && kind !== 'float32')
        expect(kept).toEqual(test.opencv);
    },
  );

  it('is nearer to exact than OpenCV wherever that rounds more than the result', () => {
    const rounded = golden.warps.filter(
      ({ interpolation, channels, kind }) =>
        interpolation === 'bilinear' && (channels === 5 || kind === 'uint16'),
    );
    const worse = rounded.filter(({ kind, opencvError }) => opencvError[0] > EXACTNESS[kind]);
    expect(worse.length).toBeGreaterThan(20);
  });

  it('equals OpenCV where places are multiples of 1/32 of a pixel', () => {
    const shifts = golden.warps.filter(({ map }) => map === 'shift');
    expect(shifts.length).toBe(36);
    for (const test of shifts) {
      const { channels, kind, border, fill, interpolation, exact } = test;
      const options = { border, fill, interpolation };
      const { data } = warpAffine(makeImage(45, 31, channels, kind), golden.maps['shift']!, options);
      const kept = Array.from(data).filter((_, i) => i % test.stride === 0);
      const differs = kept.filter((v, i) => Math.abs(v - test.opencv[i]!) > (kind === 'float32' ? 2e-7 : 0));
      const halves = exact.filter((v) => kind !== 'float32' && Math.abs((v % 1) - 0.5) < 0.002);
      expect(differs.length).toBeLessThanOrEqual(halves.length);
    }
  });
});

describe('blur', () => {
  it.each(golden.blurs.map((test) => ({ name: `sigma ${test.sigma}, ${title(test)}`, test })))(
    '$name',
    ({ test }) => {
      const { channels, kind, sigma, border } = test;
      const { data } = blur(makeImage(45, 31, channels, kind), sigma, { border });
      expectGolden(data, test);
    },
  );
});

describe('warpByField, OpenCV remap', () => {
  const [width, height] = [45, 31];
  const field = { x: new Float32Array(width * height), y: new Float32Array(width * height) };
  for (let y = 0, i = 0; y < height; y++)
    for (let x = 0; x < width; x++, i++) {
      // As NumPy computes it, in single precision throughout.
      field.x[i] = 4 * Math.sin(Math.fround(Math.fround(x / 7) + Math.fround(y / 5)));
      field.y[i] = 3 * Math.cos(Math.fround(Math.fround(x / 6) - Math.fround(y / 9)));
    }
  it.each(golden.remaps.map((test) => ({ name: title(test), test })))('$name', ({ test }) => {
    const { channels, kind, border } = test;
    const { data } = warpByField(makeImage(width, height, channels, kind), field, { border });
    // The two libraries' sines differ in the last place, which moves a place by up to 5e-7 of a pixel.
    const kept = Array.from(data).filter((_, i) => i % test.stride === 0);
    const slack = 1e-6 * FULL[kind];
    expect(greatestDistance(kept, test.exact)).toBeLessThan(EXACTNESS[kind] + slack);
    expect(greatestDistance(kept, test.opencv)).toBeLessThan(
      EXACTNESS[kind] + test.opencvError[0] + 3e-6 + slack,
    );
  });
});
