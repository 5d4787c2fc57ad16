/** Batches that are written into the engine's memory: the same values as `normalize`, and nothing beyond them. */
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { beforeAll, describe, expect, it } from 'vitest';
import { normalize, Random, type CellImage, type Samples } from 'hpa-kit';
import { useEngine } from 'hpa-kit/node';
import { normalizedBatch } from '../../src/engine/normalized-batch';
import { runtimeOf } from '../../src/engine/wasm/runtime';

const random = new Random('batch');
const makers: Record<string, (length: number) => Samples> = {
  '8-bit': (length) => Uint8Array.from({ length }, () => random.int(256)),
  '16-bit': (length) => Uint16Array.from({ length }, () => random.int(65536)),
  float: (length) => Float32Array.from({ length }, () => random.next()),
};
const makeImages = (kind: string, channels: number): CellImage[] =>
  [0, 1, 2].map(() => ({ width: 101, height: 57, channels, data: makers[kind]!(101 * 57 * channels) }));

describe.each(['wasm', 'cpu'] as const)('a batch on %s', (engine) => {
  beforeAll(async () => {
    await useEngine({ engine });
    expect(runtimeOf(tf.backend()) !== undefined).toBe(engine === 'wasm');
  });

  for (const kind of Object.keys(makers))
    it.each([1, 3, 4])(`of ${kind} images with %i channels`, async (channels) => {
      const images = makeImages(kind, channels);
      const normalization = { mean: 0.2, std: Array.from({ length: channels }, (_, c) => 0.1 + c / 7) };
      const batch = normalizedBatch(images, normalization, (pixels) => {
        pixels[7] = -5;
      });
      const expected = images.flatMap((image) => [...normalize(image, normalization)]);
      expected[7] = -5;
      expect(batch.shape).toEqual([3, 57, 101, channels]);
      expect(Array.from(await batch.data())).toEqual(expected);
      batch.dispose();
    });

  it('refuses images whose samples do not fill their size, or are not of one size, and leaves no tensor', () => {
    const tensors = tf.memory().numTensors;
    const [first, second] = makeImages('8-bit', 4) as [CellImage, CellImage];
    const long = { ...second, data: new Uint8Array(second.data.length + 1) };
    expect(() => normalizedBatch([first, long], {})).toThrow('must have 23028 samples. Received 23029');
    const wide = { ...second, width: 202, data: new Uint8Array(2 * second.data.length) };
    expect(() => normalizedBatch([first, wide], {})).toThrow(RangeError);
    const narrow = makeImages('8-bit', 3)[0]!;
    expect(() => normalizedBatch([first, narrow], {})).toThrow(RangeError);
    expect(tf.memory().numTensors).toBe(tensors);
  });
});
