/** The image kernels against the TypeScript loops that stand in for them: the same samples, byte for byte. */
import { describe, expect, it } from 'vitest';
import { normalize, normalizeInto, Random, resize, stackChannels, type Samples } from 'hpa-kit';
import { normalizeLoop, scalingOf } from '../../src/image/normalize';
import { unfilter, unfilterRows } from '../../src/image/png/unfilter';
import { measureOverlaps } from '../../src/image/overlaps';
import { resizeLoops } from '../../src/image/resize';
import { unpackBits, unpackBitsLoop } from '../../src/image/tiff/unpack';
import { bytesOf, imageWorkspace } from '../../src/image/simd/kernels';

it('runs here', () => {
  expect(imageWorkspace()).toBeDefined();
});

/** Rows of one filter, or of any of them when it is undefined. */
function filteredRows(random: Random, rowBytes: number, height: number, filter?: number): Uint8Array {
  const raw = Uint8Array.from({ length: (rowBytes + 1) * height }, () => random.int(256));
  for (let y = 0; y < height; y++) raw[y * (rowBytes + 1)] = filter ?? random.int(5);
  return raw;
}

describe('undoing PNG filters', () => {
  for (const step of [1, 2, 3, 4, 6, 8])
    it.each([0, 1, 2, 3, 4, undefined])(`of kind %s, ${step} bytes a pixel`, (filter) => {
      const random = new Random('unfilter', step, filter ?? -1);
      // Rows shorter than a vector, across its ends, and across the pieces in which Paeth is prepared.
      for (const pixels of [1, 2, 5, 15, 16, 17, 33, Math.ceil(1024 / step), 1025, 2061]) {
        const [rowBytes, height] = [pixels * step, 12];
        const raw = filteredRows(random, rowBytes, height, filter);
        const [expected, found] = [new Uint8Array(rowBytes * height), new Uint8Array(rowBytes * height)];
        unfilterRows(raw, 0, expected, rowBytes, height, step);
        unfilter(raw, 0, found, rowBytes, height, step, false);
        expect([pixels, Buffer.compare(found, expected)]).toEqual([pixels, 0]);
      }
    });

  it('Paeth for every byte on the left, and a seventh of all pairs of above and corner', () => {
    const rowBytes = 2 * 256;
    // The first row gives the corner and what is above; in the second, by Paeth, the left comes to each byte in turn.
    const raw = new Uint8Array((rowBytes + 1) * 2);
    const [expected, found] = [new Uint8Array(rowBytes * 2), new Uint8Array(rowBytes * 2)];
    const wrong: number[] = [];
    for (let pair = 0; pair < 65536; pair += 7) {
      for (let a = 0; a < 256; a++) {
        const [corner, above] = [pair >> 8, pair & 255];
        raw[1 + 2 * a] = corner;
        raw[2 + 2 * a] = above;
        raw[rowBytes + 2 + 2 * a] = a;
        raw[rowBytes + 3 + 2 * a] = (a * 7) & 255;
      }
      raw[rowBytes + 1] = 4;
      unfilterRows(raw, 0, expected, rowBytes, 2, 1);
      unfilter(raw, 0, found, rowBytes, 2, 1, false);
      if (Buffer.compare(found, expected) !== 0) wrong.push(pair);
    }
    expect(wrong).toEqual([]);
  });

  it('swaps the bytes of 16-bit samples', () => {
    const raw = filteredRows(new Random('swap'), 2 * 301, 40);
    const [plain, swapped] = [new Uint8Array(602 * 40), new Uint8Array(602 * 40)];
    unfilterRows(raw, 0, plain, 602, 40, 2);
    unfilter(raw, 0, swapped, 602, 40, 2, true);
    expect(
      Buffer.compare(
        swapped,
        plain.map((_, i) => plain[i ^ 1]!),
      ),
    ).toBe(0);
  });
});

describe('area resize', () => {
  const kinds: Record<string, (random: Random, length: number) => Samples> = {
    '8-bit': (random, length) => Uint8Array.from({ length }, () => random.int(256)),
    '16-bit': (random, length) => Uint16Array.from({ length }, () => random.int(65536)),
    float: (random, length) => Float32Array.from({ length }, () => random.next()),
    // The largest sums: no room is left for an overflow.
    'white 8-bit': (_, length) => new Uint8Array(length).fill(255),
    'white 16-bit': (_, length) => new Uint16Array(length).fill(65535),
  };
  for (const [kind, make] of Object.entries(kinds))
    it.each([1, 2, 3, 4, 5])(`of ${kind} images with %i channels`, (channels) => {
      const random = new Random('resize', kind, channels);
      for (const [width, height, toWidth, toHeight] of [
        [64, 48, 32, 24],
        [61, 47, 23, 31],
        [31, 33, 64, 80],
        [300, 130, 100, 65],
        [17, 9, 1, 1],
        [16, 2, 8, 1],
      ] as const) {
        const image = { width, height, channels, data: make(random, width * height * channels) };
        const expected = make(random, toWidth * toHeight * channels);
        resizeLoops(image, measureOverlaps(width, toWidth), measureOverlaps(height, toHeight), expected);
        const found = resize(image, { width: toWidth, height: toHeight }).data;
        const same = Buffer.compare(bytesOf(found), bytesOf(expected)) === 0;
        expect([width, height, same]).toEqual([width, height, true]);
      }
    });

  it('of an image whose sums take more than 32 bits', () => {
    const image = { width: 4200, height: 4100, channels: 1, data: new Uint8Array(4200 * 4100).fill(255) };
    expect(resize(image, { width: 2, height: 1 }).data).toEqual(Uint8Array.of(255, 255));
  });
});

it('unpacks PackBits, damaged and cut short too', () => {
  for (let run = 0; run < 300; run++) {
    const random = new Random('packbits', run);
    const packed = Uint8Array.from({ length: random.int(400) }, () => random.int(256));
    for (const expected of [0, 1, 100, 5000]) {
      const out = new Uint8Array(expected);
      const count = unpackBitsLoop(packed, out);
      const unpack = () => unpackBits(packed, expected);
      if (count < expected) expect(unpack).toThrow(`${count} bytes of the ${expected}`);
      else expect(Buffer.compare(unpack(), out)).toBe(0);
    }
  }
});

it('stacks four planes of any length as one by one', () => {
  const random = new Random('stack');
  for (const width of [1, 15, 16, 17, 16384, 16400, 40001]) {
    const planes = [0, 1, 2, 3].map(() => Uint8Array.from({ length: width }, () => random.int(256)));
    const { data } = stackChannels(planes.map((plane) => ({ width, height: 1, channels: 1, data: plane })));
    expect(data.every((value, i) => value === planes[i & 3]![i >> 2])).toBe(true);
  }
});

describe('normalisation', () => {
  it.each([1, 2, 3, 4, 5, 7])('of images with %i channels of any type', (channels) => {
    const random = new Random('normalize', channels);
    for (const [width, height] of [
      [1, 1],
      [3, 1],
      [61, 47],
      [128, 130],
    ] as const) {
      const length = width * height * channels;
      const types: Samples[] = [
        Uint8Array.from({ length }, () => random.int(256)),
        Uint16Array.from({ length }, () => random.int(65536)),
        Float32Array.from({ length }, () => random.next()),
      ];
      const mean = Array.from({ length: channels }, () => random.next());
      const std = Array.from({ length: channels }, () => 0.01 + random.next());
      for (const data of types) {
        const image = { width, height, channels, data };
        const expected = new Float32Array(length + 2);
        normalizeLoop(data, scalingOf({ mean, std }, image), expected, 1);
        const found = new Float32Array(length + 2);
        normalizeInto(image, { mean, std }, found, 1);
        expect(Buffer.compare(bytesOf(found), bytesOf(expected))).toBe(0);
      }
    }
  });

  it('gives 0 to 1, rounded once, by default', () => {
    const data = Uint8Array.from({ length: 256 }, (_, i) => i);
    const values = normalize({ width: 16, height: 16, channels: 1, data });
    expect(values).toEqual(Float32Array.from(data, (sample) => sample / 255));
  });
});
