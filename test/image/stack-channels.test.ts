/** Interleaving, and which channel is blamed when they do not fit. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stackChannels, type CellImage, type Samples } from 'hpa-kit';

const names = ['red', 'green', 'blue', 'yellow'];
const plane = (width: number, height: number, data: Samples = new Uint8Array(width * height)): CellImage => ({
  width,
  height,
  channels: 1,
  data,
});

it.each([Uint8Array, Uint16Array, Float32Array])('interleaves %o for any number of channels', (Kind) => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 9 }), (count, width) => {
      const images = Array.from({ length: count }, (_, c) =>
        plane(
          width,
          2,
          new Kind(width * 2).map((_, i) => 10 * i + c),
        ),
      );
      const stacked = stackChannels(images);
      expect(stacked).toMatchObject({ width, height: 2, channels: count });
      expect(stacked.data).toEqual(
        new Kind(width * 2 * count).map((_, i) => 10 * Math.floor(i / count) + (i % count)),
      );
    }),
    { numRuns: 50, seed: 1 },
  );
});

it('copies, also a single channel', () => {
  const image = plane(2, 2);
  expect(stackChannels([image]).data.buffer).not.toBe(image.data.buffer);
});

describe('refuses with image-shape, naming the odd one out', () => {
  it.each([
    ['the last', [plane(4, 4), plane(4, 4), plane(4, 4), plane(4, 3)], 'yellow', 'yellow is 4×3 pixels'],
    ['the first', [plane(8, 8), plane(4, 4), plane(4, 4), plane(4, 4)], 'red', 'red is 8×8 pixels'],
    [
      'another sample type',
      [plane(4, 4), plane(4, 4, new Uint16Array(16)), plane(4, 4), plane(4, 4)],
      'green',
      'green is 4×4 pixels of 16-bit samples; expected 4×4 pixels of 8-bit',
    ],
    [
      'a colour image',
      [plane(4, 4), plane(4, 4), { width: 4, height: 4, channels: 3, data: new Uint8Array(48) }, plane(4, 4)],
      'blue',
      'blue has 3 channels itself',
    ],
  ])('%s', (_what, images, channel, says) => {
    const stack = () => stackChannels(images, { names, sample: 'a1' });
    expect(stack).toThrow(expect.objectContaining({ code: 'image-shape', channel, sample: 'a1' }));
    expect(stack).toThrow(says);
  });
});

it('refuses misuse', () => {
  expect(() => stackChannels([])).toThrow(RangeError);
  expect(() => stackChannels([plane(1, 1)], { names })).toThrow('Received 4');
  expect(() => stackChannels([plane(2, 2, new Uint8Array(3))])).toThrow('must have 4 samples. Received 3');
});
