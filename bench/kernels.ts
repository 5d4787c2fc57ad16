/**
 * The convolutions of the baseline, ResNet18 (224×224) and InceptionResNetV2 (299×299), kernel by kernel:
 * GFLOP/s and milliseconds of the forward pass and of the gradients for input and filter.
 *
 *   npm run bench -- kernels [--engine wasm] [--batch 8] [--threads N] [--rounds 15] [--only NAME]
 *                            [--torch PYTHON] [--json]
 *
 * A multiply-add counts as two operations. A time is the best of the rounds, each of at least 5 ms. NAME is
 * part of a network's or a layer's name. PYTHON has torch; its times (channels last, the same threads and
 * rounds) stand beside ours. --json prints everything as JSON instead of a table.
 */
import { spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { useEngine, type EngineName } from 'hpa-kit/node';
import { LAYERS, nameOf, type Layer } from './kernels-layers.ts';

const KINDS = ['forward', 'inputGradient', 'filterGradient'] as const;
type Milliseconds = Record<(typeof KINDS)[number], number>;

const { values: flags } = parseArgs({
  options: {
    engine: { type: 'string', default: 'wasm' },
    batch: { type: 'string', default: '8' },
    threads: { type: 'string', default: String(availableParallelism()) },
    rounds: { type: 'string', default: '15' },
    only: { type: 'string', default: '' },
    torch: { type: 'string' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
if (flags.help) {
  console.log(
    'Flags: --engine NAME --batch 8 --threads N --rounds 15 --only NAME --torch PYTHON --json (see the head of bench/kernels.ts)',
  );
  process.exit(0);
}
const [batchSize, threads, rounds] = [flags.batch, flags.threads, flags.rounds].map((value, i) => {
  const number = Number(value);
  if (Number.isInteger(number) && number > 0) return number;
  throw new RangeError(
    `--${['batch', 'threads', 'rounds'][i]} must be a positive integer. Received ${value}`,
  );
}) as [number, number, number];
const minMilliseconds = 5;

const layers = LAYERS.filter((layer) =>
  `${layer.network} ${nameOf(layer)}`.toLowerCase().includes(flags.only.toLowerCase()),
);
const engine = await useEngine({ engine: flags.engine as EngineName, threads });

/** Best time of a kernel, in milliseconds a run. */
async function time(run: () => tf.Tensor): Promise<number> {
  // Convolutions on WebAssembly wait until their output is read.
  const first = (tensor: tf.Tensor) => tf.tidy(() => tf.slice(tf.reshape(tensor, [-1]), 0, 1));
  const runs = async (count: number) => {
    const start = performance.now();
    for (let i = 0; i < count; i++) {
      const result = run();
      const value = first(result);
      // A GPU's work is done when a value of it can be read.
      if (engine.name === 'webgpu' && i === count - 1) await value.data();
      tf.dispose([result, value]);
    }
    return (performance.now() - start) / count;
  };
  await runs(1);
  const count = Math.max(1, Math.ceil(minMilliseconds / (await runs(1))));
  let best = Infinity;
  for (let round = 0; round < rounds; round++) best = Math.min(best, await runs(count));
  return best;
}

async function measure({ size, inChannels, filter, outChannels, stride, pad }: Layer) {
  const x = tf.randomNormal<tf.Rank.R4>([batchSize, size, size, inChannels]);
  const w = tf.randomNormal<tf.Rank.R4>([...filter, inChannels, outChannels]);
  const attrs = { strides: stride, pad, dataFormat: 'NHWC', dilations: 1 };
  const run = (kernel: string, inputs: tf.NamedTensorMap, more: object = {}) =>
    tf.engine().runKernel<tf.Tensor4D>(kernel, inputs, { ...attrs, ...more });
  const y = run('Conv2D', { x, filter: w });
  const dy = tf.randomNormal<tf.Rank.R4>(y.shape);
  const inputShape = x.shape;
  const milliseconds: Milliseconds = {
    forward: await time(() => run('Conv2D', { x, filter: w })),
    inputGradient: await time(() => run('Conv2DBackpropInput', { dy, filter: w }, { inputShape })),
    filterGradient: await time(() => run('Conv2DBackpropFilter', { x, dy }, { filterShape: w.shape })),
  };
  const gflop = (2 * y.size * filter[0] * filter[1] * inChannels) / 1e9;
  tf.dispose([x, w, y, dy]);
  return { gflop, milliseconds };
}

/** The same layers in PyTorch. */
function torch(python: string): { version: string; layers: Milliseconds[] } {
  const script = fileURLToPath(new URL('kernels_torch.py', import.meta.url));
  const input = JSON.stringify({ layers, batchSize, threads, rounds, minMilliseconds });
  const options = { input, encoding: 'utf8', maxBuffer: 1 << 26 } as const;
  const { status, stdout, stderr } = spawnSync(python, [script], options);
  if (status !== 0) throw new Error(`${python} ended with status ${status}: ${stderr}`);
  return JSON.parse(stdout) as { version: string; layers: Milliseconds[] };
}

interface Result extends Layer {
  name: string;
  /** Of one of its kernels. */
  gflop: number;
  milliseconds: Milliseconds;
}

const results: Result[] = [];
for (const layer of layers) {
  results.push({ ...layer, name: nameOf(layer), ...(await measure(layer)) });
  if (process.stderr.isTTY) process.stderr.write(`\r${results.length}/${layers.length}`);
}
if (process.stderr.isTTY) process.stderr.write('\r');
const peer = flags.torch === undefined ? undefined : torch(flags.torch);

const TITLES = { forward: 'forward', inputGradient: 'dX', filterGradient: 'dW' };
function rowOf(name: string, gflop: number, ours: Milliseconds, theirs: Milliseconds | undefined) {
  const row: Record<string, string> = { layer: name };
  for (const kind of KINDS) {
    row[TITLES[kind]] = `${((gflop / ours[kind]) * 1e3).toFixed(1)} (${ours[kind].toFixed(2)} ms)`;
    if (theirs)
      row[`torch ${TITLES[kind]}`] =
        `${((gflop / theirs[kind]) * 1e3).toFixed(1)} (×${(theirs[kind] / ours[kind]).toFixed(2)})`;
  }
  return row;
}

/** All of a network's convolutions once, by the times of the distinct ones. */
function total(measured: readonly Milliseconds[], counts: readonly number[]): Milliseconds {
  const sum = (kind: keyof Milliseconds) => measured.reduce((all, m, i) => all + m[kind] * counts[i]!, 0);
  return Object.fromEntries(KINDS.map((kind) => [kind, sum(kind)])) as Milliseconds;
}
const networks = [...new Set(results.map(({ network }) => network))].map((network) => {
  const indices = results.flatMap((result, i) => (result.network === network ? [i] : []));
  const counts = indices.map((i) => results[i]!.count);
  return {
    network,
    gflop: indices.reduce((sum, i) => sum + results[i]!.gflop * results[i]!.count, 0),
    milliseconds: total(indices.map((i) => results[i]!.milliseconds), counts), // prettier-ignore
    ...(peer && { torch: total(indices.map((i) => peer.layers[i]!), counts) }), // prettier-ignore
  };
});

if (flags.json) {
  const withPeer = results.map((result, i) => ({ ...result, ...(peer && { torch: peer.layers[i] }) }));
  const settings = { batchSize, threads, rounds, ...(peer && { torch: peer.version }) };
  console.log(JSON.stringify({ engine, ...settings, layers: withPeer, networks }, null, 1));
} else {
  const details = Object.entries(engine.details).map(([key, value]) => `${key} ${String(value)}`);
  console.log(`Engine ${engine.name} (${details.join(', ')}), batch ${batchSize}, ${threads} threads`);
  if (peer) console.log(`PyTorch ${peer.version}; × is how many times as fast as it this engine is`);
  console.log('GFLOP/s of the forward pass and of the gradients for input (dX) and filter (dW):');
  for (const { network, gflop, milliseconds, torch: theirs } of networks) {
    console.log(network);
    console.table([
      ...results.flatMap((result, i) =>
        result.network === network
          ? [rowOf(result.name, result.gflop, result.milliseconds, peer?.layers[i])]
          : [],
      ),
      rowOf('all its convolutions', gflop, milliseconds, theirs),
    ]);
  }
}
process.exit(0);
