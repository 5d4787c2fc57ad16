/** The picture that people see. */
import { describe, expect, it } from 'vitest';
import { compositeRgb, type CompositeRgbOptions, type Samples } from 'hpa-kit';

const cells = (data: Samples, channels = 4) => ({ width: data.length / channels, height: 1, channels, data });

it('adds yellow to red and green, and clips', () => {
  const image = cells(Uint8Array.of(10, 20, 30, 0, 10, 20, 30, 100, 10, 20, 30, 240));
  expect(compositeRgb(image)).toEqual({
    width: 3,
    height: 1,
    channels: 3,
    data: Uint8Array.of(10, 20, 30, 110, 120, 30, 250, 255, 30),
  });
});

it('shows three channels as they are', () => {
  expect([...compositeRgb(cells(Uint8Array.of(1, 2, 3, 4, 5, 6), 3)).data]).toEqual([1, 2, 3, 4, 5, 6]);
});

it('brings 16 bits and floats to 8', () => {
  expect([...compositeRgb(cells(Uint16Array.of(65535, 257, 0, 0))).data]).toEqual([255, 1, 0]);
  expect([...compositeRgb(cells(Float32Array.of(1, 0.2, 0, 0))).data]).toEqual([255, 51, 0]);
});

describe('contrast', () => {
  it('stretches each channel between its percentiles', () => {
    const data = new Uint8Array(101 * 4);
    for (let i = 0; i <= 100; i++) data.set([i, 2 * i, 50 + i, 0], 4 * i);
    const stretched = compositeRgb(cells(data), { contrastPercentiles: [10, 90] }).data;
    for (const i of [0, 10, 11, 50, 89, 90, 100]) {
      const expected = Math.round(255 * Math.min(1, Math.max(0, (i - 10) / 80)));
      expect([...stretched.subarray(3 * i, 3 * i + 3)]).toEqual([expected, expected, expected]);
    }
  });

  it('leaves a channel of one value as it is', () => {
    const image = cells(Uint8Array.of(7, 0, 9, 0, 7, 0, 9, 0));
    expect([...compositeRgb(image, { contrastPercentiles: [0, 100] }).data]).toEqual([7, 0, 9, 7, 0, 9]);
  });

  it.each([
    [50, 50],
    [-1, 99],
    [0, 101],
    [0, NaN],
  ])('refuses the percentiles %d and %d', (low, high) => {
    expect(() => compositeRgb(cells(new Uint8Array(4)), { contrastPercentiles: [low, high] })).toThrow(
      RangeError,
    );
  });

  it('takes a pair a channel, and leaves channels without one', () => {
    const data = new Uint8Array(101 * 4);
    for (let i = 0; i <= 100; i++) data.set([i, i, i, 0], 4 * i);
    const pairs = [[0, 50], undefined, [50, 100], undefined] as const;
    const stretched = compositeRgb(cells(data), { contrastPercentiles: pairs }).data;
    expect([...stretched.subarray(3 * 75, 3 * 75 + 3)]).toEqual([255, 75, 128]);
    expect([...stretched.subarray(3 * 25, 3 * 25 + 3)]).toEqual([128, 25, 0]);
  });

  it('stretches between samples, whatever the image holds', () => {
    const image = cells(Uint16Array.of(0, 4095, 2000, 0, 4095, 0, 1000, 0));
    expect([...compositeRgb(image, { contrastRanges: [0, 4095] }).data]).toEqual([0, 255, 125, 255, 0, 62]);
    const pairs = [undefined, [0, 4095], [1000, 2000], undefined] as const;
    expect([...compositeRgb(image, { contrastRanges: pairs }).data]).toEqual([0, 255, 255, 16, 0, 0]);
  });

  it('takes percentiles for one channel and samples for another', () => {
    const image = cells(Uint8Array.of(0, 10, 0, 0, 5, 20, 0, 0, 10, 30, 0, 0));
    const mixed = compositeRgb(image, {
      contrastPercentiles: [[0, 100], undefined, undefined, undefined],
      contrastRanges: [undefined, [10, 20], undefined, undefined],
    });
    expect([...mixed.data]).toEqual([0, 0, 0, 128, 255, 0, 255, 255, 0]);
  });

  it.each([
    ['too few pairs', { contrastPercentiles: [[0, 99]] }, /contrastPercentiles must .* 4 .* Received 1/],
    ['too few ranges', { contrastRanges: [[0, 99], undefined] }, /contrastRanges must .* 4 .* Received 2/],
    ['a range that falls', { contrastRanges: [9, 9] }, /low < high. Received \[9, 9\]/],
    ['no number', { contrastRanges: [0, NaN] }, /Received \[0, NaN\]/],
    ['both for a channel', { contrastRanges: [0, 9], contrastPercentiles: [0, 99] }, /Channel 0 has both/],
  ] as [string, CompositeRgbOptions, RegExp][])('refuses %s', (_, options, message) => {
    expect(() => compositeRgb(cells(new Uint8Array(4)), options)).toThrow(message);
    expect(() => compositeRgb(cells(new Uint8Array(4)), options)).toThrow(RangeError);
  });
});

it('refuses other numbers of channels', () => {
  expect(() => compositeRgb(cells(new Uint8Array(4), 2))).toThrow('Received 2');
});
