/** Occlusion with scores whose answer is known. */
import { describe, expect, it } from 'vitest';
import {
  isHpaError,
  occlusionMap,
  type CellImage,
  type OcclusionOptions,
  type Progress,
  type ScoreImages,
} from 'hpa-kit';
import { failure } from '../failure';

const [WIDTH, HEIGHT] = [24, 16];
/** Channel 0 is 200 in a 4×4 square at (8, 4), channel 1 is 60 everywhere. */
const image: CellImage = {
  width: WIDTH,
  height: HEIGHT,
  channels: 2,
  data: new Uint8Array(WIDTH * HEIGHT * 2),
};
const isBright = (pixel: number) => {
  const [x, y] = [pixel % WIDTH, Math.floor(pixel / WIDTH)];
  return x >= 8 && x < 12 && y >= 4 && y < 8;
};
for (let pixel = 0; pixel < WIDTH * HEIGHT; pixel++)
  image.data.set([isBright(pixel) ? 200 : 0, 60], 2 * pixel);

/** Class 0: how much of the bright square is there; class 1: the mean of channel 1, over 60; class 2: 1 less class 0. */
const batches: number[] = [];
const score: ScoreImages = (images) => {
  batches.push(images.length);
  const rows = images.map(({ data }) => {
    let [bright, other] = [0, 0];
    for (let pixel = 0; pixel < WIDTH * HEIGHT; pixel++) {
      if (isBright(pixel)) bright += data[2 * pixel]! / 200 / 16;
      other += data[2 * pixel + 1]! / 60 / (WIDTH * HEIGHT);
    }
    return [bright, other, 1 - bright];
  });
  return Promise.resolve(Float32Array.from(rows.flat()));
};

describe('occlusionMap', () => {
  it('is the share of the square that a patch hides, where patches do not overlap', async () => {
    const options = { classIndices: [0, 2], patchSize: 4, stride: 4, fill: 0 };
    const [bright, rest] = await occlusionMap(score, image, options);
    expect(bright).toMatchObject({ width: WIDTH, height: HEIGHT, classIndex: 0, score: 1 });
    bright!.raw.data.forEach((drop, pixel) => {
      expect(drop).toBeCloseTo(isBright(pixel) ? 1 : 0, 5);
    });
    expect(bright!.data).toEqual(bright!.raw.data);
    // Its score rises: a negative drop, which is nothing to be shown.
    expect(Math.min(...rest!.raw.data)).toBeCloseTo(-1, 5);
    expect(Math.max(...rest!.data)).toBe(0);
  });

  it('is the mean over the patches that cover a pixel', async () => {
    const [map] = await occlusionMap(score, image, { classIndices: [0], patchSize: 4, stride: 2, fill: 0 });
    // Patches begin at 0, 2, … 20 and 0, 2, … 12: along each side a pixel of the square is in two.
    const shareOf = (start: number, side: number) => Math.max(0, 4 - Math.abs(start - side)) / 4;
    const meanAt = (at: number, side: number, last: number) => {
      const starts = [0, 2].map((back) => Math.floor(at / 2) * 2 - back).filter((s) => s >= 0 && s <= last);
      return starts.reduce((sum, start) => sum + shareOf(start, side), 0) / starts.length;
    };
    map!.raw.data.forEach((drop, pixel) => {
      const [x, y] = [pixel % WIDTH, Math.floor(pixel / WIDTH)];
      expect(drop).toBeCloseTo(meanAt(x, 8, 20) * meanAt(y, 4, 12), 5);
    });
  });

  it('covers every pixel where strides do not fit, in batches', async () => {
    batches.length = 0;
    const seen: Progress[] = [];
    const [map] = await occlusionMap(score, image, {
      ...{ classIndices: [1], patchSize: 7, stride: 5, fill: 0, batchSize: 4 },
      onProgress: (progress) => seen.push(progress),
    });
    // Patches at 0, 5, 10, 15, 17 and 0, 5, 9: each hides 49 of 384 pixels.
    expect(batches).toEqual([1, 4, 4, 4, 3]);
    map!.raw.data.forEach((drop) => {
      expect(drop).toBeCloseTo(49 / 384, 5);
    });
    expect(seen.at(-1)).toMatchObject({ phase: 'explain', done: 15, total: 15, ended: true });
  });

  it('fills with the mean, so that what is even everywhere counts nothing', async () => {
    const before = image.data.slice();
    const [even, bright] = await occlusionMap(score, image, {
      classIndices: [1, 0],
      patchSize: 4,
      stride: 4,
    });
    expect(Math.max(...even!.raw.data.map(Math.abs))).toBeLessThan(1e-6);
    // 200 in 16 of 384 pixels: a mean of 8.3, rounded as the samples are.
    expect(Math.max(...bright!.raw.data)).toBeCloseTo(1 - 8 / 200, 5);
    expect(image.data).toEqual(before);
    const halves = { ...image, data: Float32Array.from(image.data, (sample) => sample / 255) };
    const hidden: number[] = [];
    await occlusionMap(
      (images) => {
        hidden.push(images[0]!.data[0]!);
        return Promise.resolve(new Float32Array(images.length));
      },
      halves,
      { patchSize: 4, stride: 4, fill: 0.25, batchSize: 1 },
    );
    expect(hidden[1]).toBe(0.25);
  });

  it('explains the highest score by default, with some 225 patches', async () => {
    batches.length = 0;
    const even = { width: 64, height: 64, channels: 1, data: new Uint8Array(64 * 64) };
    const scores: ScoreImages = (images) => {
      batches.push(images.length);
      return Promise.resolve(Float32Array.from(images.flatMap(() => [0.1, 0.7, 0.3])));
    };
    const maps = await occlusionMap(scores, even);
    expect(maps.map(({ classIndex }) => classIndex)).toEqual([1]);
    expect(maps[0]!.data.every((value) => value === 0)).toBe(true);
    expect(batches.reduce((a, b) => a + b)).toBe(1 + 15 * 15);
  });

  it('stops', async () => {
    const stop = new AbortController();
    const work = occlusionMap(score, image, {
      ...{ batchSize: 2, signal: stop.signal },
      onProgress: ({ done }) => {
        if (done === 4) stop.abort();
      },
    });
    expect(isHpaError(await failure(work), 'aborted')).toBe(true);
  });

  it.each<[string, OcclusionOptions, RegExp]>([
    ['a patch larger than the image', { patchSize: 17 }, /at most the image's 24×16 pixels. Received 17/],
    ['a stride larger than the patch', { patchSize: 4, stride: 5 }, /at most patchSize, 4, .* Received 5/],
    ['no stride', { stride: 0 }, /stride must be a positive integer. Received 0/],
    ['a class that is not there', { classIndices: [3] }, /in 0 to 2. Received 3/],
    ['a fill above 1', { fill: 255 }, /within 0–1. Received 255/],
  ])('refuses %s', async (_, options, message) => {
    await expect(occlusionMap(score, image, options)).rejects.toThrow(message);
  });

  it('refuses scores that are not as many for each image', async () => {
    const work = occlusionMap(() => Promise.resolve(new Float32Array(3)), image);
    await expect(work).rejects.toThrow('score must give 3 scores for each of 32 images. Received 3');
  });
});
