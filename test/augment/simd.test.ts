/** The kernels of warps, turns, blurs and tables against the TypeScript loops that stand in for them: the same samples, byte for byte. */
import { describe, expect, it } from 'vitest';
import { Random } from 'hpa-kit';
import type { AffineMatrix } from 'hpa-kit/augment';
import { blurLoops } from '../../src/augment/blur-loops';
import { blurSimd } from '../../src/augment/simd/blur';
import { gaussianWeights } from '../../src/augment/gaussian-blur';
import { resolveResampling } from '../../src/augment/resampling';
import { scanlines } from '../../src/augment/scanlines';
import { lookUpSimd } from '../../src/augment/simd/look-up';
import { lookUpLoops } from '../../src/augment/map-samples';
import { moveLoops } from '../../src/augment/symmetries';
import { turnSimd } from '../../src/augment/simd/turn';
import { warpInsideLoops } from '../../src/augment/warp-affine';
import { warpInsideSimd } from '../../src/augment/simd/warp-affine';
import { bytesOf, imageWorkspace } from '../../src/image/simd/kernels';
import { KINDS, makeImage, makeSamples } from './images';

const workspace = imageWorkspace()!;

it('runs here', () => {
  expect(workspace).toBeDefined();
});

describe.each(KINDS)('the inside of warps of %s images', (kind) => {
  it.each([1, 2, 3, 4, 5, 7, 8])('with %i channels', (channels) => {
    for (let run = 0; run < 24; run++) {
      const random = new Random('warp', kind, channels, run);
      const image = makeImage(1 + random.int(70), 1 + random.int(50), channels, kind);
      // The last are larger than what passes through at a time.
      const size =
        run < 20 ? { width: 1 + random.int(60), height: 1 + random.int(40) } : { width: 160, height: 150 };
      const draw = (): number => random.range(-1.2, 1.2) * (run % 3 === 0 ? 1 : 0.4);
      const inverse: AffineMatrix =
        run === 0
          ? [1, 0, 0, 0, 1, 0]
          : [draw(), draw(), random.range(0, 40), draw(), draw(), random.range(0, 30)];
      const lines = scanlines(inverse, size, image, run % 2 ? 'constant' : 'reflect');
      const length = size.width * size.height * channels;
      const [expected, found] = [makeSamples(kind, length), makeSamples(kind, length)];
      warpInsideLoops(image, lines, 'bilinear', expected);
      expect(warpInsideSimd(workspace, image, lines, found)).toBe(true);
      expect([run, Buffer.compare(bytesOf(found), bytesOf(expected))]).toEqual([run, 0]);
    }
  });
});

it('leaves places that doubles cannot add up exactly, and large images, to the loops', () => {
  const image = makeImage(9, 9, 1, 'uint8');
  const far = scanlines([1e6, 0, -3e6, 0, 1, 0], image, image, 'constant');
  expect(warpInsideSimd(workspace, image, far, image.data.slice())).toBe(false);
  const large = { width: 5800, height: 5800, channels: 1, data: new Uint8Array(5800 ** 2) };
  const still = scanlines([1, 0, 0, 0, 1, 0], image, large, 'constant');
  expect(warpInsideSimd(workspace, large, still, image.data.slice())).toBe(false);
});

describe.each(KINDS)('turns of %s images', (kind) => {
  it.each([1, 2, 4, 8])('with %i channels', (channels) => {
    for (const [w, h] of [
      [1, 1],
      [3, 17],
      [16, 8],
      [37, 29],
      [130, 260],
    ] as const) {
      const image = makeImage(w, h, channels, kind);
      for (const down of [1, -1])
        for (const right of [w, -w]) {
          const start = (down < 0 ? w - 1 : 0) + (right < 0 ? (h - 1) * w : 0);
          const walk = { width: h, height: w, start, right, down };
          const [expected, found] = [
            makeSamples(kind, image.data.length),
            makeSamples(kind, image.data.length),
          ];
          moveLoops(image, walk, expected);
          const bytes = channels * image.data.BYTES_PER_ELEMENT;
          expect(turnSimd(workspace, image, walk, found)).toBe(bytes <= 16);
          if (bytes <= 16)
            expect([w, h, down, right, Buffer.compare(bytesOf(found), bytesOf(expected))]).toEqual([
              w,
              h,
              down,
              right,
              0,
            ]);
        }
    }
  });
});

describe.each(KINDS)('blurs of %s images', (kind) => {
  it.each([1, 3, 4])('with %i channels', (channels) => {
    for (const border of ['constant', 'reflect', 'replicate'] as const)
      for (const [width, height, sigma] of [
        [1, 1, 1],
        [5, 3, 4],
        [40, 30, 0.3],
        [33, 50, 2.2],
      ] as const) {
        const image = makeImage(width, height, channels, kind);
        const resampling = resolveResampling({ border, fill: 0.4 });
        const weights = gaussianWeights(sigma);
        const length = image.data.length;
        const [expected, found] = [makeSamples(kind, length), makeSamples(kind, length)];
        blurLoops(image, weights, resampling, expected);
        expect(blurSimd(workspace, image, weights, resampling, found)).toBe(true);
        expect([border, width, Buffer.compare(bytesOf(found), bytesOf(expected))]).toEqual([
          border,
          width,
          0,
        ]);
      }
  });
});

describe('tables', () => {
  it.each([1, 2, 3, 4, 5])('of 8 and 16 bits for %i channels', (channels) => {
    const random = new Random('look up', channels);
    for (const Kind of [Uint8Array, Uint16Array]) {
      const full = Kind === Uint8Array ? 255 : 65535;
      const tables = Array.from({ length: channels }, () =>
        new Kind(full + 1).map(() => random.int(full + 1)),
      );
      // Across the pieces that pass through the kernel's memory.
      const data = new Kind(channels * 30_011).map(() => random.int(full + 1));
      const [expected, found] = [new Kind(data.length), new Kind(data.length)];
      lookUpLoops(data, tables, expected);
      expect(lookUpSimd(workspace, data, tables, found)).toBe(true);
      expect(Buffer.compare(bytesOf(found), bytesOf(expected))).toBe(0);
    }
  });
});
