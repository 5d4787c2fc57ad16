/** Fifty epochs through a cache that holds a third of the images: memory stays where it was after the first ten. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it, onTestFinished } from 'vitest';
import { HpaDataset, syntheticCells } from 'hpa-kit';
import { affine, flip, gaussianNoise, mixUp } from 'hpa-kit/augment';
import { decoderPool, openDiskCache, openFolder, saveFolder, useEngine } from 'hpa-kit/node';

it('holds its bounds over 50 epochs of loading, augmenting and mixing', async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  await useEngine({ engine: 'wasm' });
  const dir = await mkdtemp(join(tmpdir(), 'hpa-kit-memory-'));
  await saveFolder(syntheticCells({ count: 48, size: 160, seed: 2 }), join(dir, 'cells'));
  const decoder = decoderPool({ workers: 1 });
  const disk = await openDiskCache(join(dir, 'cache'), { maxBytes: 3e6 });
  onTestFinished(async () => {
    decoder.close();
    await disk.close();
    await rm(dir, { recursive: true });
  });
  const maxBytes = 16 * 96 * 96 * 4;
  const source = await openFolder(join(dir, 'cells'), { decoder });
  const all = new HpaDataset(source, { imageSize: 96, cache: { maxBytes, disk } });
  const noisy = all.augmented([flip(), affine({ rotateDegreesRange: [-20, 20] }), gaussianNoise()]);

  const held: number[] = [];
  for (let epoch = 0; epoch < 50; epoch++) {
    const options = { batchSize: 8, order: 'shuffled', seed: 1, epoch } as const;
    for await (const { xs, ys } of noisy.batches({ ...options, batchAugmentation: mixUp() }))
      tf.dispose([xs, ys]);
    expect(all.cacheStats.bytes).toBeLessThanOrEqual(maxBytes);
    expect(disk.stats.bytes).toBeLessThanOrEqual(3e6);
    expect(tf.memory().numTensors).toBe(0);
    collect();
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    held.push(heapUsed + arrayBuffers);
  }
  const largest = (from: number, to: number) => Math.max(...held.slice(from, to));
  expect(all.cacheStats.misses + all.cacheStats.hits + all.cacheStats.diskHits!).toBe(50 * 48);
  expect(largest(40, 50)).toBeLessThan(largest(10, 20) + 3e6);
});
