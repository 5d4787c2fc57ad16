/** Area averaging: OpenCV's numbers, and what must hold for any image. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { resize, type CellImage } from 'hpa-kit';

interface GoldenResize {
  from: [number, number];
  to: [number, number];
  channels: number;
  stride: number;
  uint8: number[];
  float32: number[];
}
const golden = JSON.parse(
  readFileSync(new URL('../golden/resize_area.json', import.meta.url), 'utf8'),
) as GoldenResize[];

/** The image that resize_area.py makes. */
function makeImage(width: number, height: number, channels: number): CellImage & { data: Uint8Array } {
  const data = new Uint8Array(width * height * channels);
  for (let i = 0; i < data.length; i++) {
    let t = Math.imul(i + 1, 2654435761);
    t = Math.imul(t ^ (t >>> 15), 2246822519);
    const noise = (t ^ (t >>> 13)) & 255;
    const [c, x, y] = [i % channels, Math.floor(i / channels) % width, Math.floor(i / channels / width)];
    data[i] = (noise * ((x * 7 + y * 13 + c * 50) % 256)) >> 8;
  }
  return { width, height, channels, data };
}

describe.each(
  golden.map((test) => ({
    ...test,
    name: `${test.from.join('×')}×${test.channels} to ${test.to.join('×')}`,
  })),
)('OpenCV INTER_AREA, $name', ({ from, to, channels, stride, uint8, float32 }) => {
  const image = makeImage(...from, channels);
  const [width, height] = to;
  const every = (data: ArrayLike<number>) => Array.from(data).filter((_, i) => i % stride === 0);

  it('8 bits: the same, but for exact halves, which OpenCV rounds to even', () => {
    const result = resize(image, { width, height });
    expect(result.data).toBeInstanceOf(Uint8Array);
    const values = every(result.data);
    expect(values).toHaveLength(uint8.length);
    for (const [i, value] of values.entries()) {
      const isHalf = Math.abs(((float32[i]! * 255) % 1) - 0.5) < 1e-3;
      expect(Math.abs(value - uint8[i]!)).toBeLessThanOrEqual(isHalf ? 1 : 0);
    }
  });

  it('float: within 1e-4', () => {
    const result = resize(
      { ...image, data: Float32Array.from(image.data, (v) => v / 255) },
      { width, height },
    );
    const differences = every(result.data).map((value, i) => Math.abs(value - float32[i]!));
    expect(differences).toHaveLength(float32.length);
    expect(Math.max(...differences)).toBeLessThan(1e-4);
  });
});

const sizes = fc.integer({ min: 1, max: 30 });

it('keeps a constant image constant, for any sizes and sample types', () => {
  fc.assert(
    fc.property(
      sizes,
      sizes,
      sizes,
      sizes,
      fc.integer({ min: 1, max: 5 }),
      (w, h, width, height, channels) => {
        for (const data of [
          new Uint8Array(w * h * channels).fill(201),
          new Uint16Array(w * h * channels).fill(65535),
        ]) {
          const result = resize({ width: w, height: h, channels, data }, { width, height });
          expect(result).toMatchObject({ width, height, channels });
          expect(result.data).toEqual(
            data.constructor === Uint8Array
              ? new Uint8Array(width * height * channels).fill(201)
              : new Uint16Array(width * height * channels).fill(65535),
          );
        }
      },
    ),
    { numRuns: 100, seed: 1 },
  );
});

it('keeps the mean of each channel, shrinking or enlarging', () => {
  fc.assert(
    fc.property(
      sizes,
      sizes,
      sizes,
      sizes,
      fc.integer({ min: 1, max: 5 }),
      (w, h, width, height, channels) => {
        const image = {
          width: w,
          height: h,
          channels,
          data: Float32Array.from(makeImage(w, h, channels).data),
        };
        const result = resize(image, { width, height });
        for (let c = 0; c < channels; c++) expect(meanOf(result, c)).toBeCloseTo(meanOf(image, c), 3);
      },
    ),
    { numRuns: 100, seed: 2 },
  );
});

function meanOf({ data, channels }: CellImage, channel: number): number {
  const values = Array.from(data).filter((_, i) => i % channels === channel);
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

it('treats each channel as it would alone', () => {
  const image = makeImage(20, 15, 4);
  const together = resize(image, { width: 7, height: 4 });
  for (let c = 0; c < 4; c++) {
    const alone = { ...image, channels: 1, data: image.data.filter((_, i) => i % 4 === c) };
    expect(together.data.filter((_, i) => i % 4 === c)).toEqual(resize(alone, { width: 7, height: 4 }).data);
  }
});

it('rounds to nearest, halves up, also where floating point would miss the half', () => {
  const mean = (...values: number[]) =>
    resize(
      { width: values.length, height: 1, channels: 1, data: Uint8Array.from(values) },
      { width: 1, height: 1 },
    ).data[0];
  expect(mean(0, 1)).toBe(1);
  expect(mean(2, 3)).toBe(3);
  expect(mean(0, 0, 1)).toBe(0);
  expect(mean(0, 1, 1)).toBe(1);
  // 49 · (1/49) is below 1 in floating point.
  expect(mean(...Array<number>(49).fill(1), ...Array<number>(49).fill(2))).toBe(2);
});

it('repeats pixels when it enlarges by a whole factor, and blends at borders otherwise', () => {
  const row = { width: 2, height: 1, channels: 1, data: Uint8Array.of(10, 40) };
  expect([...resize(row, { width: 4, height: 2 }).data]).toEqual([10, 10, 40, 40, 10, 10, 40, 40]);
  expect([...resize(row, { width: 3, height: 1 }).data]).toEqual([10, 25, 40]);
});

it('copies an image of the same size', () => {
  const image = makeImage(6, 5, 3);
  const result = resize(image, { width: 6, height: 5 });
  expect(result).toEqual(image);
  expect(result.data.buffer).not.toBe(image.data.buffer);
});

it.each([
  [{ width: 0, height: 4 }, 'width must be a positive integer. Received 0'],
  [{ width: 4, height: 2.5 }, 'height must be a positive integer. Received 2.5'],
  [{ width: NaN, height: 4 }, 'width must be a positive integer. Received NaN'],
])('refuses %o', (size, says) => {
  expect(() => resize(makeImage(8, 8, 1), size)).toThrow(new RangeError(says));
});
