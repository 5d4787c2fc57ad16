// %% [markdown]
// Cache or no cache. The original's cache brought no speed-up; here it is measured at which cost of decoding one does. A
// sample is four greyscale PNGs, tiled from drawn cells, of 256 to 2048 pixels a side, and is shrunk to the network's size.

// %% What to measure
import { mkdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import {
  buildModel,
  HpaDataset,
  smallCnnPresets,
  syntheticCells,
  trainModel,
  type HpaDatasetOptions,
  type ImageSource,
} from 'hpa-kit';
import {
  decoderPool,
  openDiskCache,
  openFolder,
  saveFolder,
  terminalProgress,
  useEngine,
} from 'hpa-kit/node';
import * as tf from '@tensorflow/tfjs-core';
import { render } from './pages/cache.ts';
import { readFlags, ResultsFile } from './support.ts';

const flags = readFlags('Measures training with and without a cache, by how long decoding takes.');
const out = flags.out;
const samples = flags.quick ? 8 : 48;
const sides = flags.quick ? [256] : [256, 512, 1024, 2048];
const epochs = flags.quick ? 2 : 3;
const results = new ResultsFile('cache', out);
const engine = await useEngine({ engine: 'wasm' });
console.log(`Engine: ${engine.name}. ${engine.reason}`);

/** m5 trains so quickly that it waits for any decoder; M is the original's. */
const models = {
  m5: {
    imageSize: 100,
    build: () => buildModel('smallCnn', { ...smallCnnPresets.m5, inputShape: [100, 100, 4], seed: 1 }),
  },
  M: { imageSize: 192, build: () => buildModel('haltufBaseline', { inputShape: [192, 192, 4], seed: 1 }) },
};

// %% Images of each size
/** Cells of 256 pixels, side by side. */
function tiled(cells: ImageSource, side: number): ImageSource {
  const times = side / 256;
  return {
    ...cells,
    load: async (index, options) => {
      const { data, channels } = await cells.load(index, options);
      const large = new Uint8Array(side * side * channels);
      const row = 256 * channels;
      for (let y = 0; y < side; y++)
        for (let x = 0; x < times; x++)
          large.set(
            (data as Uint8Array).subarray((y % 256) * row, ((y % 256) + 1) * row),
            (y * times + x) * row,
          );
      return { width: side, height: side, channels, data: large };
    },
  };
}

async function folderOf(side: number): Promise<string> {
  const dir = join(out, 'cache-images', `${side}-${samples}`);
  const isThere = await stat(join(dir, 'train.csv')).catch(() => undefined);
  if (isThere) return dir;
  await mkdir(dir, { recursive: true });
  const cells = syntheticCells({ count: samples, size: 256, seed: 1 });
  await saveFolder(tiled(cells, side), dir, { onProgress: terminalProgress() });
  return dir;
}

// %% Training on them
type CacheKind = 'none' | 'memory' | 'disk';

async function train(side: number, name: keyof typeof models, kind: CacheKind, workers: number) {
  const { imageSize, build } = models[name];
  const dir = await folderOf(side);
  const disk = join(out, 'cache-disk');
  const decoder = workers > 0 ? { decoder: decoderPool({ workers }) } : {};
  const source = await openFolder(dir, { labels: join(dir, 'train.csv'), ...decoder });
  const cacheOf = async (): Promise<HpaDatasetOptions['cache']> => {
    if (kind === 'none') return false;
    if (kind === 'memory') return { maxBytes: 512e6 };
    // Less memory than one image takes: what counts is the disk.
    return { maxBytes: 1, disk: await openDiskCache(disk, { maxBytes: 2e9 }) };
  };
  await rm(disk, { recursive: true, force: true });
  const dataset = new HpaDataset(source, { imageSize, cache: await cacheOf() });
  const model = await build();
  const optimizer = tf.train.adam(1e-4);
  // The engine's first steps take longer, whatever the images come from. These fill no cache.
  const first = new HpaDataset(source, { imageSize, cache: false }).subset([0, 1, 2, 3, 4, 5, 6, 7]);
  await trainModel(model, { train: first, epochs: 1, batchSize: 8, optimizer });
  const { history } = await trainModel(model, { train: dataset, epochs, batchSize: 8, optimizer });
  optimizer.dispose();
  model.dispose();
  const later = history.slice(1);
  const sum = (key: 'seconds' | 'waitSeconds' | 'images') =>
    later.reduce((total, log) => total + log[key], 0);
  return {
    ...{ side, model: name, cache: kind, workers },
    firstImagesPerSecond: history[0]!.imagesPerSecond,
    imagesPerSecond: sum('images') / sum('seconds'),
    waitShare: sum('waitSeconds') / sum('seconds'),
  };
}

/** Milliseconds an image from file to tensor, with nothing else to do. */
async function decoding(side: number, imageSize: number) {
  const dir = await folderOf(side);
  const source = await openFolder(dir, { labels: join(dir, 'train.csv') });
  let least = Infinity;
  for (let round = 0; round < 3; round++) {
    const started = performance.now();
    for await (const { xs, ys } of new HpaDataset(source, { imageSize, cache: false }).batches({
      batchSize: 8,
    }))
      tf.dispose([xs, ys]);
    least = Math.min(least, (performance.now() - started) / samples);
  }
  return { side, imageSize, milliseconds: least };
}

for (const side of sides)
  for (const name of ['m5', 'M'] as const) {
    const { imageSize } = models[name];
    await results.measure(`decode ${side} to ${imageSize}`, () => decoding(side, imageSize));
    for (const kind of ['none', 'memory', 'disk'] as const)
      for (const workers of kind === 'none' ? [0, 1] : [0])
        await results.measure(`${side}, ${name}, ${kind}, ${workers} workers`, () =>
          train(side, name, kind, workers),
        );
  }
results.publish(render, flags.docs);
