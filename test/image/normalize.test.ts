/** `(sample / scale − mean) / std`, into arrays of its own and into batches. */
import { describe, expect, it } from 'vitest';
import { normalize, normalizeInto, type Samples } from 'hpa-kit';

const image = (data: Samples, channels: number, width = data.length / channels) => ({
  width,
  height: 1,
  channels,
  data,
});

it('gives 0 to 1 by default, for each sample type', () => {
  expect([...normalize(image(Uint8Array.of(0, 51, 255), 1))]).toEqual([0, Math.fround(0.2), 1]);
  expect([...normalize(image(Uint16Array.of(0, 13107, 65535), 1))]).toEqual([0, Math.fround(0.2), 1]);
  expect([...normalize(image(Float32Array.of(0, 0.25, 1), 1))]).toEqual([0, 0.25, 1]);
});

it('takes mean and deviation for all channels or for each, and a scale', () => {
  const pixels = Uint8Array.of(0, 255, 255, 0);
  expect([...normalize(image(pixels, 2), { mean: 0.5, std: [1, 0.25] })]).toEqual([-0.5, 2, 0.5, -2]);
  expect([...normalize(image(Uint16Array.of(0, 4095), 1), { scale: 4095, mean: 0.5, std: 0.5 })]).toEqual([
    -1, 1,
  ]);
});

describe.each([1, 2, 3, 4, 5])('%i channels', (channels) => {
  const length = 600 * channels;
  const mean = Array.from({ length: channels }, (_, c) => 0.08 + c / 50);
  const std = Array.from({ length: channels }, (_, c) => 0.13 + c / 30);

  it.each([Uint8Array, Uint16Array])('has the formula’s values in large images, %o', (Kind) => {
    const data = new Kind(length).map((_, i) => i * 37);
    const full = Kind === Uint8Array ? 255 : 65535;
    const exact = Array.from(data, (v, i) => (v / full - mean[i % channels]!) / std[i % channels]!);
    const found = normalize(image(data, channels), { mean, std });
    // Centre and spread in units of samples, the difference and the quotient are each rounded to single precision.
    const roundings = (i: number) =>
      2 ** -24 * (3 * Math.abs(exact[i]!) + mean[i % channels]! / std[i % channels]!);
    expect([...found].findIndex((value, i) => Math.abs(value - exact[i]!) > 1.01 * roundings(i))).toBe(-1);
  });

  it('fills its part of a batch and no more', () => {
    const data = new Uint8Array(length).map((_, i) => i * 11);
    const batch = new Float32Array(length + 20).fill(-9);
    normalizeInto(image(data, channels), { mean, std }, batch, 7);
    expect(batch.subarray(7, 7 + length)).toEqual(normalize(image(data, channels), { mean, std }));
    expect([...batch.subarray(0, 7), ...batch.subarray(7 + length)]).toEqual(Array(20).fill(-9));
  });
});

it.each([
  [{ std: 0 }, 'std must be a positive number. Received 0'],
  [{ std: [1, 0] }, 'std must be a positive number. Received 0'],
  [{ std: NaN }, 'std must be a positive number. Received NaN'],
  [{ mean: Infinity }, 'mean must be finite. Received Infinity'],
  [{ mean: [0, 0, 0] }, 'mean must be a number or have 2 values, one a channel. Received 3'],
  [{ std: [] }, 'std must be a number or have 2 values, one a channel. Received 0'],
  [{ scale: 0 }, 'scale must be a positive number. Received 0'],
])('refuses %o', (normalization, says) => {
  expect(() => normalize(image(Uint8Array.of(1, 2), 2), normalization)).toThrow(new RangeError(says));
});

it.each([-1, 0.5, 3])('refuses the offset %d where there is no room', (offset) => {
  const fill = () => {
    normalizeInto(image(Uint8Array.of(1, 2), 2), {}, new Float32Array(4), offset);
  };
  expect(fill).toThrow(RangeError);
  expect(fill).toThrow(`Received ${offset}`);
});
