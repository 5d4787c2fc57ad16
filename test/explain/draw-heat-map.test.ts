/** Heat maps over pictures, their colours and how they are stretched. */
import { describe, expect, it } from 'vitest';
import { drawHeatMap, type CellImage, type DrawHeatMapOptions } from 'hpa-kit';
import { colorTable } from '../../src/explain/color-maps';
import { resizeMap } from '../../src/explain/heat-map';

const grey = (width: number, height: number, value = 100): CellImage => ({
  ...{ width, height, channels: 3 },
  data: new Uint8Array(3 * width * height).fill(value),
});
const mapOf = (width: number, height: number, ...values: number[]) => ({
  ...{ width, height },
  data: Float32Array.from(values),
});

it('shows the picture where the map is 0, and the last colour where it is 1', () => {
  const drawn = drawHeatMap(grey(3, 1), mapOf(3, 1, 0, 1, 0.5), { opacity: 1 });
  expect(drawn).toMatchObject({ width: 3, height: 1, channels: 3 });
  expect([...drawn.data.subarray(0, 6)]).toEqual([100, 100, 100, 252, 255, 164]);
  // Half a cover: of the picture's 100 and of inferno's middle, 188, 55, 84.
  for (const [c, middle] of [188, 55, 84].entries())
    expect(Math.abs(drawn.data[6 + c]! - (100 + middle) / 2)).toBeLessThanOrEqual(1.5);
});

it('covers no more than the opacity says, and leaves the picture as it was', () => {
  const picture = grey(1, 1, 0);
  expect([...drawHeatMap(picture, mapOf(1, 1, 1), { opacity: 0.5 }).data]).toEqual([126, 128, 82]);
  expect([...drawHeatMap(picture, mapOf(1, 1, 1), { opacity: 0 }).data]).toEqual([0, 0, 0]);
  expect([...picture.data]).toEqual([0, 0, 0]);
});

it('makes the picture grey, unless told otherwise', () => {
  const picture = { width: 2, height: 1, channels: 3, data: Uint8Array.of(90, 0, 0, 0, 60, 240) };
  expect([...drawHeatMap(picture, mapOf(2, 1, 0, 0)).data]).toEqual([30, 30, 30, 100, 100, 100]);
  const colored = drawHeatMap(picture, mapOf(2, 1, 0, 1), { grey: false, opacity: 0.5 });
  expect([...colored.data]).toEqual([90, 0, 0, 126, 158, 202]);
});

it('takes other ranges', () => {
  const values = mapOf(4, 1, -5, 2, 4, 99);
  const drawn = drawHeatMap(grey(4, 1), values, { range: [2, 4], opacity: 1 }).data;
  expect([...drawn]).toEqual([100, 100, 100, 100, 100, 100, 252, 255, 164, 252, 255, 164]);
});

it('stretches the map over a larger picture', () => {
  const { data } = drawHeatMap(grey(8, 8, 0), mapOf(2, 2, 0, 1, 0, 1), { colorMap: 'viridis' });
  const red = (x: number) => data[3 * x]!;
  expect(red(0)).toBe(0);
  expect(red(7)).toBe(Math.round(0.8 * 253));
  for (let x = 1; x < 8; x++) expect(red(x)).toBeGreaterThanOrEqual(red(x - 1));
});

describe('colour maps', () => {
  // From Matplotlib, in 255ths.
  it.each([
    [
      'inferno',
      [
        [0, 0, 0, 4],
        [33, 35, 12, 76],
        [64, 87, 16, 110],
        [128, 188, 55, 84],
        [200, 251, 157, 7],
        [255, 252, 255, 164],
      ],
    ],
    [
      'turbo',
      [
        [0, 48, 18, 59],
        [33, 71, 110, 230],
        [64, 40, 188, 235],
        [128, 164, 252, 60],
        [200, 244, 102, 23],
        [255, 122, 4, 3],
      ],
    ],
    [
      'viridis',
      [
        [0, 68, 1, 84],
        [33, 71, 46, 124],
        [64, 59, 82, 139],
        [128, 33, 145, 140],
        [200, 112, 207, 87],
        [255, 253, 231, 37],
      ],
    ],
  ] as const)('%s is Matplotlib’s', (name, colors) => {
    const table = colorTable(name);
    expect(table.length).toBe(3 * 256);
    for (const [level, ...rgb] of colors)
      rgb.forEach((value, c) => {
        expect(Math.abs(table[3 * level + c]! - value)).toBeLessThanOrEqual(1);
      });
  });
});

describe('resizeMap', () => {
  it('is tf.image.resize’s bilinear', () => {
    // tf.image.resize([[0, 2, 4], [6, 8, 10]], (4, 5), 'bilinear')
    const expected = [
      [0, 0.8, 2, 3.2, 4],
      [1.5, 2.3, 3.5, 4.7, 5.5],
      [4.5, 5.3, 6.5, 7.7, 8.5],
      [6, 6.8, 8, 9.2, 10],
    ];
    resizeMap(mapOf(3, 2, 0, 2, 4, 6, 8, 10), 5, 4).data.forEach((value, i) => {
      expect(value).toBeCloseTo(expected.flat()[i]!, 5);
    });
  });

  it('keeps one value, and shrinks', () => {
    expect([...resizeMap(mapOf(1, 1, 7), 3, 2).data]).toEqual([7, 7, 7, 7, 7, 7]);
    expect([...resizeMap(mapOf(4, 1, 0, 2, 4, 6), 2, 1).data]).toEqual([1, 5]);
  });
});

it.each<[string, CellImage, ReturnType<typeof mapOf>, DrawHeatMapOptions, RegExp]>([
  ['four channels', { ...grey(1, 1), channels: 4, data: new Uint8Array(4) }, mapOf(1, 1, 0), {}, /8-bit RGB/],
  ['16 bits', { ...grey(1, 1), data: new Uint16Array(3) }, mapOf(1, 1, 0), {}, /Uint16Array/],
  ['a map without its values', grey(1, 1), mapOf(2, 2, 0), {}, /2×2 map must have 4 values. Received 1/],
  ['NaN', grey(1, 1), mapOf(1, 1, NaN), {}, /must be finite. Received NaN/],
  ['an opacity of 2', grey(1, 1), mapOf(1, 1, 0), { opacity: 2 }, /opacity must be within 0–1/],
  ['a range that falls', grey(1, 1), mapOf(1, 1, 0), { range: [1, 1] }, /low < high/],
  ['another map', grey(1, 1), mapOf(1, 1, 0), { colorMap: 'jet' as 'turbo' }, /Received jet/],
])('refuses %s', (_, picture, map, options, message) => {
  expect(() => drawHeatMap(picture, map, options)).toThrow(message);
});
