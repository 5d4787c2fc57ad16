/**
 * Our side of the image benchmark, with upng-js and, where it is installed, sharp: prints one JSON line,
 * [{work, side, milliseconds}, …], the best of several rounds of each. images.ts runs it beside images_peer.py.
 *
 * usage: images-side.ts FOLDER   a folder with kaggle-png/, png16/, tiff/ and mislabelled/
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import UPNG from 'upng-js';
import { decodeImage, decodePng, normalize, Random, resize, type CellImage } from 'hpa-kit';
import { blur, flipLeftRight, flipUpDown, gamma, quarterTurns, transpose, warpAffine } from 'hpa-kit/augment';
import { decoderPool, openFolder } from 'hpa-kit/node';
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const folder = process.argv[2]!;
const figures: { work: string; side: string; milliseconds: number }[] = [];

async function measure(work: string, side: string, run: () => unknown, per = 1, rounds = 7): Promise<void> {
  await run();
  let best = Infinity;
  for (let round = 0; round < rounds; round++) {
    const start = performance.now();
    await run();
    best = Math.min(best, (performance.now() - start) / per);
  }
  figures.push({ work, side, milliseconds: best });
}

const list = (name: string, ending: RegExp) =>
  existsSync(join(folder, name))
    ? readdirSync(join(folder, name))
        .filter((file) => ending.test(file))
        .sort()
        .map((file) => resolve(folder, name, file))
    : [];

type Sharp = (bytes: Uint8Array) => { raw(): { toBuffer(): Promise<Buffer> } };
const name = 'sharp';
const sharp = await import(name).then(
  (module: { default: Sharp & { concurrency(threads: number): void } }) => {
    module.default.concurrency(1);
    return module.default;
  },
  () => undefined,
);

// %% Decoding
type Decode = (bytes: Uint8Array) => unknown;
const small = list('kaggle-png', /\.png$/);
const png: Record<string, Decode> = {
  'hpa-kit': (bytes) => decodePng(bytes, { inflate: 'sync' }),
  'upng-js': (bytes) => UPNG.decode(bytes.buffer as ArrayBuffer),
  ...(sharp && { sharp: (bytes: Uint8Array) => sharp(bytes).raw().toBuffer() }),
};
for (const [work, files, sides] of [
  ['decode 8-bit PNG, 512×512', small, png],
  ['decode 16-bit PNG, 1392×1040', list('png16', /\.png$/), png],
  ['decode TIFF, 512×512', list('tiff', /\.tiff?$/i), { 'hpa-kit': decodeImage }],
  ['decode JPEG, 1728×1728', list('mislabelled', /\.png$/), { 'hpa-kit': decodeImage }],
] as const) {
  if (files.length === 0) continue;
  const all = files.map((file) => new Uint8Array(readFileSync(file)));
  for (const [side, decode] of Object.entries<Decode>(sides))
    await measure(
      work,
      side,
      async () => {
        for (const bytes of all) await decode(bytes);
      },
      all.length,
    );
}

// %% Whole samples, as a folder gives them
if (small.length > 0) {
  const dir = await mkdtemp(join(tmpdir(), 'hpa-kit-bench-'));
  const channels = ['red', 'green', 'blue', 'yellow'];
  for (let i = 0; i < 24; i++)
    for (const [k, channel] of channels.entries())
      await symlink(small[(i + 7 * k) % small.length]!, join(dir, `s${i}_${channel}.png`));
  const workers = availableParallelism();
  const pool = decoderPool({ workers });
  const here = await openFolder(dir);
  const there = await openFolder(dir, { decoder: pool });
  for (const size of [256, 192]) {
    const work = `four PNGs decoded, stacked, resized to ${size}`;
    await measure(
      work,
      'hpa-kit, no workers',
      async () => {
        for (const index of here.ids.keys()) await here.load(index, { size: [size, size] });
      },
      24,
    );
    await measure(
      work,
      `hpa-kit`,
      () => Promise.all(there.ids.map((_, index) => there.load(index, { size: [size, size] }))),
      24,
    );
  }
  pool.close();
  await rm(dir, { recursive: true });
}

// %% Operations
const random = new Random('bench');
const image: CellImage = {
  width: 512,
  height: 512,
  channels: 4,
  data: Uint8Array.from({ length: 512 * 512 * 4 }, () => random.int(256)),
};
const radians = (17 * Math.PI) / 180;
const [cos, sin] = [1.1 * Math.cos(radians), 1.1 * Math.sin(radians)];
const shift = 255.5 - 255.5 * (cos + sin);
const tone = gamma({ gammaRange: [1.5, 1.5] });
const toneParams = tone.sample(random);
const operations: Record<string, () => unknown> = {
  'quarter turn': () => quarterTurns(image, 1),
  'half turn': () => quarterTurns(image, 2),
  'flip left and right': () => flipLeftRight(image),
  'flip top and bottom': () => flipUpDown(image),
  transpose: () => transpose(image),
  'affine, bilinear': () => warpAffine(image, [cos, sin, shift, -sin, cos, 255.5 - 255.5 * (cos - sin)]),
  'area resize to 256': () => resize(image, { width: 256, height: 256 }),
  'area resize to 192': () => resize(image, { width: 192, height: 192 }),
  'area resize to 128': () => resize(image, { width: 128, height: 128 }),
  'to float, 0 to 1': () => normalize(image),
  'tone by a table': () => tone.apply(image, toneParams),
  'Gaussian blur, sigma 1': () => blur(image, 1),
};
// All results are kept until the round ends, as a batch keeps its images: each is written to fresh memory.
for (const [operation, run] of Object.entries(operations))
  await measure(`${operation}, 512×512×4`, 'hpa-kit', () => Array.from({ length: 100 }, run), 100, 5);
console.log(JSON.stringify(figures));
