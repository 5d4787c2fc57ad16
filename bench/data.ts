/**
 * What the dataset costs: the batches of an epoch whose images are all in memory beside a copy of the same bytes, and
 * the share of training that is spent waiting for batches, cold, from disk and warm, with one worker that loads.
 */
import { readdirSync } from 'node:fs';
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import * as tf from '@tensorflow/tfjs-core';
import { buildModel, HpaDataset, Random, trainModel, type ImageSource } from 'hpa-kit';
import { flip, rotate90 } from 'hpa-kit/augment';
import { decoderPool, openDiskCache, openFolder, useEngine, type EngineName } from 'hpa-kit/node';

const HELP = `npm run bench -- data [flags]
  --images DIR    a folder of 8-bit greyscale PNGs of one size, from which samples of four channels are put together
                                                                        [../shared/data/kaggle-png]
  --samples N     samples in an epoch                                   [384]
  --size PIXELS   side of the images that the network sees              [192]
  --epochs N      epochs of each kind of training                       [2]
  --engine NAME   wasm or native                                        [wasm]
  --threads N     threads of the WebAssembly engine                     [1]`;

const { values: flags } = parseArgs({
  options: {
    images: { type: 'string', default: '../shared/data/kaggle-png' },
    samples: { type: 'string', default: '384' },
    size: { type: 'string', default: '192' },
    epochs: { type: 'string', default: '2' },
    engine: { type: 'string', default: 'wasm' },
    threads: { type: 'string', default: '1' },
    help: { type: 'boolean', default: false },
  },
});
if (flags.help) {
  console.log(HELP);
  process.exit();
}
const size = Number(flags.size);
const samples = Number(flags.samples);
const engine = await useEngine({ engine: flags.engine as EngineName, threads: Number(flags.threads) });
console.log(`${cpus()[0]?.model ?? ''}, Node ${process.version}, engine ${engine.name}`);

// %% A warm epoch beside a copy of the bytes that it hands over
const batchSize = 32;
const count = 8 * batchSize;
const noise = Uint8Array.from({ length: size * size * 4 }, (_, i) => (i * 2654435761) >>> 24);
const memory: ImageSource = {
  name: 'noise',
  ids: Array.from({ length: count }, (_, i) => `n${i}`),
  channels: ['red', 'green', 'blue', 'yellow'],
  classes: ['any'],
  labels: new Uint8Array(count),
  load: () => Promise.resolve({ width: size, height: size, channels: 4, data: noise.slice() }),
};
const values = new Float32Array(batchSize * size * size * 4).fill(0.5);
const target = new Float32Array(values.length);
const sides: Record<string, () => Promise<void> | void> = {
  'copy into the same memory': () => {
    for (let i = 0; i < 8; i++) target.set(values);
  },
  'copy into a new array': () => {
    for (let i = 0; i < 8; i++) values.slice();
  },
  'copy into a new tensor': () => {
    for (let i = 0; i < 8; i++) tf.dispose(tf.tensor(values, [batchSize, size, size, 4]));
  },
};
const std = [0.2, 0.3, 0.25, 0.15];
for (const [kind, normalization] of [
  ['0 to 1', {}],
  ['mean and std a channel', { mean: 0.1, std }],
] as const) {
  const dataset = new HpaDataset(memory, { cache: { maxBytes: 2e9 }, normalization });
  sides[`batches, ${kind}`] = async () => {
    for await (const { xs, ys } of dataset.batches({ batchSize, order: 'shuffled' })) tf.dispose([xs, ys]);
  };
}
const best = new Map<string, number>();
for (let round = 0; round < 12; round++)
  for (const [side, run] of Object.entries(sides)) {
    const start = performance.now();
    await run();
    best.set(side, Math.min(best.get(side) ?? Infinity, performance.now() - start));
  }
const bytes = 8 * values.byteLength;
console.log(
  `\nA warm epoch of ${count} images, ${size}×${size}×4, batches of ${batchSize}: ${bytes / 1e6} MB`,
);
for (const [side, milliseconds] of best)
  console.log(
    `${side.padEnd(34)} ${milliseconds.toFixed(1).padStart(7)} ms  ${(bytes / milliseconds / 1e6).toFixed(2)} GB/s`,
  );

// %% Waiting while the baseline trains
const files = readdirSync(flags.images)
  .filter((file) => file.endsWith('.png'))
  .sort();
const dir = await mkdtemp(join(tmpdir(), 'hpa-kit-bench-'));
for (let i = 0; i < samples; i++)
  for (const [k, channel] of memory.channels.entries())
    await symlink(
      resolve(flags.images, files[(i + 7 * k) % files.length]!),
      join(dir, `s${i}_${channel}.png`),
    );
const labels = Uint8Array.from({ length: samples * 28 }, (_, i) => Number(new Random('label', i).bool(0.06)));
const pool = decoderPool({ workers: 1 });
const model = await buildModel('haltufBaseline', { inputShape: [size, size, 4], numClasses: 28 });
const train = async (cache: ConstructorParameters<typeof HpaDataset>[1]) => {
  const source = { ...(await openFolder(dir, { decoder: pool })), labels };
  const all = new HpaDataset(source, { imageSize: size, ...cache }).augmented([flip(), rotate90()]);
  return trainModel(model, { train: all, epochs: Number(flags.epochs), batchSize: 16 });
};
const openDisk = () => openDiskCache(join(dir, 'cache'), { maxBytes: 4e9 });
console.log(`\nTraining haltufBaseline on ${samples} samples, batch 16, flips and turns, one worker loads`);
// Compiles what the first steps compile.
await trainModel(model, {
  train: new HpaDataset({
    ...memory,
    classes: Array<string>(28).fill(''),
    labels: new Uint8Array(count * 28),
  }).subset(Array.from({ length: 32 }, (_, i) => i)),
  epochs: 1,
  batchSize: 16,
});
for (const [kind, run] of [
  ['no cache', () => train({ cache: false })],
  ['memory, then the same warm', () => train({ cache: { maxBytes: 2e9 } })],
  ['disk filled while training', async () => train({ cache: { maxBytes: 2e9, disk: await openDisk() } })],
  ['from disk, memory empty', async () => train({ cache: { maxBytes: 2e9, disk: await openDisk() } })],
] as const) {
  const { history } = await run();
  for (const { epoch, imagesPerSecond, seconds, waitSeconds } of history)
    console.log(
      `${kind.padEnd(28)} epoch ${epoch}: ${imagesPerSecond.toFixed(1)} images/s, waited ${waitSeconds.toFixed(3)} of ${seconds.toFixed(1)} s, ${((100 * waitSeconds) / seconds).toFixed(2)} %`,
    );
}
pool.close();
await rm(dir, { recursive: true });
